"""Build releases within a test's own session, where the rim takes two transactions."""

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.people import Actor, command_actor
from evalhub.core.releasing.files import Target
from evalhub.core.releasing.material import PairLabel
from evalhub.core.releasing.recipe import Recipe
from evalhub.services.releasing.folders import building_folder, folder_target
from evalhub.services.releasing.keeping import BuiltRelease, keep_release
from evalhub.services.releasing.preparing import PreparedRelease, prepare_release
from tests.release_project import make_tiny_project


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


_ROOM = tempfile.TemporaryDirectory(prefix="evalhub-tiny-")
_PREPARED: dict[tuple[str, bool], PreparedRelease] = {}


def build_tiny(
    session: Session, settings: Settings, *, now: datetime, is_simulated: bool = False
) -> BuiltRelease:
    """Make the tiny project and keep version 1.0.0 of it, whose files are made once a process.

    The project is the same down to its public ids each time, and the files of one state are the
    same on every database, which tests of building hold. Whoever asks what becomes of a release
    afterwards takes a copy of them.
    """
    project = make_tiny_project(session, is_simulated=is_simulated)
    kind = (settings.secret_key, is_simulated)
    if kind not in _PREPARED:
        folder = Path(_ROOM.name) / str(len(_PREPARED))
        folder.mkdir()
        _PREPARED[kind] = prepare_release("tiny", session=session, settings=settings, folder=folder)
    prepared = _PREPARED[kind]
    with building_folder(settings.releases_dir) as folder:
        shutil.copytree(prepared.folder, folder, dirs_exist_ok=True)
        return keep_release(
            replace(prepared, project_id=project.id, folder=folder),
            session=session,
            settings=settings,
            actor=command_actor(),
            now=now,
        )


@dataclass(frozen=True, slots=True)
class KnownLabels:
    """Hold the labels of pairs in a dictionary, as a build asks for them."""

    by_pair: Mapping[str, PairLabel]

    def of(self, pairs: Sequence[str]) -> list[PairLabel | None]:
        """Return the label of each of ``pairs``, None for one that has none."""
        return [self.by_pair.get(pair) for pair in pairs]
