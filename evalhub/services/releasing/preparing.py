"""Prepare a release: gather one state of a project and write every file, changing no row."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, select

from evalhub.config import Settings
from evalhub.core.releasing.builds import BuildStage, Say, say_nothing
from evalhub.core.releasing.files import Target
from evalhub.core.releasing.manifest import Manifest
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.releasing.reports import Changes, not_yet_told
from evalhub.core.releasing.versions import check_rises, next_version, parse_version
from evalhub.db.models import Project, Release
from evalhub.errors import Conflict
from evalhub.services.projects.finding import get_project
from evalhub.services.releasing.cluster.opening import Cluster
from evalhub.services.releasing.folders import folder_target, make_durable
from evalhub.services.releasing.gathering import Source, gather
from evalhub.services.releasing.reading import read_manifest
from evalhub.services.releasing.withdrawing import find_withdrawals
from evalhub.services.releasing.writing import Plan, plan_release, write_release

NEW_OBJECTS = 1_000_000
"""After how many new objects garbage is looked for during a build. A page has a tenth of them, and
they are gone with it, so it is looked for where something keeps them."""


@dataclass(frozen=True, slots=True)
class PreparedRelease:
    """Hold a release whose files lie in ``folder``, and of which no row speaks yet.

    ``newest`` is the newest version that the state it was made from knew, None before the
    first; ``is_automatic`` says that its version was derived from that one. ``annotators`` counts
    the judgments of each person in it by public id.
    """

    project_id: int
    folder: Path
    manifest: Manifest
    recipe: Recipe
    snapshot: str
    newest: str | None
    is_automatic: bool
    annotators: Mapping[str, int]

    @property
    def version(self) -> str:
        """Return the version that the files name."""
        return self.manifest.release.version


def prepare_release(  # noqa: PLR0913 - what is wanted, and what a build needs from outside
    slug: str,
    *,
    session: Session,
    settings: Settings,
    folder: Path,
    version: str | None = None,
    recipe: Recipe | None = None,
    target_in: Callable[[Path], Target] = folder_target,
    say: Say = say_nothing,
    cluster: Cluster | None = None,
) -> PreparedRelease:
    """Write every file of a project's release into ``folder``, durably, and change no row.

    All of it is read through ``session``, which should only read: a million pairs take
    minutes, and nobody may wait for them with a judgment in hand. ``target_in`` says how
    files of the folder are opened, and ``say`` hears how far it has come, page by page; what it
    raises ends the work. With a ``cluster`` its machines make the rows; the bytes are the same.

    Without a ``recipe`` the standing one is followed. Without ``version`` the latest one is
    taken if nothing has changed since, else the one after it. Raise ``NotFound`` for an unknown
    project, ``BadInput`` for a malformed version and ``Conflict`` when there is nothing to
    release or ``version`` would be a new one below the newest.
    """
    project = get_project(slug, session=session)
    recipe = recipe or Recipe()
    known = list_rows(project.id, session=session)
    _refuse_early(version, recipe, known)
    with seldom_collecting():
        plan = _plan(project, recipe, secret=settings.secret_key, session=session, say=say)
        chosen = _version(version, plan, known, session=session)
        changes, target = _changes(plan, chosen, known), target_in(folder)
        manifest = write_release(
            plan, chosen, changes=changes, target=target, say=say, cluster=cluster
        )
    # Here and not while the folder is published: bringing gigabytes to the disk takes seconds.
    say(BuildStage.KEEPING, 0, 0)
    make_durable(folder)
    return PreparedRelease(
        project_id=project.id,
        folder=folder,
        manifest=manifest,
        recipe=plan.recipe,
        snapshot=plan.snapshot,
        newest=known[-1].version if known else None,
        is_automatic=version is None,
        annotators=plan.source.annotators,
    )


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Look for garbage in cycles once in many objects while the block runs, in this process.

    Rows are trees and go away by themselves. Python looks through all living objects for cycles
    every few thousand new ones, and a page of prompts has a hundred thousand: a fifth of a build.
    """
    before = gc.get_threshold()
    gc.set_threshold(NEW_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def list_rows(project_id: int, *, session: Session) -> list[Release]:
    """Return the project's releases, the newest version last."""
    rows = session.exec(select(Release).where(Release.project_id == project_id))
    # Sorted here: as text 1.10.0 comes before 1.9.0.
    return sorted(rows, key=lambda row: parse_version(row.version))


def _refuse_early(version: str | None, recipe: Recipe, known: Sequence[Release]) -> None:
    """Raise for what is wrong with the request before anything is read, which takes minutes."""
    recipe.check()
    if version is not None:
        parse_version(version)
        check_rises(version, [row.version for row in known])


def _plan(project: Project, recipe: Recipe, *, secret: str, session: Session, say: Say) -> Plan:
    source = gather(project, secret=secret, session=session, recipe=recipe, say=say)
    if not source.n_released:
        raise Conflict(f"Project {project.slug!r} has no judgments to release{_why_none(source)}.")
    return plan_release(source, recipe=recipe, session=session)


def _why_none(source: Source) -> str:
    """Return which filters took every judgment, and how many each: empty where there were none."""
    took = ", ".join(
        f"{name} left out {n:,} of {source.n_judgments:,}"
        for name, n in source.dropped.most_common()
    )
    return took and f": {took}"


def _version(wanted: str | None, plan: Plan, known: Sequence[Release], *, session: Session) -> str:
    if wanted is not None:
        return wanted
    withdrawn = find_withdrawals((row.id for row in known), session=session)
    # Nothing has changed, so the build must come to the same bytes under the same name.
    # Not where that name was withdrawn: its files stay away, so the state needs another.
    is_standing = bool(known) and known[-1].id not in withdrawn
    if is_standing and known[-1].snapshot_sha256 == plan.snapshot:
        return known[-1].version
    return next_version([row.version for row in known])


def _changes(plan: Plan, chosen: str, known: Sequence[Release]) -> Changes:
    """Return what was answered and is told by no version before ``chosen``.

    Told by the versions and not by the clock: a build that is made again, with its own version
    among those that are known by now, comes to the same bytes.
    """
    before = [row for row in known if parse_version(row.version) < parse_version(chosen)]
    told = {
        report
        for row in before
        if (changes := read_manifest(row.manifest).changes) is not None
        for report in changes.reports
    }
    return Changes(
        previous=before[-1].version if before else None,
        reports=not_yet_told(plan.source.reports, told),
    )
