"""Build a release: the same state gives the same bytes, under a version that never changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, select

from evalhub.config import Settings
from evalhub.core.canonical import canonical_json
from evalhub.core.people import Actor
from evalhub.core.releasing.manifest import Manifest, manifest_text
from evalhub.core.releasing.versions import next_version, parse_version
from evalhub.core.releasing.vocabulary import PairOutcome
from evalhub.db.models import Project, Release
from evalhub.errors import Conflict
from evalhub.services import audit
from evalhub.services.projects.finding import get_project
from evalhub.services.releasing.folders import building_folder, publish
from evalhub.services.releasing.gathering import gather
from evalhub.services.releasing.writing import Plan, plan_release, write_release


@dataclass(frozen=True, slots=True)
class BuiltRelease:
    """Hold a release that now exists; ``is_new`` is False when it did before, byte for byte."""

    id: str
    version: str
    folder: Path
    manifest: Manifest
    is_new: bool


def build_release(
    slug: str,
    *,
    session: Session,
    settings: Settings,
    actor: Actor,
    now: datetime,
    version: str | None = None,
) -> BuiltRelease:
    """Build a release of a project and keep it.

    Without ``version`` the latest one is taken if nothing has changed since, else the one
    after it. Building a version again is a no-op when the bytes are the same. Raise
    ``NotFound`` for an unknown project, ``BadInput`` for a malformed version and ``Conflict``
    when there is nothing to release or when the version exists with other bytes.
    """
    project = _locked_project(slug, session=session)
    plan = _plan(project, secret=settings.secret_key, session=session)
    earlier = _releases(project, session=session)
    version = _version(version, plan, earlier)
    target = settings.releases_dir / project.slug / version
    with building_folder(settings.releases_dir) as folder:
        manifest = write_release(plan, version, folder=folder, session=session)
        known = next((row for row in earlier if row.version == version), None)
        if known is not None:
            _refuse_change(known, manifest, earlier)
        if known is None or not target.exists():
            publish(folder, target)
    if known is None:
        _keep(plan, manifest, session=session, actor=actor, now=now)
    return BuiltRelease(manifest.id, version, target, manifest, is_new=known is None)


def _locked_project(slug: str, *, session: Session) -> Project:
    """Return the project, held until the transaction ends so that builds take turns."""
    project = get_project(slug, session=session)
    session.refresh(project, with_for_update={"key_share": True})
    return project


def _plan(project: Project, *, secret: str, session: Session) -> Plan:
    source = gather(project, secret=secret, session=session)
    if not source.released:
        raise Conflict(f"Project {project.slug!r} has no judgments to release.")
    return plan_release(source, session=session)


def _releases(project: Project, *, session: Session) -> list[Release]:
    """Return the project's releases, the newest version last."""
    rows = session.exec(select(Release).where(Release.project_id == project.id))
    return sorted(rows, key=lambda row: parse_version(row.version))


def _version(wanted: str | None, plan: Plan, earlier: Sequence[Release]) -> str:
    if wanted is not None:
        parse_version(wanted)
        return wanted
    if earlier and earlier[-1].snapshot_sha256 == plan.snapshot:
        return earlier[-1].version
    return next_version([row.version for row in earlier])


def _refuse_change(known: Release, manifest: Manifest, earlier: Sequence[Release]) -> None:
    if known.manifest != manifest_text(manifest):
        suggested = next_version([row.version for row in earlier])
        raise Conflict(
            f"Release {manifest.id} exists with other content; a version never changes. "
            f"Build the present state as version {suggested}."
        )


def _keep(plan: Plan, manifest: Manifest, *, session: Session, actor: Actor, now: datetime) -> None:
    project, version, counts = plan.source.project, manifest.release.version, manifest.counts
    session.add(
        Release(
            project_id=project.id,
            version=version,
            title=project.title,
            recipe=canonical_json(plan.recipe.as_json()),
            snapshot_sha256=plan.snapshot,
            manifest=manifest_text(manifest),
            folder=f"{project.slug}/{version}",
            n_pairs=counts.pairs[PairOutcome.PREFERENCE],
            n_judgments=counts.n_judgments,
            is_simulated=manifest.simulated,
            created_at=now,
            created_by=actor.person_id,
        )
    )
    audit.record(
        "release.build",
        session=session,
        actor=actor,
        subject=f"release:{manifest.id}",
        details={"snapshot_sha256": plan.snapshot, "n_judgments": counts.n_judgments},
        now=now,
    )
