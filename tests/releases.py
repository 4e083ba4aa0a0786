"""Build releases within a test's own session, where the rim takes two transactions."""

from datetime import datetime

from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.people import Actor
from evalhub.core.releasing.recipe import Recipe
from evalhub.services.releasing.folders import building_folder
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
        )
        return keep_release(prepared, session=session, settings=settings, actor=actor, now=now)
