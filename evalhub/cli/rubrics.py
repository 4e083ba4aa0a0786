"""Commands that check, load and list rubrics."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import click

from evalhub.cli.context import ACTOR, now, settings, transaction
from evalhub.cli.words import table
from evalhub.core.rubrics.loading import load_rubric
from evalhub.core.rubrics.translations import (
    check_translation,
    is_translation,
    missing_words,
    read_translation,
)
from evalhub.core.wording import counted
from evalhub.errors import BadInput
from evalhub.services.rubric_notes.reading import list_open
from evalhub.services.rubric_translations import store_translation
from evalhub.services.rubrics import list_rubrics, store_rubric
from evalhub.services.transaction import Session

SHIPPED = "shipped"
LONGEST_GIST = 100


@click.group("rubrics")
def group() -> None:
    """Check, load and list rubrics."""


@group.command("check")
@click.argument("paths", nargs=-1, required=True)
@click.pass_context
def check_command(context: click.Context, paths: tuple[str, ...]) -> None:
    """Check rubric files and translations; `shipped` means those that come with EvalHub."""
    n_bad = sum(not _is_good(path) for path in _expanded(paths))
    context.exit(1 if n_bad else 0)


@group.command("load")
@click.argument("paths", nargs=-1, required=True)
def load_command(*, paths: tuple[str, ...]) -> None:
    """Store rubric files and translations, all or none; `shipped` means EvalHub's own."""
    # All are read before the first is stored: a file that is missing must not leave half of them.
    texts = [(path, _bytes(path)) for path in _expanded(paths)]
    moment = now()
    with transaction() as session:
        # Translations after the rubrics, which they are held against.
        said = [
            _load(text, where=str(path), session=session, now=moment)
            for path, text in sorted(texts, key=lambda one: is_translation(one[1]))
        ]
    for line in said:
        click.echo(line)


@group.command("list")
def list_command() -> None:
    """List the rubrics with their versions."""
    with transaction(write=False) as session:
        lines = list_rubrics(session=session)
    rows = [(line.id, ", ".join(line.versions), line.status, line.title) for line in lines]
    for row in table(rows):
        click.echo(row)
    if not lines:
        click.echo("No rubrics; add them with `evalhub rubrics load shipped`.")


@group.command("notes")
def notes_command() -> None:
    """List what experts reported or proposed and nobody has decided about."""
    with transaction(write=False) as session:
        notes = list_open(session=session, actor=ACTOR)
    for note in notes:
        about = f"{note.rubric_id}@{note.version}"
        where = f"{about} {note.criterion}".rstrip()
        click.echo(f"{note.written_at:%Y-%m-%d}  {where}  {note.kind.value}: {_gist(note.words)}")
    if not notes:
        click.echo("Nothing waits for a decision.")


def _gist(words: str) -> str:
    """Return the beginning of a text as one line."""
    # What others typed must not move the cursor of who reads it here.
    line = "".join(char for char in " ".join(words.split()) if char.isprintable())
    return line if len(line) <= LONGEST_GIST else line[: LONGEST_GIST - 1] + "…"


def _expanded(paths: Sequence[str]) -> Iterator[Path]:
    for path in paths:
        if path == SHIPPED:
            yield from sorted(settings().rubrics_dir.glob("*.yaml"))
        else:
            yield Path(path)


def _load(text: bytes, *, where: str, session: Session, now: datetime) -> str:
    """Store one file and return what came of it, as one line."""
    if is_translation(text):
        done = store_translation(text, where=where, session=session, actor=ACTOR, now=now)
        head, sha256, is_new = done.translation.head, done.sha256, done.is_new
        name = f"{head.rubric} {head.version} in {head.language}"
    else:
        stored = store_rubric(text, where=where, session=session, actor=ACTOR, now=now)
        rubric, sha256, is_new = stored.view.rubric, stored.view.sha256, stored.is_new
        name = f"{rubric.id} {rubric.version}"
    return f"{name} {'stored' if is_new else 'is there already'} ({sha256})."


def _is_good(path: Path) -> bool:
    """Print whether the file at ``path`` is sound, with every reason when it is not."""
    try:
        said = _checked(path, _bytes(path))
    except BadInput as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        return False
    click.echo(f"{path}: {said}")
    return True


def _checked(path: Path, text: bytes) -> str:
    """Return what a sound file holds; raise ``BadInput`` with every fault."""
    if not is_translation(text):
        rubric = load_rubric(text, where=str(path))
        absent = [tag for tag in rubric.translations if not _sibling(path, tag).is_file()]
        if absent:
            place = f"{path}, field 'translations'"
            raise BadInput.at(
                place, f"names {absent[0]}, but {_sibling(path, absent[0])} is missing"
            )
        return f"{rubric.id} {rubric.version} is sound"
    file = read_translation(text, where=str(path))
    head, stem = file.head, path.stem.removesuffix(f".{file.head.language}")
    if stem == path.stem:
        rule = f"the file must end in .{head.language}{path.suffix}, the language it is in"
        raise BadInput.at(f"{path}, field 'language'", rule)
    original = path.with_stem(stem)
    rubric = load_rubric(_bytes(original), where=str(original))
    n_missing = len(missing_words(rubric, check_translation(file, rubric)))
    stay = counted(n_missing, "text stays", "texts stay")
    left = f"; {stay} in {rubric.locale}" if n_missing else ""
    return f"{head.rubric} {head.version} in {head.language} is sound{left}"


def _sibling(path: Path, language: str) -> Path:
    """Return where the translation of the rubric at ``path`` lies."""
    return path.with_stem(f"{path.stem}.{language}")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput.at(str(path), f"cannot be read: {error.strerror}") from error
