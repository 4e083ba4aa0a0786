"""Name release versions: three numbers, such as 1.2.0."""

import re
from collections.abc import Collection

from evalhub.errors import BadInput, Conflict

FIRST = "1.0.0"
_PATTERN = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})", re.ASCII)


def parse_version(text: str) -> tuple[int, int, int]:
    """Return the three numbers of a version; raise ``BadInput`` for anything else."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise BadInput.at(
            f"version {text[:40]!r}", "must be three numbers joined by dots, such as 1.2.0"
        )
    major, minor, patch = (int(part) for part in match.groups())
    return major, minor, patch


def next_version(taken: list[str]) -> str:
    """Return the version after the highest of ``taken``: its middle number goes up by one."""
    if not taken:
        return FIRST
    major, minor, _ = max(parse_version(version) for version in taken)
    return f"{major}.{minor + 1}.0"


def check_rises(wanted: str, taken: Collection[str]) -> None:
    """Raise ``Conflict`` where ``wanted`` would be a new version below the newest of ``taken``.

    A version names the one before it and tells what changed since. One that came in below would be
    missing from what the newer ones tell. One of ``taken`` itself is no new version.
    """
    if not taken or wanted in taken:
        return
    newest = max(taken, key=parse_version)
    if parse_version(wanted) < parse_version(newest):
        raise Conflict(
            f"Version {wanted} is below {newest}, the newest, and versions only rise: "
            f"choose {next_version(list(taken))} or another above {newest}."
        )
