"""Give commands their settings, database and clock, and turn errors into exit statuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from evalhub.config import Settings, load_settings
from evalhub.core.people import Actor, command_actor
from evalhub.errors import EvalHubError
from evalhub.services.transaction import Database, Session, open_database

ACTOR: Actor = command_actor()
"""Whoever can run commands on the server holds every role."""


class EvalHubGroup(click.Group):
    """Print an EvalHub error as its message and exit with status 1, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command."""
        try:
            return super().invoke(ctx)
        except EvalHubError as error:
            raise click.ClickException(str(error)) from error


def settings() -> Settings:
    """Return the settings of this command, read once."""
    root = click.get_current_context().find_root()
    if root.obj is None:
        root.obj = load_settings()
    found: Settings = root.obj
    return found


@contextmanager
def database() -> Iterator[Database]:
    """Yield the database of this command, checked to be at the newest schema."""
    opened = open_database(settings())
    try:
        yield opened
    finally:
        opened.dispose()


@contextmanager
def transaction(*, write: bool = True) -> Iterator[Session]:
    """Yield a session over one transaction that is committed when the block ends."""
    with database() as opened, opened.transaction(write=write) as session:
        yield session


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)
