"""Values from a file together with the place they stand at, and the problems found there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from evalhub.core.canonical import Json
from evalhub.errors import BadInput, Problem

MAX_DEPTH = 24
"""Three times what the schema nests; conditions are walked by functions that call themselves."""
MAX_KEY = 60
MAX_PROBLEMS = 200
"""Problems of one file that are kept: nobody mends more in one go, and all are shown at once."""

Scalar: TypeAlias = bool | int | float | str | None
Content: TypeAlias = "Scalar | tuple[Spot, ...] | dict[str, Spot]"


@dataclass(frozen=True, slots=True)
class Spot:
    """Hold one value, its path such as ``criteria[2].weight``, and its line where it has one."""

    content: Content
    path: str = ""
    line: int | None = None


@dataclass(slots=True)
class Findings:
    """Collect the problems of one file, so that they can all be shown at once."""

    where: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, rule: str, *, path: str = "", line: int | None = None) -> None:
        """Record that the value at ``path`` breaks ``rule``; beyond the limit it is only known."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(place(self.where, path=path, line=line), rule))

    def fatal(self, rule: str, *, line: int | None = None) -> BadInput:
        """Return the error that ends the reading: ``rule`` and everything found before it."""
        # Not through add: the rule that ended the reading must be told, however many came first.
        return BadInput([*self.problems, Problem(place(self.where, line=line), rule)])

    def raise_if_any(self) -> None:
        """Raise one ``BadInput`` with every problem found so far, if there is one."""
        if self.problems:
            raise BadInput(self.problems)


def place(where: str, *, path: str = "", line: int | None = None) -> str:
    """Write a place as people read it: ``law.yaml line 12, field 'criteria[0].weight'``."""
    at_line = where if line is None else f"{where} line {line}"
    return f"{at_line}, field '{path}'" if path else at_line


def key_path(path: str, key: str) -> str:
    """Return the path of ``key`` inside the mapping at ``path``; a strange key is shortened."""
    if len(key) > MAX_KEY or not key.isprintable():
        key = ascii(key[:MAX_KEY])
    return f"{path}.{key}" if path else key


def walk(spot: Spot) -> Iterator[Spot]:
    """Yield ``spot`` and everything inside it."""
    yield spot
    if isinstance(spot.content, tuple):
        for item in spot.content:
            yield from walk(item)
    elif isinstance(spot.content, dict):
        for item in spot.content.values():
            yield from walk(item)


def spot_of_json(value: Json, findings: Findings, *, path: str = "", depth: int = 0) -> Spot:
    """Return parsed JSON as spots without lines; what nests too deep is recorded and left out."""
    if depth > MAX_DEPTH:
        findings.add(f"nests deeper than {MAX_DEPTH} levels", path=path)
        return Spot(None, path)
    if isinstance(value, Mapping):
        inside = {
            key: spot_of_json(item, findings, path=key_path(path, key), depth=depth + 1)
            for key, item in value.items()
        }
        return Spot(inside, path)
    if value is None or isinstance(value, bool | int | float | str):
        return Spot(value, path)
    items = (
        spot_of_json(item, findings, path=f"{path}[{n}]", depth=depth + 1)
        for n, item in enumerate(value)
    )
    return Spot(tuple(items), path)
