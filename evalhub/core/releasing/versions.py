"""Name release versions: three numbers, such as 1.2.0."""

import re

from evalhub.errors import BadInput

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
