"""What a new version of a rubric may change, by its number.

A patch changes wording, a minor version adds optional criteria of weight 0 or changes how the
work is organised, and a major version changes what an answer means: scales, weights, flags,
options, conditions. Judgments made under different major versions are not pooled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import IntEnum

from evalhub.core.canonical import Json
from evalhub.core.rubrics.canonical import rubric_to_json
from evalhub.core.rubrics.schema import Rubric, version_key
from evalhub.errors import Problem


class Change(IntEnum):
    """Grade a difference between two versions; a greater one includes the smaller."""

    NONE = 0
    """Nothing differs."""

    PATCH = 1
    """Words that do not change what an answer means."""

    MINOR = 2
    """Something is added that may be left unanswered, or the work is organised differently."""

    MAJOR = 3
    """Answers under the two versions do not mean the same."""


_WORDING = frozenset(
    {"version", "status", "title", "summary", "authors", "reviewed_by", "informed_by"}
    | {"translations", "worked_examples", "changelog"}
)
_WORDING_INSIDE = frozenset(
    {"name", "question", "description", "label", "help", "anchor", "examples"}
)
_ORGANISATION = frozenset({"license", "rater", "quality"})
_ORGANISATION_INSIDE = frozenset(
    {"expected_minutes", "expected_clicks_max", "modalities"}
    | {"quick_reasons", "min_chars", "max_chars"}
)


def check_version_change(old: Rubric, new: Rubric) -> list[Problem]:
    """Return what forbids ``new`` as the successor of ``old``; empty when nothing does."""
    if old.id != new.id:
        return [Problem("id", f"must stay {old.id!r}, not {new.id!r}")]
    needed = needed_change(old, new)
    made = _change_of_number(old.version, new.version)
    if needed is Change.NONE or made >= needed:
        return []
    if version_key(new.version) <= version_key(old.version):
        rule = f"must be greater than {old.version}, whose content differs"
    else:
        step = f"from {old.version} to {new.version} is a {made.name.lower()} step"
        rule = f"{step}, but {_REASONS[needed]}; make it a {needed.name.lower()} one"
    return [Problem("version", rule)]


def needed_change(old: Rubric, new: Rubric) -> Change:
    """Return the smallest step in version that the differences call for."""
    # From the greatest step to the smallest: what changes the meaning need not be graded further.
    if old == new:
        return Change.NONE
    if _meaning(old) != _meaning(_without_additions(old, new)):
        return Change.MAJOR
    if len(old.criteria) != len(new.criteria) or _organisation(old) != _organisation(new):
        return Change.MINOR
    return Change.PATCH


_REASONS = {
    Change.PATCH: "its words differ",
    Change.MINOR: "it adds optional criteria or is organised differently",
    Change.MAJOR: "its answers mean something else",
}


def _change_of_number(old: str, new: str) -> Change:
    before, after = version_key(old), version_key(new)
    if after <= before:
        return Change.NONE
    if after[0] > before[0]:
        return Change.MAJOR
    return Change.MINOR if after[1] > before[1] else Change.PATCH


def _without_additions(old: Rubric, new: Rubric) -> Rubric:
    """Return ``new`` without the added criteria that may be left unanswered and count nothing."""
    # A removed criterion stays a difference in meaning: old judgments answer what new ones do not.
    kept = (
        item
        for item in new.criteria
        if old.criterion(item.id) is not None or item.required or item.weight > 0
    )
    return replace(new, criteria=tuple(kept))


def _meaning(rubric: Rubric) -> Json:
    return _stripped(
        rubric_to_json(rubric),
        outside=_WORDING | _ORGANISATION,
        inside=_WORDING_INSIDE | _ORGANISATION_INSIDE,
    )


def _organisation(rubric: Rubric) -> Json:
    # Where the meaning is equal, what differs without the words is the organisation.
    return _stripped(rubric_to_json(rubric), outside=_WORDING, inside=_WORDING_INSIDE)


def _stripped(value: Json, *, outside: frozenset[str], inside: frozenset[str]) -> Json:
    """Return ``value`` without the keys ``outside`` at its top and ``inside`` below."""
    if isinstance(value, Mapping):
        kept = ((key, inner) for key, inner in value.items() if key not in outside)
        return {key: _stripped(inner, outside=inside, inside=inside) for key, inner in kept}
    if isinstance(value, str) or not isinstance(value, Sequence):
        return value
    return [_stripped(item, outside=inside, inside=inside) for item in value]
