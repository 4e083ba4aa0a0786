"""Find releases that were kept, and the files that are handed out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, cast

from sqlalchemy.orm import QueryableAttribute, defer
from sqlmodel import Session, col, select

from evalhub.config import Settings
from evalhub.core.canonical import sha256_hex
from evalhub.core.people import Actor
from evalhub.core.releasing.checksums import CHECKSUMS, checksums_text
from evalhub.core.releasing.files import FileFacts
from evalhub.core.releasing.manifest import MANIFEST, Manifest
from evalhub.core.releasing.versions import parse_version
from evalhub.db.models import Project, Release, ReleaseDownload
from evalhub.errors import Conflict, NotFound, Withdrawn
from evalhub.services.releasing.reading import read_manifest, read_origins
from evalhub.services.releasing.shelves import Place, Shelf, shelf_of
from evalhub.services.releasing.withdrawing import (
    ConsentNotice,
    Withdrawal,
    consent_notices,
    find_withdrawals,
)

_UNLISTED = (Release.manifest, Release.recipe)
"""Texts of any length, which a list of releases does not show."""


@dataclass(frozen=True, slots=True)
class KeptRelease:
    """Hold what a list says of a release; ``withdrawal`` says why it was taken back, if it was."""

    id: int
    project: str
    version: str
    title: str
    n_pairs: int
    n_judgments: int
    is_simulated: bool
    created_at: datetime
    withdrawal: Withdrawal | None = None


@dataclass(frozen=True, slots=True)
class FoundRelease:
    """Hold one release: its manifest, the text of it, where its files are.

    ``versions`` are those of its project, the newest first.
    """

    kept: KeptRelease
    manifest: Manifest
    manifest_text: str
    shelf: Shelf
    name: str
    versions: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Return the folder of its files; raise ``Conflict`` where they are in object storage."""
        return self.shelf.folder(self.name)

    def open(self, path: str) -> IO[bytes]:
        """Open one of its files; raise ``FileNotFoundError``."""
        return self.shelf.open(f"{self.name}/{path}")

    def place(self, path: str) -> Place:
        """Return where one of its files lies, for Arrow."""
        return self.shelf.place(f"{self.name}/{path}")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """Hold one file of a release that is as it was built."""

    facts: FileFacts
    release: FoundRelease

    def open(self) -> IO[bytes]:
        """Open it for reading at any place."""
        return self.release.open(self.facts.path)


@dataclass(frozen=True, slots=True)
class BytePart:
    """Name a part of a file by its first and last byte, counted from 0; both belong to it."""

    first: int
    last: int


def list_releases(*, session: Session, actor: Actor) -> list[KeptRelease]:
    """Return every release that ``actor`` may open, by project, the newest version first."""
    query = (
        select(Release, Project.slug)
        .join(Project, col(Project.id) == col(Release.project_id))
        .options(*(defer(cast("QueryableAttribute[str]", text)) for text in _UNLISTED))
    )
    rows = [(row, slug) for row, slug in session.exec(query) if actor.may_open(slug, row.version)]
    withdrawals = find_withdrawals((row.id for row, _ in rows), session=session)
    found = [_kept(row, slug, withdrawals.get(row.id)) for row, slug in rows]
    # Two sorts, the second stable: projects by name, and versions by their numbers within.
    found.sort(key=lambda one: parse_version(one.version), reverse=True)
    return sorted(found, key=lambda one: one.project)


def origins_of(releases: Iterable[KeptRelease], *, session: Session) -> dict[int, tuple[str, ...]]:
    """Return the origins of each release's judgments, sorted, by the id of the release."""
    query = select(Release.id, Release.manifest).where(
        col(Release.id).in_({one.id for one in releases})
    )
    return {row_id: read_origins(text) for row_id, text in session.exec(query)}


