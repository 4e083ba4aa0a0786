"""Commands that publish trainings and list them."""

from pathlib import Path

import click

from evalhub.cli.context import ACTOR, now, settings, transaction
from evalhub.cli.words import table
from evalhub.core.money import format_money
from evalhub.core.reading.text import decode_text
from evalhub.core.wording import counted
from evalhub.rim.pay import floors_of
from evalhub.services.qualifying.trainings import list_trainings, publish_training


@click.group("trainings")
def group() -> None:
    """Publish trainings, and list those in force."""


@group.command("publish")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish_command(file: Path) -> None:
    """Store the training in FILE as the next version of its short name."""
    text = decode_text(file.read_bytes(), where=file.name)
    with transaction() as session:
        made = publish_training(
            text,
            where=file.name,
            floors=floors_of(settings()),
            session=session,
            actor=ACTOR,
            now=now(),
        )
    steps = counted(made.training.n_steps, "step")
    click.echo(f"Version {made.number} of {made.training.slug} is in force, with {steps}.")


@group.command("list")
def list_command() -> None:
    """List the trainings in force with what they take and pay."""
    with transaction(write=False) as session:
        found = list_trainings(session=session)
    rows = [
        (
            one.training.slug,
            f"version {one.number}",
            one.training.domain,
            f"{one.training.price.expected_minutes} min",
            format_money(one.training.price.minor_units, one.training.price.currency),
        )
        for one in found
    ]
    for line in table(rows):
        click.echo(line)
