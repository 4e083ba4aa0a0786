"""Read which projects and releases a key is to be limited to."""

from collections.abc import Iterable

from evalhub.core.people import ReleaseLimit
from evalhub.core.releasing.versions import parse_version
from evalhub.errors import BadInput, Problem

MAX_NAMES = 50
"""How many releases and projects one key may name; more are a list that nobody reads again."""
MAX_SLUG_LENGTH = 80


def parse_limit(names: Iterable[str]) -> ReleaseLimit | None:
    """Return the limit that ``names`` write, None where they name nothing.

    Names are separated by commas or blanks, within an item too, as people type them into one
    field. Raise ``BadInput`` naming each that is neither ``PROJECT`` nor ``PROJECT@VERSION``.
    """
    found = sorted({name for item in names for name in item.replace(",", " ").split()})
    if len(found) > MAX_NAMES:
        raise BadInput.at("releases", f"names {len(found)}; a key is limited to {MAX_NAMES}")
    problems = [problem for name in found for problem in _problems(name)]
    if problems:
        raise BadInput(problems)
    return ReleaseLimit(tuple(found)) if found else None


def _problems(name: str) -> tuple[Problem, ...]:
    project, at, version = name.partition("@")
    if not 1 <= len(project) <= MAX_SLUG_LENGTH:
        rule = f"{name[:MAX_SLUG_LENGTH]!r} is neither PROJECT nor PROJECT@VERSION"
        return (Problem("releases", rule),)
    try:
        parse_version(version if at else "1.0.0")
    except BadInput as error:
        rule = f"{name[:MAX_SLUG_LENGTH]!r}: the {error}"
        return (Problem("releases", rule),)
    return ()
