"""Write and read ``SHA256SUMS`` as ``sha256sum --check`` does."""

import re
from collections.abc import Iterable

from evalhub.core.releasing.files import FileFacts
from evalhub.errors import BadInput, Problem

CHECKSUMS = "SHA256SUMS"

_LINE = re.compile(r"(?P<sha256>[0-9a-f]{64})  (?P<path>[^\\\n]+)", re.ASCII)
_SAFE_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*", re.ASCII)


def checksums_text(files: Iterable[FileFacts]) -> str:
    """Return the text of ``SHA256SUMS``, ordered by path."""
    ordered = sorted(files, key=lambda file: file.path)
    return "".join(f"{file.sha256}  {file.path}\n" for file in ordered)


def parse_checksums(text: str) -> dict[str, str]:
    """Return the SHA-256 of each path; raise ``BadInput`` naming each wrong line."""
    sums: dict[str, str] = {}
    problems: list[Problem] = []
    # Not splitlines, which breaks at form feeds and others too: sha256sum knows newlines alone.
    for number, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        match = _LINE.fullmatch(line)
        rule = _broken_rule(match["path"], sums) if match else "is not a hash, two spaces, a path"
        if match and not rule:
            sums[match["path"]] = match["sha256"]
        else:
            problems.append(Problem(f"{CHECKSUMS} line {number}", rule or ""))
    if problems:
        raise BadInput(problems)
    return sums


def is_safe_path(path: str) -> bool:
    """Tell whether ``path`` is relative, plain and stays within its folder."""
    return _SAFE_PATH.fullmatch(path) is not None


def _broken_rule(path: str, seen: dict[str, str]) -> str | None:
    if not is_safe_path(path):
        return f"path {path[:100]!r} is not a plain relative path"
    return f"path {path!r} stands there twice" if path in seen else None
