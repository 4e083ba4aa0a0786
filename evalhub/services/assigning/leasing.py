"""Give a person the next pair of a project."""

import random
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import Lease, SelectionPolicy, side_order
from evalhub.core.campaigns import AssignmentStatus, ProjectStatus, Purpose
from evalhub.core.people import Role
from evalhub.core.quality import draw_purpose, period_at
from evalhub.db import tables as t
from evalhub.db.prepared import Prepared, Row
from evalhub.errors import Conflict, NotFound, Sentence
from evalhub.services.assigning.checking import Checking, take_check
from evalhub.services.assigning.choosing import Taken, take_pair
from evalhub.services.assigning.expiring import reclaim_expired
from evalhub.services.assigning.leases import (
    LEASE_COLUMNS,
    extend,
    find_open_lease,
    is_over,
    lease_of,
)
from evalhub.services.assigning.reach import Reach, reach_of
from evalhub.services.assigning.shares import SHARES, shares_in
from evalhub.services.paying.terms import terms_read
from evalhub.services.qualifying.letting_in import class_let_in
from evalhub.services.qualifying.requirements import parse_requirement

CHANGED = Sentence("The terms of this project have changed. Read them before you claim again.")

_HELD = (AssignmentStatus.LEASED, AssignmentStatus.SUBMITTED)


def lease_next(
    project_id: int,
    *,
    person_id: int,
    session: Session,
    now: datetime,
    rng: random.Random,
    only_on_read_terms: bool = False,
) -> Lease | None:
    """Return the person's open lease in the project, else a new one, else None.

    A new lease reserves one place of a pair that has room and that this person has neither
    judged nor given back; a pair whose lease ran out may come back to them. No more places
    of a pair are ever taken than its overlap. None means that nothing is left for them.
    ``only_on_read_terms`` makes no lease on terms that are newer than those of their last claim.

    Raise ``NotFound`` when the person is not an annotator of the project, ``Conflict`` when it
    hands out no pairs now or its terms are not to be claimed on, and ``Forbidden`` when it asks for
    what they have not shown. Nothing was given out then.
    """
    terms = _terms(project_id, person_id=person_id, session=session, now=now)
    # Before the look at what is held: one's own lease that ran out is taken back too, or it would
    # keep a person at a pair for ever.
    if terms.is_any_over:
        reclaim_expired(project_id, session=session, now=now)
    held = find_open_lease(project_id, person_id=person_id, session=session, for_update=True)
    if held is not None:
        return _kept(held, session=session, now=now)
    if only_on_read_terms:
        _refuse_unread(terms.terms_number, project_id, person_id, session=session)
    if terms.status is not ProjectStatus.OPEN:
        raise Conflict(
            Sentence(
                "The project is %(status)s; it hands out no comparisons now.",
                status=Sentence(terms.status),
            )
        )
    # After what is held: who began while they were let in may finish, whatever has run out since.
    ids = (project_id, person_id)
    return _new_lease(terms, ids=ids, session=session, now=now, rng=rng)


def _new_lease(
    terms: Row, *, ids: tuple[int, int], session: Session, now: datetime, rng: random.Random
) -> Lease | None:
    """Return a lease of a pair that is taken for the person now, None when nothing is left."""
    project_id, person_id = ids
    requirement = parse_requirement(terms.requirement)
    credential_class = class_let_in(requirement, person_id=person_id, session=session, now=now)
    reach = reach_of(project_id, requirement, person_id=person_id, session=session, now=now)
    taken = _take_check(terms, reach, ids=ids, session=session, now=now, rng=rng)
    taken = taken or take_pair(
        project_id,
        person_id=person_id,
        policy=terms.policy or SelectionPolicy.UNIFORM,
        session=session,
        rng=rng,
        reach=reach,
    )
    if taken is None:
        return None
    values = {
        **_promised(taken, terms, now=now),
        "project_id": project_id,
        "person_id": person_id,
        "is_swapped": _side_order(taken, person_id=person_id, session=session, rng=rng),
        "credential_class": _class_on(taken.pair_id, reach, session=session) or credential_class,
    }
    return lease_of(_INSERT.one(values, session=session))


def _take_check(
    terms: Row,
    reach: Reach,
    *,
    ids: tuple[int, int],
    session: Session,
    now: datetime,
    rng: random.Random,
) -> Taken | None:
    """Return a pair that checks quality where the lot falls on one and one is there for them.

    Otherwise they get work, as if the lot had fallen on it: who has had all controls goes on.
    """
    shares = shares_in(terms)
    # Without shares no lot is drawn: what a seed gives out in other projects stays what it was.
    purpose = draw_purpose(shares, rng.random()) if shares.total else Purpose.WORK
    if purpose.holds_place:
        return None
    period = period_at(now, since=terms.created_at)
    checking = Checking(*ids, purpose, period, now - timedelta(days=shares.repeat_days), reach)
    return take_check(checking, session=session, rng=rng)


