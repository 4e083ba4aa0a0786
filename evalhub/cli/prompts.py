"""Commands that check, import and list prompt sets."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from evalhub.cli.context import ACTOR, now, settings, transaction
from evalhub.cli.prompt_report import print_report
from evalhub.cli.words import table
from evalhub.core.canonical import canonical_json
from evalhub.core.prompts.cards import card_to_json
from evalhub.core.prompts.options import ReadingOptions, RowDefaults, parse_renames
from evalhub.core.prompts.report import report_on
from evalhub.core.prompts.vocabulary import SourceKind
from evalhub.core.queued_work import WorkStatus
from evalhub.core.wording import counted
from evalhub.errors import BadInput, EvalHubError
from evalhub.services.prompt_sets import (
    FolderSet,
    Frozen,
    Material,
    SetNames,
    confirm_upload,
    list_prompt_sets,
    read_path,
    stage_upload,
)
from evalhub.services.prompt_sets.imports import (
    ImportView,
    SentFile,
    cancel_import,
    get_import,
    list_imports,
    retry_import,
    start_import,
)

SHIPPED = "shipped"
SOURCES = click.Choice([kind.value for kind in SourceKind])


@click.group("prompts")
def group() -> None:
    """Check, import and list prompt sets."""


@group.command("check")
@click.argument("paths", nargs=-1, required=True)
@click.pass_context
def check_command(context: click.Context, paths: tuple[str, ...]) -> None:
    """Check files or folders of prompts; `shipped` means those that come with EvalHub."""
    n_problems = sum(_check(path) for path in _expanded(paths))
    context.exit(1 if n_problems else 0)


@group.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--slug", help="Name of the set; else the id on its card.")
@click.option("--title", help="Title of a new set; else the one on its card.")
@click.option("--domain", help="Domain of rows that name none.")
@click.option("--language", help="Language (BCP 47) of rows that name none.")
@click.option("--license", "license_", help="Licence (SPDX) of rows that name none.")
@click.option("--source-kind", type=SOURCES, help="Source of rows that name none.")
@click.option("--rename", multiple=True, metavar="THEIRS=OURS", help="Read THEIRS as OURS.")
@click.option("--keep-unknown", is_flag=True, help="Put unknown fields into metadata.")
@click.option("--yes", is_flag=True, help="Import the good rows without asking.")
@click.option("--queue", is_flag=True, help="Let a worker read the file, and follow it elsewhere.")
def import_command(  # noqa: PLR0913 - one parameter an option
    *,
    path: Path,
    slug: str | None,
    title: str | None,
    domain: str | None,
    language: str | None,
    license_: str | None,
    source_kind: str | None,
    rename: tuple[str, ...],
    keep_unknown: bool,
    yes: bool,
    queue: bool,
) -> None:
    """Show what PATH holds and, once confirmed, freeze its good rows as a version."""
    kind = SourceKind(source_kind) if source_kind else None
    defaults = RowDefaults(domain, language, license_, kind)
    options = ReadingOptions(defaults, parse_renames(rename), keep_unknown)
    if queue:
        _queue(path, SetNames(slug or "", title or ""), options, freezes=yes)
        return
    found = read_path(path, options=options)
    report = report_on(found.file)
    print_report(report)
    names = _names(found, slug, title)
    if not report.n_good:
        raise BadInput.at(path.name, "holds no good row; nothing was imported")
    # Frozen versions stay for ever, so a person looks at the report first unless a script says
    # otherwise.
    if not yes:
        click.confirm(f"Freeze {counted(report.n_good, 'prompt')} as {names.slug!r}?", abort=True)
    _print_frozen(_import(found, names))


@group.command("imports")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1_000))
def imports_command(limit: int) -> None:
    """List imports that workers were asked for, the newest first."""
    with transaction(write=False) as session:
        found = list_imports(session=session, limit=limit)
    for line in table(_import_row(one) for one in found):
        click.echo(line)
    for one in found:
        for problem in one.problems:
            click.echo(f"{one.public_id}: {problem}", err=True)
    if not found:
        click.echo("No imports; ask for one with `evalhub prompts import --queue`.")


@group.command("cancel")
@click.argument("import_id")
def cancel_command(import_id: str) -> None:
    """Stop the import IMPORT_ID, or delete the file of one that failed."""
    with transaction() as session:
        cancel_import(import_id, session=session, actor=ACTOR, now=now())
        found = get_import(import_id, session=session)
    is_failed = found.status is WorkStatus.FAILED
    click.echo(f"Import {import_id} {'has no file any more' if is_failed else 'is cancelled'}.")


@group.command("retry")
@click.argument("import_id")
def retry_command(import_id: str) -> None:
    """Queue the import IMPORT_ID again, whose process is gone."""
    with transaction() as session:
        retry_import(import_id, session=session, actor=ACTOR, now=now())
    click.echo(f"Import {import_id} waits for a worker.")


@group.command("list")
def list_command() -> None:
    """List the prompt sets with their newest version."""
    with transaction(write=False) as session:
        lines = list_prompt_sets(session=session)
    rows = [
        (
            line.newest.name,
            counted(line.newest.n_prompts, "prompt"),
            line.newest.sha256,
            line.title,
        )
        for line in lines
    ]
    for row in table(rows):
        click.echo(row)
    if not lines:
        click.echo("No prompt sets; add one with `evalhub prompts import`.")


def _queue(path: Path, names: SetNames, options: ReadingOptions, *, freezes: bool) -> None:
    if path.is_dir():
        raise BadInput.at(path.name, "is a folder; --queue takes a file")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput.at(path.name, f"cannot be read: {error.strerror}") from error
    sent = SentFile(content, path.name, options)
    with transaction() as session:
        asked = start_import(sent, names, session=session, actor=ACTOR, now=now(), freezes=freezes)
    click.echo(f"Import {asked.public_id} of {path.name} waits for a worker.")


def _import_row(one: ImportView) -> tuple[str, str, str, str]:
    result = one.version.name if one.version else one.upload and f"report /uploads/{one.upload}"
    return one.public_id, one.status.value, one.filename, result or one.slug


def _expanded(paths: Sequence[str]) -> Iterator[Path]:
    for path in paths:
        if path == SHIPPED:
            yield from sorted(p for p in settings().prompts_dir.iterdir() if p.is_dir())
        else:
            yield Path(path)


def _check(path: Path) -> int:
    """Print what is wrong at ``path`` and return the number of bad rows, 1 for a bad file."""
    try:
        found = read_path(path, options=ReadingOptions())
    except EvalHubError as error:
        # The message names the file; what stands before it is the way there.
        click.echo(str(path.parent / str(error)), err=True)
        return 1
    for row in found.file.bad:
        for reason in row.reasons:
            click.echo(f"{path}:{row.place}: {reason}", err=True)
    click.echo(f"{path}: {counted(len(found.file.good), 'good row')}, {len(found.file.bad):,} bad")
    return len(found.file.bad)


def _names(found: FolderSet, slug: str | None, title: str | None) -> SetNames:
    card = found.card
    slug = slug or (card.id if card else None)
    if slug is None:
        raise BadInput.at("--slug", "is needed: the file has no card that names the set")
    return SetNames(slug, title or (card.title if card else slug))


def _import(found: FolderSet, names: SetNames) -> Frozen:
    moment, card = now(), found.card
    # One transaction, so that nothing is left waiting when it fails; what takes long is before.
    text = canonical_json(card_to_json(card)) if card else "{}"
    material = Material(found.file.filename, found.file.prompts, text).prepare()
    with transaction() as session:
        upload = stage_upload(
            found.file, names, session=session, actor=ACTOR, now=moment, card=card
        )
        return confirm_upload(
            upload.token, session=session, actor=ACTOR, now=moment, material=material
        )


def _print_frozen(frozen: Frozen) -> None:
    version = frozen.version
    if frozen.is_new:
        click.echo(
            f"Frozen {counted(version.n_prompts, 'prompt')} as {version.name} ({version.sha256})."
        )
    else:
        click.echo(f"Nothing new: {version.name} holds the same rows ({version.sha256}).")
