"""Build a release in two transactions, so that a build keeps nobody from judging."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from evalhub.config import Settings
from evalhub.core.people import Actor
from evalhub.core.releasing.files import OpenFile
from evalhub.core.releasing.recipe import Recipe
from evalhub.services.releasing.folders import building_folder, file_opener
from evalhub.services.releasing.keeping import BuiltRelease, keep_release
from evalhub.services.releasing.preparing import prepare_release
from evalhub.services.transaction import Database


def build_release(
    slug: str,
    *,
    database: Database,
    settings: Settings,
    actor: Actor,
    now: datetime,
    version: str | None = None,
    recipe: Recipe | None = None,
    opener: Callable[[Path], OpenFile] = file_opener,
) -> BuiltRelease:
    """Build a release of the project ``slug`` and keep it; the same state gives the same bytes.

    The files are gathered and written in a transaction that only reads, and so hold the state
    of its first statement; a second, short one publishes them and inserts the row. The caller
    must not be inside a writing transaction of its own: everybody else would wait for both.

    Raise ``NotFound`` for an unknown project, ``BadInput`` for a malformed version and
    ``Conflict`` when there is nothing to release, when the version exists with other bytes, or
    when another build was kept meanwhile; then nothing is left behind.
    """
    with building_folder(settings.releases_dir) as folder:
        with database.transaction(write=False) as reading:
            prepared = prepare_release(
                slug,
                session=reading,
                settings=settings,
                folder=folder,
                version=version,
                recipe=recipe,
                opener=opener,
            )
        with database.transaction() as writing:
            return keep_release(prepared, session=writing, settings=settings, actor=actor, now=now)
