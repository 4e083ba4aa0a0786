"""Read who took which files of a release, for those who answer for it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.db.models import ApiKey, Person, ReleaseDownload
from evalhub.services.paging import PAGE_SIZE, Listing, count_rows, offset_of


@dataclass(frozen=True, slots=True)
class Download:
    """Hold one request that was answered with bytes of a file; both bytes are None for all of it.

    ``who`` and ``key`` are None where nobody was signed in: a command of the operator, or a
    browser without a key.
    """

    file: str
    first_byte: int | None
    last_byte: int | None
    who: str | None
    key: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Taker:
    """Hold what one person took of a release in all, whichever keys they used."""

    name: str
    n_files: int
    n_requests: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class OwnDownloads:
    """Hold what somebody took of a release themselves."""

    n_files: int
    last_at: datetime


def own_downloads(
    person_id: int, release_ids: Collection[int], *, session: Session
) -> dict[int, OwnDownloads]:
    """Return what a person took of each of the releases, by its id; nothing where they did not."""
    d = ReleaseDownload
    query = (
        sa.select(
            col(d.release_id),
            sa.func.count(sa.distinct(col(d.file))),
            sa.func.max(col(d.downloaded_at)),
        )
        .where(col(d.person_id) == person_id, col(d.release_id).in_(release_ids))
        .group_by(col(d.release_id))
    )
    return {row_id: OwnDownloads(n, last) for row_id, n, last in session.execute(query)}


def list_downloads(release_id: int, *, session: Session, page: int = 1) -> Listing[Download]:
    """Return a page of the downloads of a release, the newest first."""
    query = (
        sa.select(ReleaseDownload, col(Person.name), col(ApiKey.name))
        .outerjoin(Person, col(Person.id) == col(ReleaseDownload.person_id))
        .outerjoin(ApiKey, col(ApiKey.id) == col(ReleaseDownload.api_key_id))
        .where(col(ReleaseDownload.release_id) == release_id)
        # By row and not by time: parts of a file often come within one moment of the clock.
        .order_by(col(ReleaseDownload.id).desc())
    )
    n_found = count_rows(query, session=session)
    rows = session.execute(query.limit(PAGE_SIZE).offset(offset_of(page)))
    found = [
        Download(row.file, row.first_byte, row.last_byte, who, key, row.downloaded_at)
        for row, who, key in rows
    ]
    return Listing(found, page, n_found)


def list_takers(release_id: int, *, session: Session) -> Sequence[Taker]:
    """Return everybody who took a file of a release, who came last first.

    These are whom a withdrawal has to reach, so there is no limit to the list.
    """
    d = ReleaseDownload
    last = sa.func.max(col(d.downloaded_at))
    query = (
        sa.select(
            col(Person.name),
            sa.func.count(sa.distinct(col(d.file))),
            sa.func.count(),
            sa.func.min(col(d.downloaded_at)),
            last,
        )
        .join(Person, col(Person.id) == col(d.person_id))
        .where(col(d.release_id) == release_id)
        .group_by(col(Person.id), col(Person.name))
        .order_by(last.desc(), col(Person.id))
    )
    return [Taker(*row) for row in session.execute(query)]
