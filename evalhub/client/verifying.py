"""Check a folder against the hashes that its release promises."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evalhub.client.answers import FileFacts, Manifest
from evalhub.client.errors import Damaged, Strange, UnknownTable
from evalhub.errors import Problem

MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
CHUNK = 2**20
PART = ".part"
"""What the name of a file that is not whole yet ends with."""

_LINE = re.compile(r"([0-9a-f]{64})  ([^\n]+)", re.ASCII)
_SAFE_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Verified:
    """Hold what was checked, and the hash of ``SHA256SUMS``, which stands for all of it."""

    n_files: int
    sha256: str


def checksums_text(manifest: Manifest) -> str:
    """Return ``SHA256SUMS`` as the server writes it: every file and the manifest, by path."""
    own = FileFacts(MANIFEST, manifest.sha256, len(manifest.text))
    ordered = sorted((*manifest.files, own), key=lambda file: file.path)
    return "".join(f"{file.sha256}  {file.path}\n" for file in ordered)


def wanted_files(files: Iterable[FileFacts], only: Collection[str]) -> list[FileFacts]:
    """Return the files of the tables ``only`` and those that are no table; all where it is empty.

    Raise ``Strange`` for a path that leads out of a folder: a server is not trusted with where
    files are written. Raise ``UnknownTable`` for a name that the release does not have.
    """
    found = list(files)
    for file in found:
        _check_path(file.path)
    _refuse_unknown(only, (file.path for file in found))
    return [one for one in found if not only or one.n_rows is None or _table(one.path) in only]


def verify_folder(folder: Path, *, only: Collection[str] = ()) -> Verified:
    """Check every file below ``folder`` against ``SHA256SUMS``; raise ``Damaged`` naming each.

    Files of other tables than ``only`` may be missing. What lies there and is in no list is
    reported too: a loader would read it with the rest. Raise ``UnknownTable`` for a name in
    ``only`` that the list does not have.
    """
    try:
        text = (folder / CHECKSUMS).read_bytes()
    except OSError as error:
        raise Damaged([Problem(CHECKSUMS, f"cannot be read: {error.strerror}")]) from error
    sums = dict(_sums(text))
    _refuse_unknown(only, sums)
    problems = [*_wrong_files(folder, sums, only), *_strays(folder, sums)]
    if problems:
        raise Damaged(problems)
    n_files = sum((folder / path).exists() for path in sums)
    return Verified(n_files, hashlib.sha256(text).hexdigest())


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file, read a piece at a time."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sums(text: bytes) -> Iterator[tuple[str, str]]:
    """Yield path and hash of each line."""
    lines = text.decode("utf-8", "replace").removesuffix("\n").split("\n")
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if match is None or not _SAFE_PATH.fullmatch(match[2]):
            rule = "is not a hash, two spaces and a plain path"
            raise Damaged([Problem(f"{CHECKSUMS} line {number}", rule)])
        yield match[2], match[1]


def _wrong_files(folder: Path, sums: dict[str, str], only: Collection[str]) -> Iterator[Problem]:
    for path, expected in sorted(sums.items()):
        place = folder / path
        if not place.is_file():
            if not only or "/" not in path or _table(path) in only:
                yield Problem(path, "is missing")
        elif (found := hash_of(place)) != expected:
            yield Problem(path, f"has the SHA-256 {found} and not {expected}")


def _strays(folder: Path, sums: dict[str, str]) -> Iterator[Problem]:
    known = {*sums, CHECKSUMS}
    for place in sorted(folder.rglob("*")):
        path = place.relative_to(folder).as_posix()
        if place.is_file() and path not in known:
            yield Problem(path, f"is in no line of {CHECKSUMS}")


def _refuse_unknown(only: Collection[str], paths: Iterable[str]) -> None:
    """Raise ``UnknownTable`` for names that no path lies under.

    Passed over, a typo would come to a folder without a single table, and be called a success.
    """
    # Without this, the letters of a lone name would be looked for one by one.
    names = {only} if isinstance(only, str) else set(only)
    known = {_table(path) for path in paths if "/" in path}
    if unknown := sorted(names - known):
        raise UnknownTable(
            f"The release has no table {_listed(unknown)}; it has {_listed(sorted(known))}."
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names) or "none"


def _table(path: str) -> str:
    return path.partition("/")[0]


def _check_path(path: str) -> None:
    if not _SAFE_PATH.fullmatch(path) or path in {MANIFEST, CHECKSUMS} or path.endswith(PART):
        raise Strange(f"The manifest names a file {path[:100]!r}, which is no plain relative path.")
