"""Verify a release folder against its own checksums, manifest, schemas and promises."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evalhub.core.canonical import sha256_hex
from evalhub.core.releasing.checksums import CHECKSUMS, parse_checksums
from evalhub.core.releasing.counting import RowCounts
from evalhub.core.releasing.manifest import MANIFEST, RECIPE, Manifest, ReleaseCounts, rows_by_table
from evalhub.core.releasing.vocabulary import PairOutcome, Part
from evalhub.core.wording import counted
from evalhub.errors import BadInput, NotFound, Problem
from evalhub.services.releasing.checking_documents import check_documents
from evalhub.services.releasing.checking_tables import check_tables
from evalhub.services.releasing.reading import read_checks, read_manifest

MAX_PROBLEMS = 50
_CHUNK = 2**20


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
    except FileNotFoundError as error:
        # What a person meets who names the wrong folder, so it says what a right one has.
        raise BadInput.at(path.name, "is not there, and every release has one") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput.at(path.name, "cannot be read as UTF-8 text") from error


def _broken_sums(folder: Path, sums: dict[str, str]) -> list[Problem]:
    # A link counts as a file whatever it leads to: a release has none, also not to a folder.
    present = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
    missing = sorted(sums.keys() - present)
    extra = sorted(present - sums.keys() - {CHECKSUMS})
    both = sorted(sums.keys() & present)
    # What a link leads to may have the right hash here, and is not there for who copies the folder.
    links = [path for path in both if (folder / path).is_symlink()]
    changed = [path for path in both if path not in links and _hash(folder / path) != sums[path]]
    return [
        *(Problem(path, f"is named in {CHECKSUMS} and is not there") for path in missing),
        *(Problem(path, f"is there and is not named in {CHECKSUMS}") for path in extra),
        *(Problem(path, "is a link, and a release holds files alone") for path in links),
        *(Problem(path, f"does not have the hash in {CHECKSUMS}") for path in changed),
    ]


def _hash(path: Path) -> str:
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
    rows = rows_by_table(manifest.files)
    if manifest.counts.rows != rows:
        rule = "does not hold the rows of the listed files"
        problems.append(Problem(f"{MANIFEST}, field 'counts.rows'", rule))
    return [*problems, *_broken_counts(manifest.counts, rows)]


def _broken_counts(
    counts: ReleaseCounts, rows: Mapping[str, Mapping[str, int]]
) -> Iterator[Problem]:
    """Yield the counts that the number of rows of a table contradicts."""
    stated = {
        "n_judgments": (counts.n_judgments, Part.JUDGMENTS),
        "n_prompts": (counts.n_prompts, Part.PROMPTS),
        "pairs.preference": (counts.pairs.get(PairOutcome.PREFERENCE, 0), Part.PAIRS),
        "pairs.tie": (counts.pairs.get(PairOutcome.TIE, 0), Part.TIES),
    }
    for name, (n, part) in stated.items():
        n_rows = sum(rows.get(part, {}).values())
        if n != n_rows:
            rule = f"is {n}, and {part} has {counted(n_rows, 'row')}"
            yield Problem(f"{MANIFEST}, field 'counts.{name}'", rule)


def _check_contents(folder: Path, manifest: Manifest) -> tuple[int, list[Problem]]:
    try:
        recipe = _text(folder / RECIPE)
        checks = read_checks(recipe)
    except BadInput as error:
        return 0, list(error.problems)
    n_rows, problems = check_tables(folder, manifest, checks)
    problems = [*_broken_recipe(recipe, manifest), *problems]
    # Documents are compared only where every row is sound: else each of them would differ too.
    problems = problems or checks.finish() or _miscounted(manifest.counts, checks.counts)
    return n_rows, problems or check_documents(folder, manifest)


def _miscounted(stated: ReleaseCounts, counted: RowCounts) -> list[Problem]:
    """Return the counts that the rows themselves contradict."""
    return [
        Problem(f"{MANIFEST}, field 'counts.{name}'", f"is {n}, and the rows come to {n_found}")
        for name, n, n_found in counted.contradicted(stated)
    ]


def _broken_recipe(recipe: str, manifest: Manifest) -> list[Problem]:
    if sha256_hex(recipe.removesuffix("\n")) == manifest.recipe_sha256:
        return []
    return [Problem(RECIPE, f"does not have the hash in {MANIFEST}")]
