"""Print boards as text for people; ``--json`` is for programs."""

import click

from evalhub.core.scoring.counting.clustering import CLUSTER_NOUNS, CLUSTER_WORDS
from evalhub.core.scoring.results import (
    Board,
    BoardRow,
    Boards,
    Effect,
    Interval,
    PositionCount,
)
from evalhub.core.wording import counted
from evalhub.services.scoring.boards import ProjectBoards

NAME_WIDTH = 40
MAX_SUGGESTIONS = 8


def print_project(scored: ProjectBoards) -> None:
    """Print the boards of a project with what they rest on and what was left out."""
    boards, left_out = scored.boards, scored.left_out
    if scored.is_simulated:
        total = counted(boards.n_judgments, "judgment")
        click.echo(f"SIMULATED: {scored.n_simulated:,} of {total} made by a program.")
    click.echo(
        f"{scored.slug}: {counted(boards.n_judgments, 'judgment')} by "
        f"{counted(scored.n_annotators, 'annotator')}{_what(boards)}"
    )
    click.echo(
        f"Left out: {left_out.cannot_judge} cannot-judge, {left_out.by_models} by models, "
        f"{left_out.same_endpoint} within one endpoint."
    )
    _print_all(boards)


def print_boards(boards: Boards) -> None:
    """Print boards that come from a file."""
    click.echo(f"{counted(boards.n_judgments, 'judgment')}{_what(boards)}")
    _print_all(boards)


def _what(boards: Boards) -> str:
    prompts = "" if boards.n_prompts is None else f" on {counted(boards.n_prompts, 'prompt')}"
    return f"{prompts}; {counted(boards.n_models, 'model')}, {counted(boards.n_ties, 'tie')}."


def _print_all(boards: Boards) -> None:
    for board in boards.boards:
        _print_board(board)
    _print_side(boards.position)
    for pair in boards.suggestions[:MAX_SUGGESTIONS]:
        click.echo(f"Compare next: {pair.first} and {pair.second}, to {pair.purpose}.")
    for warning in boards.warnings:
        click.echo(f"Warning: {warning}")


def _print_board(board: Board) -> None:
    click.echo(f"\n{board.method}")
    click.echo(
        f"log-likelihood {board.log_likelihood:.4f}, "
        f"n = {counted(board.n_judgments, 'judgment')}, G = {_clusters(board)}"
    )
    click.echo(f"{'place':>7}  {'model':<{NAME_WIDTH}}  score  interval      strength      n")
    for row in board.rows:
        click.echo(_line(row))
    if board.ties is not None and board.ties.value is not None:
        click.echo(f"{board.ties.name} = {board.ties.value:.4f}{_span_of(board.ties.interval)}")
        if len(board.ties.thresholds) > 1:
            edges = ", ".join(f"{edge:.4f}" for edge in board.ties.thresholds)
            click.echo(f"thresholds of grades: {edges}")
    if board.position is not None:
        click.echo(_effect(board.position))
    if board.style is not None:
        click.echo(f"{board.style.method}; effects per standard deviation:")
        for effect in board.style.effects:
            click.echo(f"  {_effect(effect)}")
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
    if row.style is not None:
        line = f"{line}  style held equal: {row.style.elo:.0f}"
    return f"{line}  {row.flag}" if row.flag else line


def _effect(effect: Effect) -> str:
    if effect.value is None:
        return f"{effect.name}: {effect.reason}"
    reason = f" ({effect.reason})" if effect.reason else ""
    return f"{effect.name}: {effect.value:+.4f} log-odds{_span_of(effect.interval)}{reason}"


def _span_of(interval: Interval | None) -> str:
    return f" ({interval.low:.4f} to {interval.high:.4f})" if interval else ""


def _clusters(board: Board) -> str:
    return counted(board.n_clusters, CLUSTER_NOUNS[board.cluster], CLUSTER_WORDS[board.cluster])


def _print_side(position: PositionCount) -> None:
    if position.left_share is None or position.interval is None:
        return
    low, high = position.interval.low, position.interval.high
    click.echo(
        f"\nLeft side won {position.left_share:.1%} ({low:.1%} to {high:.1%}) "
        f"of {counted(position.n_decisive, 'decisive judgment')}. {position.method}."
    )


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"