def get_release(
    project: str, version: str, *, session: Session, settings: Settings, actor: Actor
) -> FoundRelease:
    """Return one release; raise ``NotFound`` when it does not exist, or not for ``actor``.

    A key that is limited to other releases gets the very answer for one that is not there: it
    must not learn which others there are. Of the other versions only the numbers are read: a
    manifest has a line a file, and a download asks for each file anew.
    """
    of_project = select(Project.id).where(Project.slug == project).scalar_subquery()
    query = select(Release).where(Release.project_id == of_project, Release.version == version)
    row = session.exec(query).first() if actor.may_open(project, version) else None
    if row is None:
        raise NotFound(f"There is no release {f'{project}@{version}'[:120]!r}.")
    withdrawals = find_withdrawals([row.id], session=session)
    return FoundRelease(
        kept=_kept(row, project, withdrawals.get(row.id)),
        manifest=read_manifest(row.manifest),
        manifest_text=row.manifest,
        shelf=shelf_of(settings),
        name=row.folder,
        versions=_versions(row, project, session=session, actor=actor),
    )


def _versions(row: Release, project: str, *, session: Session, actor: Actor) -> tuple[str, ...]:
    """Return the versions beside ``row`` that ``actor`` may open, its own too, newest first."""
    query = select(Release.version).where(Release.project_id == row.project_id)
    found = [version for version in session.exec(query) if actor.may_open(project, version)]
    return tuple(sorted(found, key=parse_version, reverse=True))


def get_file(release: FoundRelease, path: str) -> FoundFile:
    """Return a file of a release.

    Only paths that the manifest names are looked for. Raise ``NotFound`` for others and
    ``Conflict`` when the file is gone or is not the one that was built: its size is
    compared, and its hash wherever it changed since this process last read it whole.
    """
    # Looked for in the manifest and never on the disk, so no path can lead out of the folder.
    facts = next((one for one in downloadable(release) if one.path == path), None)
    if facts is None:
        raise NotFound(f"Release {release.manifest.id} has no file {path[:120]!r}.")
    full = f"{release.name}/{path}"
    if not release.shelf.is_as_built(full, n_bytes=facts.n_bytes, sha256=facts.sha256):
        raise Conflict(
            f"File {path!r} of release {release.manifest.id} is not as it was built; "
            "run `evalhub release verify`."
        )
    return FoundFile(facts, release)


def downloadable(release: FoundRelease) -> tuple[FileFacts, ...]:
    """Return the facts of every file, the manifest and the checksums included."""
    manifest = _facts(MANIFEST, release.manifest_text)
    files = (*release.manifest.files, manifest)
    return (*release.manifest.files, manifest, _facts(CHECKSUMS, checksums_text(files)))


def record_download(
    release: KeptRelease,
    path: str,
    *,
    part: BytePart | None,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Note who took which file, or which ``part`` of it, and with which key."""
    session.add(
        ReleaseDownload(
            release_id=release.id,
            person_id=actor.person_id,
            api_key_id=actor.key_id,
            file=path,
            first_byte=part.first if part else None,
            last_byte=part.last if part else None,
            downloaded_at=now,
        )
    )
    session.flush()


def _facts(path: str, text: str) -> FileFacts:
    return FileFacts(path, sha256_hex(text), len(text.encode()))


def notices_of(release: FoundRelease, *, session: Session) -> tuple[ConsentNotice, ...]:
    """Return whose consent for the purpose of a release was withdrawn since it was built."""
    cleared = release.manifest.clearance
    if cleared is None:
        return ()
    return consent_notices(release.kept.id, cleared.consent.purpose, session=session)


def refuse_withdrawn(release: FoundRelease) -> None:
    """Raise ``Withdrawn`` with the reason where a release was taken back.

    For whoever hands files out. An auditor still reads the dossier on its page: why a release was
    withdrawn is often found there.
    """
    withdrawal = release.kept.withdrawal
    if withdrawal is not None:
        raise Withdrawn(
            f"Release {release.manifest.id} was withdrawn on {withdrawal.withdrawn_at:%Y-%m-%d}: "
            f"{withdrawal.reason}"
        )


def _kept(row: Release, project: str, withdrawal: Withdrawal | None) -> KeptRelease:
    return KeptRelease(
        id=row.id,
        project=project,
        version=row.version,
        title=row.title,
        n_pairs=row.n_pairs,
        n_judgments=row.n_judgments,
        is_simulated=row.is_simulated,
        created_at=row.created_at,
        withdrawal=withdrawal,
    )
