"""Print the boards of a project."""

import json

import click

from evalhub.cli.context import ACTOR, database, now
from evalhub.core.scoring.results import Board, BoardRow
from evalhub.rim.scores import score_project
from evalhub.services.scoring.boards import ProjectBoards, boards_document

NAME_WIDTH = 40


@click.command("score")
@click.argument("project")
@click.option("--json", "as_json", is_flag=True, help="Print the boards as JSON, unrounded.")
def command(project: str, *, as_json: bool) -> None:
    """Fit the boards of PROJECT to its judgments in force, keep the fit and print it."""
    with database() as opened:
        scored = score_project(project, database=opened, actor=ACTOR, now=now())
    if as_json:
        click.echo(json.dumps(boards_document(scored), indent=2, ensure_ascii=False))
        return
    _print(scored)


def _print(scored: ProjectBoards) -> None:
    boards, left_out = scored.boards, scored.left_out
    if scored.is_simulated:
        click.echo(f"SIMULATED: {scored.n_simulated} of these judgments come from a program.")
    click.echo(
        f"{scored.slug}: {boards.n_judgments} judgments by {scored.n_annotators} annotators "
        f"on {boards.n_prompts} prompts; {boards.n_models} models, {boards.n_ties} ties."
    )
    click.echo(
        f"Left out: {left_out.cannot_judge} cannot-judge, {left_out.by_models} by models, "
        f"{left_out.same_endpoint} within one endpoint."
    )
    for board in boards.boards:
        _print_board(board)
    if scored.position is not None:
        share = scored.position
        click.echo(
            f"\nLeft side won {share.share:.1%} ({share.low:.1%} to {share.high:.1%}) "
            f"of {share.n_decisive} decisive judgments. {share.method}."
        )
    for warning in boards.warnings:
        click.echo(f"Warning: {warning}")


def _print_board(board: Board) -> None:
    click.echo(f"\n{board.method}")
    click.echo(f"log-likelihood {board.log_likelihood:.4f}, n = {board.n_judgments} judgments")
    click.echo(f"{'place':>7}  {'model':<{NAME_WIDTH}}  score  interval      strength      n")
    for row in board.rows:
        click.echo(_line(row))
    for warning in board.warnings:
        click.echo(f"Warning: {warning}")


def _line(row: BoardRow) -> str:
    ranks = row.rank_interval
    place = "-" if ranks is None else _span(ranks.best, ranks.worst)
    interval = row.interval and row.interval.as_elo()
    shown = f"{interval.low:.0f} to {interval.high:.0f}" if interval else "none"
    elo = "-" if row.elo is None else f"{row.elo:.0f}"
    strength = "-" if row.strength is None else f"{row.strength:.4f}"
    line = (
        f"{place:>7}  {row.model[:NAME_WIDTH]:<{NAME_WIDTH}}  {elo:>5}  {shown:<12}  "
        f"{strength:>8}  {row.n_judgments:>5}"
    )
    return f"{line}  {row.flag}" if row.flag else line


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"