def _promised(taken: Taken, terms: Row, *, now: datetime) -> dict[str, object]:
    """Return what a lease of the pair that was taken holds, whoever it goes to."""
    return {
        # It stands in addresses and is all that names a comparison to its annotator, so it must
        # not be guessable from another.
        "token": secrets.token_urlsafe(24),
        "pair_id": taken.pair_id,
        "purpose": taken.purpose,
        "occasion": taken.occasion,
        "status": AssignmentStatus.LEASED,
        "policy": taken.policy,
        "probability": taken.probability,
        # Copied, so that a later change of the project's pay changes no promise that was made.
        "pay_minor_units": terms.pay_minor_units,
        "pay_currency": terms.pay_currency,
        "terms_number": terms.terms_number,
        "leased_at": now,
        "expires_at": now + timedelta(minutes=terms.lease_minutes),
        "release_reason": "",
    }


def _class_on(pair_id: int, reach: Reach, *, session: Session) -> str:
    """Return the class by which a pair's prompt goes to the person; empty where none is asked."""
    if not reach.classes:
        return ""
    query = sa.select(t.pair.c.route).where(t.pair.c.id == pair_id)
    return reach.classes[session.connection().execute(query).scalar_one()]


def _kept(held: Lease, *, session: Session, now: datetime) -> Lease:
    """Return a lease being resumed; one that ran out while someone else reclaimed runs on."""
    if held.expires_at > now:
        return held
    return replace(held, expires_at=extend(held, session=session, now=now))


def _refuse_unread(number: int, project_id: int, person_id: int, *, session: Session) -> None:
    """Refuse a claim on the terms ``number`` to who last claimed on others.

    The number is that which the lease would get, read in the same statement: a change of terms
    comes either before it and is seen, or after the claim.
    """
    if number == 0:
        return  # They were never changed.
    read = terms_read(project_id, person_id=person_id, session=session)
    if read is not None and read < number:
        raise Conflict(CHANGED)


def _terms(project_id: int, *, person_id: int, session: Session, now: datetime) -> Row:
    """Return what the project promises and plans, holding the person's membership.

    Holding it makes two claims of one person wait for each other on PostgreSQL; on SQLite
    there is one writer anyway.
    """
    keys = {"project": project_id, "person": person_id, "now": now}
    row = _TERMS.first(keys, session=session)
    if row is None:
        raise NotFound(Sentence("There is no such project for you to judge in."))
    return row


def _side_order(taken: Taken, *, person_id: int, session: Session, rng: random.Random) -> bool:
    """Return the order less used for the pair; the order a person already saw stays theirs."""
    if taken.is_swapped is not None:
        return taken.is_swapped
    rows = _SHOWN.all({"pair": taken.pair_id}, session=session)
    shown = [row for row in rows if row.purpose is taken.purpose]
    # Sides that change under somebody who begins again would put their first impression on the
    # wrong answer.
    mine = [row.is_swapped for row in shown if row.person_id == person_id]
    if mine:
        return bool(mine[0])
    held = [row.is_swapped for row in shown if row.status in _HELD]
    return side_order(n_plain=held.count(False), n_swapped=held.count(True), rng=rng)


def _terms_statement() -> sa.Executable:
    member, project, plan = t.project_member, t.project, t.selection_plan
    asked, later = t.project_requirement, t.project_requirement.alias("later")
    newest = (
        sa.select(sa.func.max(later.c.number))
        .where(later.c.project_id == project.c.id)
        .correlate(project)
        .scalar_subquery()
    )
    return (
        sa.select(
            project.c.status,
            project.c.lease_minutes,
            project.c.pay_minor_units,
            project.c.pay_currency,
            project.c.terms_number,
            *SHARES,
            project.c.created_at,
            plan.c.policy,
            asked.c.document.label("requirement"),
            # Nearly never, and then a sweep finds them: it need not be tried at each claim.
            sa.exists().where(*is_over()).label("is_any_over"),
        )
        .join(member, member.c.project_id == project.c.id)
        .outerjoin(plan, plan.c.project_id == project.c.id)
        .outerjoin(asked, sa.and_(asked.c.project_id == project.c.id, asked.c.number == newest))
        .where(
            project.c.id == sa.bindparam("project"),
            member.c.person_id == sa.bindparam("person"),
            member.c.role == Role.ANNOTATOR,
        )
        .with_for_update(of=member)
    )


# Built once, as those of the choice are.
_TERMS = Prepared(_terms_statement())
_SHOWN = Prepared(
    sa.select(
        t.assignment.c.is_swapped,
        t.assignment.c.person_id,
        t.assignment.c.status,
        t.assignment.c.purpose,
    )
    .where(t.assignment.c.pair_id == sa.bindparam("pair"))
    .order_by(t.assignment.c.id)
)
_INSERT = Prepared(sa.insert(t.assignment).returning(*LEASE_COLUMNS))
