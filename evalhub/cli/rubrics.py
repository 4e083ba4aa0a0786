"""Commands that check, load and list rubrics."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from evalhub.cli.context import ACTOR, now, settings, transaction
from evalhub.cli.words import table
from evalhub.core.rubrics.loading import load_rubric
from evalhub.errors import BadInput
from evalhub.services.rubrics import list_rubrics, store_rubric

SHIPPED = "shipped"


@click.group("rubrics")
def group() -> None:
    """Check, load and list rubrics."""


@group.command("check")
@click.argument("paths", nargs=-1, required=True)
@click.pass_context
def check_command(context: click.Context, paths: tuple[str, ...]) -> None:
    """Check rubric files; `shipped` means those that come with EvalHub."""
    n_bad = sum(not _is_good(path) for path in _expanded(paths))
    context.exit(1 if n_bad else 0)


@group.command("load")
@click.argument("paths", nargs=-1, required=True)
def load_command(*, paths: tuple[str, ...]) -> None:
    """Store rubric files as versions, all or none; `shipped` means EvalHub's own."""
    # All are read before the first is stored: a file that is missing must not leave half of them.
    texts = [(path, _bytes(path)) for path in _expanded(paths)]
    moment = now()
    with transaction() as session:
        stored = [
            store_rubric(text, where=str(path), session=session, actor=ACTOR, now=moment)
            for path, text in texts
        ]
    for found in stored:
        rubric = found.view.rubric
        said = "stored" if found.is_new else "is there already"
        click.echo(f"{rubric.id} {rubric.version} {said} ({found.view.sha256}).")


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


def _expanded(paths: Sequence[str]) -> Iterator[Path]:
    for path in paths:
        if path == SHIPPED:
            yield from sorted(settings().rubrics_dir.glob("*.yaml"))
        else:
            yield Path(path)


def _is_good(path: Path) -> bool:
    """Print whether the rubric at ``path`` is sound, with every reason when it is not."""
    try:
        rubric = load_rubric(_bytes(path), where=str(path))
    except BadInput as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        return False
    click.echo(f"{path}: {rubric.id} {rubric.version} is sound")
    return True


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput.at(str(path), f"cannot be read: {error.strerror}") from error
