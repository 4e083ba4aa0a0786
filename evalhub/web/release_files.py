"""Arrange the files of a release as a page lists them: by table and split."""

from collections.abc import Sequence
from dataclasses import dataclass

from evalhub.core.releasing.card import PART_NOTES
from evalhub.core.releasing.checksums import CHECKSUMS
from evalhub.core.releasing.dossier.vocabulary import CROISSANT, DATASHEET, DOSSIER
from evalhub.core.releasing.files import FileFacts, table_files
from evalhub.core.releasing.flavours.dataset_info import DATASET_INFO
from evalhub.core.releasing.manifest import CARD, MANIFEST, RECIPE
from evalhub.core.releasing.vocabulary import FLAVOURS, FileFormat, Part, Split
from evalhub.web.language import N_, Words

OTHER_NOTES = Words(
    {
        CARD: N_("the dataset card"),
        CHECKSUMS: N_("the hash of every file"),
        CROISSANT: N_("the tables and their documentation, for catalogues"),
        DATASHEET: N_("the dossier under the seven headings of a datasheet"),
        DATASET_INFO: N_("what LLaMA-Factory must know of its table"),
        DOSSIER: N_("what was examined, found and not known, for programs"),
        MANIFEST: N_("what went in and what came out, for programs"),
        RECIPE: N_("the rules that made the rows"),
    }
)


@dataclass(frozen=True, slots=True)
class SplitFiles:
    """Hold the files of one split, those of a format together, in the order of their rows."""

    name: str
    n_rows: int
    files: tuple[FileFacts, ...]


@dataclass(frozen=True, slots=True)
class TableFiles:
    """Hold the splits of one table, and what the table is."""

    name: str
    note: str
    splits: tuple[SplitFiles, ...]


@dataclass(frozen=True, slots=True)
class FileListing:
    """Hold the tables of a release, those made for one trainer, and the files beside them."""

    tables: tuple[TableFiles, ...]
    flavours: tuple[TableFiles, ...]
    others: tuple[FileFacts, ...]


def arrange(files: Sequence[FileFacts]) -> FileListing:
    """Return the files by table and split, and those that are no table."""
    tables = {
        part: TableFiles(part.value, PART_NOTES[part], splits)
        for part in Part
        if (splits := tuple(_splits(part, files)))
    }
    return FileListing(
        tables=tuple(table for part, table in tables.items() if part not in FLAVOURS),
        flavours=tuple(table for part, table in tables.items() if part in FLAVOURS),
        others=tuple(file for file in files if file.n_rows is None),
    )


def _splits(part: Part, files: Sequence[FileFacts]) -> list[SplitFiles]:
    found = []
    for split in Split:
        by_kind = [table_files(files, part, split, kind) for kind in FileFormat]
        if by_kind[0]:
            n_rows = sum(file.n_rows or 0 for file in by_kind[0])
            own = tuple(file for kind in by_kind for file in kind)
            found.append(SplitFiles(split.value, n_rows, own))
    return found
