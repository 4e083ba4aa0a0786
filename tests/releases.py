"""Build releases within a test's own session, where the rim takes two transactions."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.people import Actor
from evalhub.core.releasing.files import Target
from evalhub.core.releasing.recipe import Recipe
from evalhub.services.releasing.folders import building_folder, folder_target
from evalhub.services.releasing.keeping import BuiltRelease, keep_release
from evalhub.services.releasing.preparing import prepare_release


def build_release(
    slug: str,
    *,
    session: Session,
    settings: Settings,
    actor: Actor,
    now: datetime,
    version: str | None = None,
    recipe: Recipe | None = None,
    target_in: Callable[[Path], Target] = folder_target,
) -> BuiltRelease:
    """Prepare a release and keep it, seeing what ``session`` has not committed."""
    with building_folder(settings.releases_dir) as folder:
        prepared = prepare_release(
            slug,
            session=session,
            settings=settings,
            folder=folder,
            version=version,
            recipe=recipe,
            target_in=target_in,
        )
        return keep_release(prepared, session=session, settings=settings, actor=actor, now=now)
