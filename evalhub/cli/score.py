"""Score a project's judgments, or a file of judgments without any database."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from evalhub.cli.context import ACTOR, database, now
from evalhub.cli.score_print import print_boards, print_project
from evalhub.core.scoring.board.board_json import boards_to_json
from evalhub.core.scoring.fitting import fit_encoded
from evalhub.core.scoring.options import Cluster, FitOptions, PositionTerm, Ties
from evalhub.core.scoring.reading.files import JudgmentFile, read_judgments, read_judgments_csv
from evalhub.errors import BadInput
from evalhub.rim.scores import score_project
from evalhub.services.scoring.boards import boards_document

STANDARD_INPUT = "-"
DEFAULTS = FitOptions()

_Command = TypeVar("_Command", bound=Callable[..., object])


def _choice(
    name: str, default: Ties | Cluster | PositionTerm, says: str
) -> Callable[[_Command], _Command]:
    """Declare an option whose words are the members of the default's vocabulary."""
    kind = type(default)
    return click.option(
        name,
        # Words, because click would otherwise offer the members under their Python names.
        type=click.Choice([one.value for one in kind]),
        default=default.value,
        show_default=True,
        callback=lambda _context, _option, word: kind(word),
        help=says,
    )


@click.command("score")
@click.argument("project", required=False)
@click.option(
    "--from",
    "source",
    metavar="FILE",
    help="Score a CSV, JSONL or Parquet file instead; - reads CSV from standard input.",
)
@_choice("--ties", DEFAULTS.ties, "What a tie means.")
@_choice(
    "--cluster",
    DEFAULTS.cluster,
    "Which judgments are alike; without the column intervals are per judgment.",
)
@_choice(
    "--position",
    DEFAULTS.position,
    "Whether the left side's advantage is reported, adjusted for, or not estimated.",
)
@click.option("--style", is_flag=True, help="Give strengths with style held equal as well.")
@click.option("--level", default=DEFAULTS.level, show_default=True, help="Of the intervals.")
@click.option("--json", "as_json", is_flag=True, help="Print the boards as JSON, unrounded.")
def command(
    project: str | None,
    source: str | None,
    *,
    ties: Ties,
    cluster: Cluster,
    position: PositionTerm,
    style: bool,
    level: float,
    as_json: bool,
) -> None:
    """Fit the boards of PROJECT to its judgments in force, keep the fit and print it.

    With --from the judgments come from a file, no database is opened and nothing is kept.
    """
    options = FitOptions(
        ties=ties, cluster=cluster, position=position, level=level, is_style_controlled=style
    )
    if source is not None and project is None:
        _score_file(source, options, as_json=as_json)
    elif project is not None and source is None:
        _score_project(project, options, as_json=as_json)
    else:
        raise click.UsageError("Name either a project or, with --from, a file.")


def _score_file(source: str, options: FitOptions, *, as_json: bool) -> None:
    encoded = _read(source).encoded(has_texts=options.is_style_controlled)
    boards = fit_encoded(encoded, options)
    if as_json:
        _print_json(boards_to_json(boards))
    else:
        print_boards(boards)


def _read(source: str) -> JudgmentFile:
    if source == STANDARD_INPUT:
        return read_judgments_csv(sys.stdin.buffer.read(), "standard input")
    try:
        data = Path(source).read_bytes()
    except OSError as error:
        raise BadInput.at(source, f"cannot be read: {error.strerror or error}") from error
    return read_judgments(data, name=source)


def _score_project(project: str, options: FitOptions, *, as_json: bool) -> None:
    with database() as opened:
        scored = score_project(project, database=opened, actor=ACTOR, now=now(), options=options)
    if as_json:
        _print_json(boards_document(scored))
    else:
        print_project(scored)


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
