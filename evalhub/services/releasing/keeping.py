"""Keep a prepared release: publish its folder and write the row that speaks of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from evalhub.config import Settings
from evalhub.core.canonical import canonical_json, sha256_hex
from evalhub.core.consent import SAID_NO, standing_on
from evalhub.core.people import Actor
from evalhub.core.releasing.identifiers import pseudonym
from evalhub.core.releasing.manifest import Manifest, manifest_text
from evalhub.core.releasing.versions import check_rises, next_version
from evalhub.core.releasing.vocabulary import PairOutcome
from evalhub.db.models import Person, Project, Release, ReleaseAnnotator
from evalhub.errors import Conflict
from evalhub.services import audit
from evalhub.services.consenting.answers import answers_in_project
from evalhub.services.releasing.preparing import PreparedRelease, list_rows
from evalhub.services.releasing.shelves import Shelf, shelf_of
from evalhub.services.releasing.withdrawing import find_withdrawals


@dataclass(frozen=True, slots=True)
class BuiltRelease:
    """Hold a release that now exists; ``is_new`` is False when it did before, byte for byte.

    Its files lie on ``shelf`` under ``name``.
    """

    id: str
    version: str
    shelf: Shelf
    name: str
    manifest: Manifest
    is_new: bool

    @property
    def folder(self) -> Path:
        """Return the folder of its files; raise ``Conflict`` where they are in object storage."""
        return self.shelf.folder(self.name)


def keep_release(
    prepared: PreparedRelease,
    *,
    session: Session,
    settings: Settings,
    actor: Actor,
    now: datetime,
) -> BuiltRelease:
    """Publish the prepared folder under its version and keep the release.

    A version that exists with the same bytes is left as it is. Raise ``Conflict`` when it
    exists with others, and when the version was derived from a newest one that another build
    has replaced meanwhile: an older state would then stand under a newer number.
    """
    project = _locked_project(prepared, session=session)
    rows = list_rows(project.id, session=session)
    known = next((row for row in rows if row.version == prepared.version), None)
    _refuse_change(prepared, known, rows)
    if known is not None and find_withdrawals([known.id], session=session):
        # Somebody said why it must not be used; a build must not quietly bring it back.
        raise Conflict(
            f"Release {prepared.manifest.id} was withdrawn. "
            f"Build the present state as version {next_version([row.version for row in rows])}."
        )
    if known is None:
        _refuse_taken_back(prepared, session=session)
    shelf = shelf_of(settings)
    name = _name(prepared, shelf) if known is None else known.folder
    # What was lost, also a single file, is put back: the same bytes were just written anyway.
    if known is None or not shelf.is_whole(prepared.folder, name):
        shelf.publish(prepared.folder, name)
    if known is None:
        row = _keep(prepared, name, session=session, actor=actor, now=now)
        _name_annotators(row, prepared, session=session, secret=settings.secret_key)
    return BuiltRelease(
        prepared.manifest.id,
        prepared.version,
        shelf,
        name,
        prepared.manifest,
        is_new=known is None,
    )


def stage_release(prepared: PreparedRelease, *, settings: Settings) -> None:
    """Bring the files to where keeping the release takes no time; nobody is told of them yet.

    For whoever holds no transaction: bringing gigabytes to object storage takes minutes. Where
    the release is then not kept its files stay under a name that no row has, and harm nobody.
    """
    shelf = shelf_of(settings)
    shelf.stage(prepared.folder, _name(prepared, shelf))


def _name(prepared: PreparedRelease, shelf: Shelf) -> str:
    release = prepared.manifest.release
    manifest_sha256 = sha256_hex(manifest_text(prepared.manifest))
    return shelf.name_of(release.project, release.version, manifest_sha256)


def _locked_project(prepared: PreparedRelease, *, session: Session) -> Project:
    """Return the project, held until the transaction ends so that builds publish in turn."""
    project = session.get_one(Project, prepared.project_id)
    session.refresh(project, with_for_update={"key_share": True})
    return project


def _refuse_change(
    prepared: PreparedRelease, known: Release | None, rows: Sequence[Release]
) -> None:
    """Raise ``Conflict`` where keeping would change a version or mislead about its order."""
    # The manifest holds the hash of every file, so equal manifests are equal releases.
    if known is not None and known.manifest == manifest_text(prepared.manifest):
        return
    newest = rows[-1].version if rows else None
    if prepared.is_automatic and newest != prepared.newest:
        project = prepared.manifest.release.project
        raise Conflict(
            f"Release {project}@{newest} was built while this one was being written; "
            "nothing was kept. Build again to release the present state."
        )
    if known is not None:
        suggested = next_version([row.version for row in rows])
        raise Conflict(
            f"Release {prepared.manifest.id} exists with other content; a version never changes. "
            f"Build the present state as version {suggested}."
        )
    # A newer one may have been kept while this one was being written.
    check_rises(prepared.version, [row.version for row in rows])


def _refuse_taken_back(prepared: PreparedRelease, *, session: Session) -> None:
    """Raise ``Conflict`` where somebody took their consent back while the files were written."""
    told = answers_in_project(prepared.project_id, session=session)
    purpose = prepared.recipe.purpose
    if any(standing_on(told.get(one, ()), purpose) in SAID_NO for one in prepared.annotators):
        raise Conflict(
            f"Consent was taken back while release {prepared.manifest.id} was being written; "
            "nothing was kept. Build again to release the present state."
        )


def _name_annotators(
    row: Release, prepared: PreparedRelease, *, session: Session, secret: str
) -> None:
    """Note who stands in the release, so that a consent withdrawn later can be told of."""
    project = prepared.manifest.release.project
    query = select(Person).where(col(Person.public_id).in_(prepared.annotators))
    session.add_all(
        ReleaseAnnotator(
            release_id=row.id,
            person_id=person.id,
            annotator=pseudonym(secret, project=project, person=person.public_id),
            n_judgments=prepared.annotators[person.public_id],
        )
        for person in session.exec(query).all()
    )
    session.flush()


def _keep(
    prepared: PreparedRelease, name: str, *, session: Session, actor: Actor, now: datetime
) -> Release:
    manifest = prepared.manifest
    release, counts = manifest.release, manifest.counts
    row = Release(
        project_id=prepared.project_id,
        version=release.version,
        title=release.title,
        recipe=canonical_json(prepared.recipe.as_json()),
        snapshot_sha256=prepared.snapshot,
        manifest=manifest_text(manifest),
        # Relative, so that an instance can be moved with its releases.
        folder=name,
        n_pairs=counts.pairs[PairOutcome.PREFERENCE],
        n_judgments=counts.n_judgments,
        is_simulated=manifest.simulated,
        created_at=now,
        created_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    audit.record(
        "release.build",
        session=session,
        actor=actor,
        subject=f"release:{manifest.id}",
        details={"snapshot_sha256": prepared.snapshot, "n_judgments": counts.n_judgments},
        now=now,
    )
    return row
