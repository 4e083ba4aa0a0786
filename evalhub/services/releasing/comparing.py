"""Compare the folders of two releases row by row."""

from collections.abc import Iterator
from pathlib import Path

import orjson

from evalhub.core.releasing.by_prompt import AnyRow, by_prompt
from evalhub.core.releasing.diffing import COMPARED, NEEDED, Comparison, RowChange, Side
from evalhub.core.releasing.files import table_files
from evalhub.core.releasing.manifest import MANIFEST, Manifest
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split
from evalhub.errors import BadInput, NotFound
from evalhub.services.releasing.reading import read_manifest


def diff_releases(old: Path, new: Path) -> tuple[RowChange, ...]:
    """Return what changed from ``old`` to ``new``, in the memory of one prompt.

    Raise ``NotFound`` where a folder holds no release, and ``BadInput`` where rows are not in the
    order that a build writes them in.
    """
    manifests = (_manifest(old), _manifest(new))
    withdrawn = manifests[1].clearance.consent.withdrawn if manifests[1].clearance else ()
    found = Comparison(withdrawn)
    tables = {
        (is_new, part, split): _rows((old, new)[is_new], manifests[is_new], part, split)
        for is_new in (False, True)
        for part in COMPARED
        for split in Split
    }
    for rows in by_prompt(tables):
        sides = (Side(), Side())
        for (is_new, part, _), row in rows:
            sides[is_new].add(part, row)
        found.add(*sides)
    return found.changes()


def _manifest(folder: Path) -> Manifest:
    try:
        return read_manifest((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise NotFound(f"There is no release in {str(folder)!r}.") from error


def _rows(folder: Path, manifest: Manifest, part: Part, split: Split) -> Iterator[AnyRow]:
    for file in table_files(manifest.files, part, split, FileFormat.JSONL):
        path = folder / file.path
        try:
            with path.open("rb") as lines:
                for number, line in enumerate(lines, start=1):
                    yield _row(line, part, where=f"{path} line {number}")
        except OSError as error:
            raise BadInput.at(str(path), f"cannot be read: {error.strerror}") from error


def _row(line: bytes, part: Part, *, where: str) -> AnyRow:
    try:
        row = orjson.loads(line)
    except ValueError as error:
        raise BadInput.at(where, f"cannot be read: {error}") from error
    if not isinstance(row, dict):
        raise BadInput.at(where, "cannot be read: it is no row")
    for name in NEEDED[part]:
        if not isinstance(row.get(name), str):
            raise BadInput.at(where, f"cannot be read: {name} is no text")
    return row
