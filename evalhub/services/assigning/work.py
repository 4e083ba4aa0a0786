"""List the work that is open to a person, with its terms, before anything is claimed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import Lease
from evalhub.core.campaigns import AssignmentStatus, ProjectStatus, Purpose
from evalhub.core.pay.tiers import PayTier
from evalhub.core.people import Role
from evalhub.core.qualifying.requirements import LackKind, Qualifications, Requirement, fit_of
from evalhub.core.quality import QualityShares, n_to_expect
from evalhub.db import tables as t
from evalhub.db.prepared import Prepared
from evalhub.services.assigning.checking import shares_that_come
from evalhub.services.assigning.choosing import n_open_to
from evalhub.services.assigning.open_pairs import COUNTED
from evalhub.services.assigning.reach import reach_of
from evalhub.services.assigning.shares import shares_in, shares_of
from evalhub.services.assigning.standing import LeaseStanding, standing_of
from evalhub.services.paying.terms import Terms, terms_read, terms_since
from evalhub.services.qualifying.letting_in import qualifications_of
from evalhub.services.qualifying.requirements import requirement_in_force


@dataclass(frozen=True, slots=True)
class HeldWork:
    """Hold a comparison a person has begun: where it is, and whether it is still theirs."""

    token: str
    expires_at: datetime
    saved_at: datetime | None
    standing: LeaseStanding


@dataclass(frozen=True, slots=True)
class TermsNews:
    """Hold what changed since somebody's last claim: what they had, and why it is otherwise."""

    before: Terms
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """Hold one project as an annotator sees it before claiming; it names no model.

    ``n_answered`` are the comparisons with a judgment of theirs in force, "cannot judge"
    included, as their own history counts them: it is work done, and the two figures stand on
    one page.
    ``news`` are the terms that hold now where they have changed since the person's last claim.
    ``held`` is the comparison in hand. ``lapsed`` are those whose lease ran out over a draft:
    what was typed there is found again, whoever has the pair now. ``lacks`` is what the project
    asks for and the person does not show now; nothing is left to claim then.
    """

    slug: str
    title: str
    purpose: str
    domain: str
    rubric_id: str
    rubric_version: str
    status: ProjectStatus
    pay_tier: PayTier
    pay_minor_units: int
    pay_currency: str
    expected_minutes: int
    lease_minutes: int
    terms: str
    is_simulated: bool
    shares: QualityShares
    n_left: int
    n_answered: int
    has_begun: bool
    terms_number: int
    news: TermsNews | None
    held: HeldWork | None
    lapsed: tuple[HeldWork, ...]
    lacks: tuple[LackKind, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """Hold a project that keeps its work from a person, and why."""

    title: str
    requirement: Requirement
    lacks: tuple[LackKind, ...]


def list_work(person_id: int, *, session: Session, now: datetime) -> list[Work]:
    """Return the projects a person can judge in now, those in work first.

    These are the open projects of which they are an annotator and which ask for nothing that
    they lack, and others in which they still hold a comparison or have a draft of one that ran
    out.
    """
    held = qualifications_of(person_id, session=session)
    works = [_work(row, held, person_id, session, now) for row in _projects(person_id, session)]
    shown = [work for work in works if work.held or _is_listed(work)]
    return sorted(shown, key=lambda work: (work.held is None, work.title, work.slug))


def list_withheld(person_id: int, *, session: Session, now: datetime) -> list[Withheld]:
    """Return the open projects a person was put on that ask for what they lack, by title.

    They are on no list of work. A person who was put on a project may know why they see none of
    it, and what to show.
    """
    held = qualifications_of(person_id, session=session)
    found = []
    for row in _projects(person_id, session):
        requirement = requirement_in_force(row.id, session=session).requirement
        lacks = fit_of(requirement, held, now).lacks
        if lacks and row.status is ProjectStatus.OPEN:
            found.append(Withheld(row.title, requirement, lacks))
    return sorted(found, key=lambda one: one.title)


def n_left_for(
    project_id: int,
    *,
    person_id: int,
    session: Session,
    now: datetime,
    shares: QualityShares | None = None,
) -> int:
    """Return how many comparisons of a project a person may expect at ``now``; 0 where they lack.

    ``shares`` are the project's where the caller has them: every comparison page asks.
    """
    requirement = requirement_in_force(project_id, session=session).requirement
    if not requirement.is_open:
        held = qualifications_of(person_id, session=session)
        if fit_of(requirement, held, now).lacks:
            return 0
    n_open = _n_open(project_id, requirement, person_id, session=session, now=now)
    if not 0 < n_open < COUNTED:
        return n_open  # Whatever checks quality here: what can come of it need not be looked for.
    shares = shares_of(project_id, session=session) if shares is None else shares
    shares = shares_that_come(project_id, shares, session=session)
    return _n_left(project_id, shares, n_open, person_id, session=session)


def _projects(person_id: int, session: Session) -> "Sequence[sa.Row[*tuple[Any, ...]]]":
    return (
        session.connection()
        .execute(
            sa.select(t.project, t.rubric_version.c.rubric_id, t.rubric_version.c.version)
            .join(t.project_member, t.project_member.c.project_id == t.project.c.id)
            .join(t.rubric_version, t.rubric_version.c.id == t.project.c.rubric_version_id)
            .where(
                t.project_member.c.person_id == person_id,
                t.project_member.c.role == Role.ANNOTATOR,
                # A draft may still change its terms, so nobody is shown it.
                t.project.c.status != ProjectStatus.DRAFT,
            )
        )
        .all()
    )


def _is_listed(work: Work) -> bool:
    is_offered = work.status is ProjectStatus.OPEN and not work.lacks
    is_running = work.status in {ProjectStatus.OPEN, ProjectStatus.PAUSED}
    return is_offered or (is_running and bool(work.lapsed))


def _work(
    row: "sa.Row[*tuple[Any, ...]]",
    held: Qualifications,
    person_id: int,
    session: Session,
    now: datetime,
) -> Work:
    requirement = requirement_in_force(row.id, session=session).requirement
    lacks = fit_of(requirement, held, now).lacks
    read = terms_read(row.id, person_id=person_id, session=session)
    shares = shares_that_come(row.id, shares_in(row), session=session)
    n_open = 0 if lacks else _n_open(row.id, requirement, person_id, session=session, now=now)
    return Work(
        slug=row.slug,
        title=row.title,
        purpose=row.purpose,
        domain=row.domain,
        rubric_id=row.rubric_id,
        rubric_version=row.version,
        status=row.status,
        pay_tier=row.pay_tier,
        pay_minor_units=row.pay_minor_units,
        pay_currency=row.pay_currency,
        expected_minutes=row.expected_minutes,
        lease_minutes=row.lease_minutes,
        terms=row.terms,
        is_simulated=row.is_simulated,
        shares=shares,
        n_left=_n_left(row.id, shares, n_open, person_id, session=session),
        n_answered=_n_answered(row.id, person_id, session),
        has_begun=read is not None,
        terms_number=row.terms_number,
        news=_news(row, read, session) if read is not None and read < row.terms_number else None,
        held=_held(row.id, person_id, session, now),
        lapsed=tuple(_lapsed(row.id, person_id, session, now)),
        lacks=lacks,
    )


def _n_open(
    project_id: int, requirement: Requirement, person_id: int, *, session: Session, now: datetime
) -> int:
    reach = reach_of(project_id, requirement, person_id=person_id, session=session, now=now)
    return n_open_to(project_id, person_id=person_id, session=session, now=now, reach=reach)


def _n_left(
    project_id: int, shares: QualityShares, n_open: int, person_id: int, *, session: Session
) -> int:
    """Return how many comparisons somebody may expect where ``shares`` are those that can come."""
    if not shares.total or not 0 < n_open < COUNTED:
        return n_open
    had = _HAD.one({"project": project_id, "person": person_id}, session=session)
    return n_to_expect(
        shares, n_open=n_open, n_work=had.n_work, n_checking=had.n - had.n_work, most=COUNTED
    )


def _n_answered(project_id: int, person_id: int, session: Session) -> int:
    # Not the assignments that were submitted: a "cannot judge" gives its place to somebody else,
    # so its assignment ends as released.
    return (
        session.connection()
        .execute(
            sa.select(sa.func.count(sa.distinct(t.judgment.c.assignment_id))).where(
                t.judgment.c.project_id == project_id, t.judgment.c.person_id == person_id
            )
        )
        .scalar_one()
    )


def _news(row: "sa.Row[*tuple[Any, ...]]", read: int, session: Session) -> TermsNews:
    """Return what changed since the terms with the number ``read``."""
    before, *later = terms_since(row.id, read, session=session)
    return TermsNews(before, tuple(terms.reason for terms in later))


def _held(project_id: int, person_id: int, session: Session, now: datetime) -> HeldWork | None:
    query = _begun(project_id, person_id, AssignmentStatus.LEASED)
    row = session.connection().execute(query).first()
    return None if row is None else _begun_work(row, session, now)


def _lapsed(project_id: int, person_id: int, session: Session, now: datetime) -> Iterator[HeldWork]:
    """Yield the newest kept draft of each pair whose lease ran out, unless it is theirs again."""
    query = _begun(project_id, person_id, AssignmentStatus.EXPIRED).where(
        t.draft.c.saved_at.is_not(None)
    )
    rows = session.connection().execute(query.order_by(t.draft.c.saved_at)).all()
    # Of two drafts for one pair the page shows the newer, whichever lease it is opened by.
    for row in {row.pair_id: row for row in rows}.values():
        work = _begun_work(row, session, now)
        if work.standing is not LeaseStanding.AGAIN:
            yield work


def _begun(
    project_id: int, person_id: int, status: AssignmentStatus
) -> "sa.Select[*tuple[Any, ...]]":
    return (
        sa.select(t.assignment, t.draft.c.saved_at)
        .outerjoin(t.draft, t.draft.c.assignment_id == t.assignment.c.id)
        .where(
            t.assignment.c.project_id == project_id,
            t.assignment.c.person_id == person_id,
            t.assignment.c.status == status,
        )
    )


def _begun_work(row: "sa.Row[*tuple[Any, ...]]", session: Session, now: datetime) -> HeldWork:
    columns = dict(row._mapping)  # noqa: SLF001 - a documented attribute despite its name
    saved_at = columns.pop("saved_at")
    lease = Lease(**columns)
    standing = standing_of(lease, session=session, now=now)
    return HeldWork(lease.token, lease.expires_at, saved_at, standing)


_HAD = Prepared(
    sa.select(
        sa.func.count(sa.case((t.assignment.c.purpose == Purpose.WORK, 1))).label("n_work"),
        sa.func.count().label("n"),
    ).where(
        t.assignment.c.project_id == sa.bindparam("project"),
        t.assignment.c.person_id == sa.bindparam("person"),
        t.assignment.c.status != AssignmentStatus.EXPIRED,
    )
)
"""Built once: every comparison page asks."""
