"""Give commands their settings, database and clock, and turn errors into exit statuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from evalhub.config import Settings, load_settings
from evalhub.core.people import Actor, command_actor
from evalhub.errors import EvalHubError
from evalhub.services.transaction import Database, Session, open_database, reason_of, upgrade

ACTOR: Actor = command_actor()
"""Whoever can run commands on the server holds every role."""


class EvalHubGroup(click.Group):
    """Print what went wrong as one message and exit with status 1, without a traceback.

    Beside EvalHub's own errors these are a database that went away and files that cannot be
    read or written: whoever runs the command can mend them, and a traceback would not say how.
    """

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command."""
        try:
            return super().invoke(ctx)
        except EvalHubError as error:
            raise click.ClickException(str(error)) from error
        except OperationalError as error:
            raise click.ClickException(
                f"The database does not answer: {reason_of(error)}"
            ) from error
        except NoConnectionFree as error:
            raise click.ClickException("The database has no connection free; try again.") from error
        except IntegrityError as error:
            # Services look before they write; between the two a page or command was faster.
            raise click.ClickException(
                "Someone else changed this at the same moment. Look again, then try again."
            ) from error
        except BrokenPipeError:
            raise  # Whoever reads our output has enough; click ends quietly.
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{place}{error.strerror or error}.") from error


def settings() -> Settings:
    """Return the settings of this command, read once; nothing is made on disk."""
    root = click.get_current_context().find_root()
    if root.obj is None:
        # Asking about an instance makes none: a mistyped folder would otherwise become one.
        root.obj = load_settings(makes_instance=False)
    found: Settings = root.obj
    return found


@contextmanager
def database() -> Iterator[Database]:
    """Yield the database of this command, checked to be at the newest schema."""
    opened = open_database(settings())
    try:
        # Only once the database is there: an instance that has one but no secret is mended, none
        # is begun.
        _complete_instance()
        yield opened
    finally:
        opened.dispose()


@contextmanager
def new_database() -> Iterator[Database]:
    """Yield the database of this command, made and brought to the newest schema first."""
    _complete_instance()
    opened = open_database(settings(), needs_schema=False)
    try:
        upgrade(opened)
        yield opened
    finally:
        opened.dispose()


def _complete_instance() -> None:
    """Make the instance's folder and secret where they are missing, once they are needed."""
    root = click.get_current_context().find_root()
    if not settings().secret_key:
        root.obj = load_settings()


@contextmanager
def transaction(*, write: bool = True) -> Iterator[Session]:
    """Yield a session over one transaction that is committed when the block ends."""
    with database() as opened, opened.transaction(write=write) as session:
        yield session


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)
