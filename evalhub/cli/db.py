"""Commands that keep the database in shape."""

import click

from evalhub.cli.context import new_database


@click.group("db")
def group() -> None:
    """Create and upgrade the database."""


@group.command("upgrade")
def upgrade_command() -> None:
    """Bring the database to the newest schema."""
    with new_database():
        pass
    click.echo("The database is at the newest schema.")
