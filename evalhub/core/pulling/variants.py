"""Name the variants of an endpoint: each combination of the values that parameters are to take."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from evalhub.core.canonical import Json, canonical_json
from evalhub.errors import BadInput

MAXIMUM_VARIANTS = 50
"""A grid of three parameters is easily a thousand endpoints, each asked every prompt."""
_OTHER = re.compile(r"[^a-z0-9.]+")


@dataclass(frozen=True, slots=True)
class Variant:
    """Hold what one variant is called after its endpoint's name, and all its parameters."""

    ending: str
    parameters: Mapping[str, Json]


def variants_of(
    parameters: Mapping[str, Json], values: Mapping[str, Sequence[Json]]
) -> list[Variant]:
    """Return a variant of ``parameters`` for each combination of ``values``.

    The combination that changes nothing is left out: it is the endpoint itself, and a second
    one of the same settings would be paid twice for answers that compare with nothing. Raise
    ``BadInput`` where there is nothing to vary, too much of it, or two variants of one name.
    """
    n_wanted = _n_combinations(values)
    if not n_wanted:
        raise BadInput.at("parameters", "give at least one parameter with a value")
    if n_wanted > MAXIMUM_VARIANTS:
        raise BadInput.at(
            "parameters", f"make {n_wanted} variants, and {MAXIMUM_VARIANTS} at most at one time"
        )
    rows = [dict(zip(values, row, strict=True)) for row in product(*values.values())]
    same = canonical_json(parameters)
    found = [Variant(_ending(row), {**parameters, **row}) for row in rows]
    found = [one for one in found if canonical_json(one.parameters) != same]
    if not found:
        raise BadInput.at("parameters", "are those that the endpoint has already")
    _refuse_twins([one.ending for one in found])
    return found


def _n_combinations(values: Mapping[str, Sequence[Json]]) -> int:
    number = 1 if values else 0
    for each in values.values():
        number *= len(each)
    return number


def _ending(row: Mapping[str, Json]) -> str:
    return "".join(f"-{_word(name)}-{_word(_written(value))}" for name, value in row.items())


def _written(value: Json) -> str:
    return value if isinstance(value, str) else canonical_json(value)


def _word(text: str) -> str:
    """Return ``text`` as it may stand in a name; a minus is a word, as a dash separates."""
    signed = f"minus{text[1:]}" if text[:1] == "-" and text[1:2].isdigit() else text
    return _OTHER.sub("-", signed.lower()).strip("-.")


def _refuse_twins(endings: Sequence[str]) -> None:
    for ending in endings:
        if endings.count(ending) > 1:
            raise BadInput.at(
                "parameters", f"two variants would be called {ending[1:81]!r}; add them by name"
            )
