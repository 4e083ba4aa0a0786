"""Ask a release in SQL, over its Parquet files where they lie; see ADR 0051."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from evalhub.core.deferred import Deferred
from evalhub.core.releasing.files import FileFacts, split_of
from evalhub.core.releasing.vocabulary import FileFormat
from evalhub.errors import BadInput, NotFound, SettingsError
from evalhub.services.releasing.kept import FoundRelease

datasets = Deferred("pyarrow.dataset")

ROWS_AT_ONCE = 1_000
ALONE = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "temp_directory": "",
}
"""DuckDB opens no file and no address: what a statement sees are the tables it is handed, which
Arrow reads. Nothing is written either, so what does not fit into memory fails."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what a statement gave: the names of its columns, and its rows as they come."""

    names: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def query_release(release: FoundRelease, statement: str) -> Answer:
    """Return what ``statement`` says of a release, whose tables it names by their configurations.

    A table is read from its shelf, the columns and row groups that the statement needs. Raise
    ``BadInput`` with DuckDB's own words, which show the place, ``NotFound`` where the files are
    gone, and ``SettingsError`` where DuckDB is not installed.
    """
    duckdb = _duckdb()
    connection = duckdb.connect(":memory:", config=ALONE)
    for name, files in _tables(release).items():
        connection.register(name, _dataset(release, files))
    # Only now: a statement cannot open what was closed above.
    connection.execute("SET lock_configuration = true")
    try:
        asked = connection.execute(statement)
    except duckdb.Error as error:
        raise BadInput.at("", str(error).rstrip()) from error
    if asked is None or asked.description is None:
        raise BadInput.at("", "There is no statement to answer.")
    names = tuple(str(column[0]) for column in asked.description)
    return Answer(names, _rows(asked, duckdb))


def _rows(asked: Any, duckdb: ModuleType) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - its types come with DuckDB
    try:
        while rows := asked.fetchmany(ROWS_AT_ONCE):
            yield from rows
    except duckdb.Error as error:
        raise BadInput.at("", str(error).rstrip()) from error


def _tables(release: FoundRelease) -> dict[str, list[FileFacts]]:
    """Return the Parquet files of each table in the order of their rows, by the table's name."""
    found: dict[str, list[FileFacts]] = {}
    for file in sorted(release.manifest.files, key=lambda one: one.path):
        if file.n_rows is not None and file.path.endswith(f".{FileFormat.PARQUET}"):
            found.setdefault(split_of(file.path)[0], []).append(file)
    return found


def _dataset(release: FoundRelease, files: Sequence[FileFacts]) -> object:
    places = [release.place(file.path) for file in files]
    filesystem = places[0][0]
    try:
        return datasets.dataset([path for _, path in places], filesystem=filesystem)
    except FileNotFoundError as error:
        raise NotFound(f"A file of {release.manifest.id} is gone: {files[0].path}.") from error


def _duckdb() -> ModuleType:
    try:
        return import_module("duckdb")
    except ModuleNotFoundError as error:
        raise SettingsError(
            "Queries need DuckDB: `pip install --editable '.[query]'` in EvalHub's folder."
        ) from error
