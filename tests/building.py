"""Ask for builds of the tiny project and run them, as a worker does."""

import threading
from datetime import datetime

from sqlmodel import select

from evalhub.config import Settings
from evalhub.core.people import Actor, command_actor
from evalhub.core.queued_work import RunEnd
from evalhub.core.releasing.recipe import Recipe
from evalhub.db.engine import Database
from evalhub.db.models import ReleaseBuild
from evalhub.services.releasing.builds import BuildView, get_build, start_build
from evalhub.services.releasing.running import BuildTools, run_build
from tests.factories import MOMENT


def ask(
    database: Database,
    *,
    version: str | None = None,
    recipe: Recipe | None = None,
    actor: Actor | None = None,
) -> BuildView:
    """Ask for a release of the tiny project."""
    with database.transaction() as session:
        return start_build(
            "tiny",
            session=session,
            actor=actor or command_actor(),
            now=MOMENT,
            version=version,
            recipe=recipe,
        )


def row_id(database: Database, build: BuildView) -> int:
    """Return the row of a build."""
    with database.transaction(write=False) as session:
        query = select(ReleaseBuild).where(ReleaseBuild.public_id == build.public_id)
        return session.exec(query).one().id


def run(
    database: Database,
    settings: Settings,
    build: BuildView,
    *,
    stop: threading.Event | None = None,
    now: datetime = MOMENT,
) -> RunEnd:
    """Run a build here; it looks whether it was cancelled as often as it can."""
    tools = BuildTools(lambda: now, stop or threading.Event(), tell_every_s=0.0, settings=settings)
    return run_build(database, row_id(database, build), tools=tools)


def look(database: Database, build: BuildView) -> BuildView:
    """Return the build as it is by now."""
    with database.transaction(write=False) as session:
        return get_build(build.public_id, session=session)
