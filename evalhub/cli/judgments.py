"""Commands that bring judgments in from elsewhere."""

from dataclasses import fields
from pathlib import Path

import click

from evalhub.cli.context import ACTOR, database, now
from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.judging.importing import ImportColumns, parse_columns
from evalhub.core.wording import counted
from evalhub.rim.imports import import_file
from evalhub.services.importing.drafting import ImportedFile

PARTS = "Parts and their usual columns: " + ", ".join(
    f"{field.name} ({field.default})" for field in fields(ImportColumns)
)


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
    metavar="PART=NAME,…",
    help=f"Columns under other names, such as left=model_a,annotator=worker. {PARTS}",
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
    """Import the judgments of FILE (CSV or JSONL) into PROJECT: all of them or none.

    FILE has the columns prompt_id, model_left, model_right (endpoint or model), annotator_id
    and choice (a, b, tie, both_good, both_bad or cannot_judge), and may have preference (-3 to
    3), confidence (1 to 3) and why.
    """
    imported = ImportedFile(
        data=file.read_bytes(),
        filename=file.name,
        source=source,
        columns=parse_columns(columns),
        kind=AnnotatorKind(kind),
        annotator=annotator,
    )
    with database() as opened:
        summary = import_file(project, imported, database=opened, actor=ACTOR, now=now())
    click.echo(
        f"Imported {counted(summary.n_judgments, 'judgment')} "
        f"by {counted(summary.n_annotators, 'annotator')} "
        f"on {counted(summary.n_pairs, 'pair')} ({summary.n_pairs_added} new)."
    )
    if summary.n_not_answered:
        concerned = counted(summary.n_not_answered, "judgment")
        click.echo(f"{concerned} on a response that is no complete answer.")
