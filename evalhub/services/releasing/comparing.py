"""Compare the folders of two releases row by row."""

from collections.abc import Iterator
from pathlib import Path

import orjson

from evalhub.core.releasing.diffing import COMPARED, AnyRow, RowChange, Side, compare
from evalhub.core.releasing.files import table_path
from evalhub.core.releasing.manifest import MANIFEST, Manifest
from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split
from evalhub.errors import NotFound
from evalhub.services.releasing.reading import read_manifest


def diff_releases(old: Path, new: Path) -> tuple[RowChange, ...]:
    """Return what changed from the release in ``old`` to that in ``new``.

    Raise ``NotFound`` where a folder holds no release.
    """
    before, after = _manifest(old), _manifest(new)
    withdrawn = after.clearance.consent.withdrawn if after.clearance else ()
    return compare(
        _side(old, before),
        _side(new, after),
        columns={part: tuple(SCHEMAS[part].names) for part in COMPARED},
        withdrawn=withdrawn,
    )


def _manifest(folder: Path) -> Manifest:
    try:
        return read_manifest((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise NotFound(f"There is no release in {str(folder)!r}.") from error


def _side(folder: Path, manifest: Manifest) -> Side:
    side = Side()
    for part in COMPARED:
        for row in _rows(folder, manifest, part):
            side.add(part, row)
    return side


def _rows(folder: Path, manifest: Manifest, part: Part) -> Iterator[AnyRow]:
    for split in Split:
        if split in manifest.counts.rows.get(part, {}):
            with (folder / table_path(part, split, FileFormat.JSONL)).open("rb") as lines:
                yield from map(orjson.loads, lines)
