"""Commands about what people look at again."""

import click

from evalhub.cli.context import database, now, transaction
from evalhub.cli.words import table
from evalhub.core.people import command_actor
from evalhub.core.wording import counted
from evalhub.services.reviewing.opening import look_through, projects_to_look_at
from evalhub.services.reviewing.reading import queue
from evalhub.services.reviewing.rules import write_share


@click.group("reviews")
def group() -> None:
    """Open and list what people look at again."""


@group.command("look")
def look_command() -> None:
    """Look through new judgments and open a case wherever a person should look again."""
    moment, n_opened = now(), 0
    with database() as opened:
        with opened.transaction(write=False) as session:
            waiting = projects_to_look_at(session=session, now=moment)
        while waiting:
            # A window a transaction, so that the server's own writers take their turns.
            with opened.transaction() as session:
                looked = look_through(waiting[-1], session=session, now=moment)
            n_opened += looked.n_opened
            if not looked.is_rest_left:
                waiting.pop()
    click.echo(f"Opened {counted(n_opened, 'case')}.")


@group.command("list")
def list_command() -> None:
    """Print what waits for a reviewer, the most urgent first."""
    with transaction(write=False) as session:
        found = queue(actor=command_actor(), session=session, now=now())
    rows = [
        (
            str(one.id),
            one.trigger.value,
            one.slug,
            one.standing.state.value,
            f"due {one.standing.due_at:%Y-%m-%d}" if one.standing.due_at else "",
            "overdue" if one.standing.is_overdue else "",
        )
        for one in found.items
    ]
    for row in table(rows):
        click.echo(row)
    click.echo(f"{counted(found.n_found, 'case waits', 'cases wait')}.")


@group.command("share")
@click.argument("project")
@click.argument("percent", type=click.FloatRange(0, 100))
def share_command(project: str, percent: float) -> None:
    """Let PERCENT of the judgments of PROJECT be drawn for review from now on."""
    with transaction() as session:
        write_share(project, percent / 100, actor=command_actor(), session=session, now=now())
    click.echo(f"{percent:g} % of the judgments of {project} are drawn for review.")
