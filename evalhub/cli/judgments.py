"""Commands that bring judgments in from elsewhere."""

from pathlib import Path

import click

from evalhub.cli.context import ACTOR, now, transaction
from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.judging.importing import parse_columns
from evalhub.services.importing.storing import ImportedFile, import_judgments


@click.group("judgments")
def group() -> None:
    """Import judgments."""


@group.command("import")
@click.argument("project")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Where the annotator ids come from, such as pilot.")
@click.option(
    "--columns",
    default="",
    help="Columns under other names: prompt=…,left=…,right=…,annotator=…,choice=…,"
    "preference=…,confidence=…,why=…",
)
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in AnnotatorKind]),
    default=AnnotatorKind.HUMAN.value,
    show_default=True,
    help="Who judged; a model's judgments are kept apart from people's.",
)
@click.option(
    "--annotator",
    default="",
    help="The one who made all judgments, for a file without an annotator column.",
)
def import_command(
    project: str, file: Path, source: str, columns: str, kind: str, annotator: str
) -> None:
    """Import the judgments of FILE (CSV or JSONL) into PROJECT: all of them or none."""
    imported = ImportedFile(
        data=file.read_bytes(),
        filename=file.name,
        source=source,
        columns=parse_columns(columns),
        kind=AnnotatorKind(kind),
        annotator=annotator,
    )
    with transaction() as session:
        summary = import_judgments(project, imported, session=session, actor=ACTOR, now=now())
    click.echo(
        f"Imported {summary.n_judgments} judgments by {summary.n_annotators} annotators "
        f"on {summary.n_pairs} pairs ({summary.n_pairs_added} of them new)."
    )
    if summary.n_not_answered:
        click.echo(
            f"{summary.n_not_answered} of them concern a response that is not a complete answer."
        )
