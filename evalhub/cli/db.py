"""Commands that keep the database in shape."""

import click

from evalhub.cli.context import settings
from evalhub.services.transaction import open_database, upgrade


@click.group("db")
def group() -> None:
    """Create and upgrade the database."""


@group.command("upgrade")
def upgrade_command() -> None:
    """Bring the database to the newest schema."""
    database = open_database(settings(), needs_schema=False)
    try:
        upgrade(database)
    finally:
        database.dispose()
    click.echo("The database is at the newest schema.")
