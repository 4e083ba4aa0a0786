"""Verify a release folder against its own checksums, manifest, schemas and promises."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from evalhub.core.canonical import sha256_hex
from evalhub.core.releasing.checking import RowChecks, check_schema
from evalhub.core.releasing.checksums import CHECKSUMS, parse_checksums
from evalhub.core.releasing.files import ROWS_PER_GROUP, FileFacts, table_path
from evalhub.core.releasing.manifest import MANIFEST, RECIPE, Manifest, rows_by_table
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split
from evalhub.errors import BadInput, NotFound, Problem
from evalhub.services.releasing.checking_documents import check_documents
from evalhub.services.releasing.reading import read_checks, read_manifest

MAX_PROBLEMS = 50
_CHUNK = 2**20
_UNREADABLE = (pa.ArrowException, OSError, ValueError, TypeError, LookupError)
"""What pyarrow and JSON raise for files that are cut, corrupt or lie about themselves."""


@dataclass(frozen=True, slots=True)
class ReleaseReport:
    """Hold what was found; a release is good when there is no problem."""

    folder: Path
    release: str
    n_files: int
    n_rows: int
    problems: tuple[Problem, ...]

    @property
    def is_good(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.problems


def verify_release(folder: Path) -> ReleaseReport:
    """Check a release folder and report everything that is wrong, at most ``MAX_PROBLEMS``.

    Contents are read only when every file has the hash it should have: figures from files
    that were changed would say nothing. Raise ``NotFound`` when there is no such folder.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {str(folder)!r}.")
    try:
        sums = parse_checksums(_text(folder / CHECKSUMS))
        problems = _broken_sums(folder, sums)
        manifest = read_manifest(_text(folder / MANIFEST))
    except BadInput as error:
        return ReleaseReport(folder, folder.name, 0, 0, error.problems)
    problems += _broken_manifest(manifest, sums)
    n_rows = 0
    if not problems:
        n_rows, problems = _check_contents(folder, manifest)
    return ReleaseReport(folder, manifest.id, len(sums), n_rows, tuple(problems[:MAX_PROBLEMS]))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput.at(path.name, "cannot be read as UTF-8 text") from error


def _broken_sums(folder: Path, sums: dict[str, str]) -> list[Problem]:
    present = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()
    }
    missing = sorted(sums.keys() - present)
    extra = sorted(present - sums.keys() - {CHECKSUMS})
    changed = [path for path in sorted(sums.keys() & present) if _hash(folder / path) != sums[path]]
    return [
        *(Problem(path, f"is named in {CHECKSUMS} and is not there") for path in missing),
        *(Problem(path, f"is there and is not named in {CHECKSUMS}") for path in extra),
        *(Problem(path, f"does not have the hash in {CHECKSUMS}") for path in changed),
    ]


def _hash(path: Path) -> str:
    if path.is_symlink():
        return ""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _broken_manifest(manifest: Manifest, sums: dict[str, str]) -> list[Problem]:
    listed = {file.path: file.sha256 for file in manifest.files}
    wrong = sorted(listed.items() ^ {(p, s) for p, s in sums.items() if p != MANIFEST})
    problems = [
        Problem(f"{MANIFEST}, file {path!r}", f"is not as in {CHECKSUMS}") for path, _ in wrong
    ]
    if manifest.id != manifest.release.id:
        problems.append(Problem(f"{MANIFEST}, field 'id'", f"must be {manifest.release.id!r}"))
    if manifest.counts.rows != rows_by_table(manifest.files):
        rule = "does not hold the rows of the listed files"
        problems.append(Problem(f"{MANIFEST}, field 'counts.rows'", rule))
    return problems


def _check_contents(folder: Path, manifest: Manifest) -> tuple[int, list[Problem]]:
    try:
        recipe = _text(folder / RECIPE)
        checks, n_rows = read_checks(recipe), 0
    except BadInput as error:
        return 0, list(error.problems)
    problems = _broken_recipe(recipe, manifest)
    for part in Part:
        for split in Split:
            if split in manifest.counts.rows.get(part, {}):
                n_rows += manifest.counts.rows[part][split]
                problems += _check_table(folder, manifest, part, split=split, checks=checks)
    # Documents are compared only where every row is sound: else each of them would differ too.
    return n_rows, problems or checks.finish() or check_documents(folder, manifest)


def _broken_recipe(recipe: str, manifest: Manifest) -> list[Problem]:
    if sha256_hex(recipe.removesuffix("\n")) == manifest.recipe_sha256:
        return []
    return [Problem(RECIPE, f"does not have the hash in {MANIFEST}")]


def _check_table(
    folder: Path, manifest: Manifest, part: Part, *, split: Split, checks: RowChecks
) -> list[Problem]:
    """Return the problems of one split's files; those of its rows go to ``checks``."""
    facts = {file.path: file for file in manifest.files}
    parquet, jsonl = (facts.get(table_path(part, split, kind)) for kind in FileFormat)
    if parquet is None or jsonl is None:
        return [Problem(f"{MANIFEST}, table {part}", f"has no files for split {split}")]
    try:
        with pq.ParquetFile(folder / parquet.path) as file:
            problems = _check_parquet(file, part, parquet)
            if not problems:
                _check_rows(file, folder / jsonl.path, part, split=split, checks=checks)
    except _UNREADABLE as error:
        return [Problem(parquet.path, f"cannot be read: {str(error)[:200]}")]
    return problems


def _check_parquet(file: pq.ParquetFile, part: Part, facts: FileFacts) -> list[Problem]:
    problems = check_schema(part, file.schema_arrow, where=facts.path)
    if file.metadata.num_rows != facts.n_rows:
        rule = f"has {file.metadata.num_rows} rows, not {facts.n_rows}"
        problems.append(Problem(facts.path, rule))
    return problems


def _check_rows(
    file: pq.ParquetFile, jsonl: Path, part: Part, *, split: Split, checks: RowChecks
) -> None:
    place = f"{part}/{split}"
    with jsonl.open(encoding="utf-8") as lines:
        for number, row in enumerate(_rows(file), start=1):
            line = lines.readline()
            where = f"{place}, row {number}"
            if not line or json.loads(line) != row:
                checks.problems.append(Problem(where, "differs between Parquet and JSON lines"))
                return
            checks.check(part, split, row, where=where)
        if lines.readline():
            checks.problems.append(Problem(f"{place}.jsonl", "has more rows than the Parquet file"))


def _rows(file: pq.ParquetFile) -> Iterator[dict[str, object]]:
    for batch in file.iter_batches(ROWS_PER_GROUP):
        yield from batch.to_pylist()
