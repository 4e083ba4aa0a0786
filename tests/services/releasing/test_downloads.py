"""Who took a release is told by person and request by request, the newest first."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from evalhub.core.people import Actor, Role
from evalhub.db.models import Person, Release
from evalhub.services.paging import PAGE_SIZE
from evalhub.services.releasing.downloads import list_downloads, list_takers
from evalhub.services.releasing.keeping import BuiltRelease
from evalhub.services.releasing.kept import BytePart, KeptRelease, record_download
from tests.factories import make_person


@pytest.fixture
def release(built: BuiltRelease, session: Session) -> KeptRelease:
    """Give the release whose downloads are noted."""
    row = session.exec(select(Release)).one()
    return KeptRelease(
        id=row.id,
        project="tiny",
        version=row.version,
        title=row.title,
        n_pairs=row.n_pairs,
        n_judgments=row.n_judgments,
        is_simulated=row.is_simulated,
        created_at=row.created_at,
    )


def take(
    release: KeptRelease,
    person: Person | None,
    file: str,
    *,
    session: Session,
    now: datetime,
    part: BytePart | None = None,
) -> None:
    actor = Actor(person.id if person else None, "x", frozenset())
    record_download(release, file, part=part, session=session, actor=actor, now=now)


def test_everybody_who_took_it_is_named_once(
    release: KeptRelease, session: Session, now: datetime
) -> None:
    early, late = (make_person(session, Role.LAB, name=name) for name in ("Early", "Late"))
    make_person(session, Role.LAB, name="Never")
    for minutes, person, file in ((0, early, "a"), (1, late, "a"), (2, late, "a"), (3, late, "b")):
        take(release, person, file, session=session, now=now + timedelta(minutes=minutes))

    late_taker, early_taker = list_takers(release.id, session=session)

    assert (late_taker.name, late_taker.n_files, late_taker.n_requests) == ("Late", 2, 3)
    assert (late_taker.first_at, late_taker.last_at) == (
        now + timedelta(minutes=1),
        now + timedelta(minutes=3),
    )
    assert (early_taker.name, early_taker.n_files, early_taker.n_requests) == ("Early", 1, 1)


def test_two_people_of_one_name_stay_two(
    release: KeptRelease, session: Session, now: datetime
) -> None:
    for _ in range(2):
        take(release, make_person(session, name="Same"), "a", session=session, now=now)

    assert [one.name for one in list_takers(release.id, session=session)] == ["Same", "Same"]


def test_requests_come_newest_first_with_their_bytes(
    release: KeptRelease, session: Session, now: datetime
) -> None:
    lab = make_person(session, Role.LAB, name="Lab")
    take(release, lab, "a", session=session, now=now)
    take(release, lab, "a", session=session, now=now, part=BytePart(10, 19))
    take(release, None, "b", session=session, now=now)

    listing = list_downloads(release.id, session=session)

    told = [(one.file, one.first_byte, one.last_byte, one.who) for one in listing.items]
    assert told == [("b", None, None, None), ("a", 10, 19, "Lab"), ("a", None, None, "Lab")]
    assert list_takers(release.id, session=session)[0].n_requests == 2


def test_another_release_has_downloads_of_its_own(
    release: KeptRelease, session: Session, now: datetime
) -> None:
    take(release, make_person(session), "a", session=session, now=now)

    assert list_downloads(release.id + 1, session=session).n_found == 0
    assert list_takers(release.id + 1, session=session) == []


def test_a_long_log_is_cut_into_pages(
    release: KeptRelease, session: Session, now: datetime
) -> None:
    lab = make_person(session)
    for number in range(PAGE_SIZE + 2):
        take(release, lab, f"{number}", session=session, now=now)

    last = list_downloads(release.id, session=session, page=2)

    assert [one.file for one in last.items] == ["1", "0"]
    assert (last.n_found, last.n_pages) == (PAGE_SIZE + 2, 2)
