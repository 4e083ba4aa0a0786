"""Give a person the next pair of a project."""

import random
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import (
    WINDOW,
    Lease,
    ReleaseReason,
    SelectionPolicy,
    draw,
    side_order,
)
from evalhub.core.campaigns import AssignmentStatus, ProjectStatus
from evalhub.core.people import Role
from evalhub.db import tables as t
from evalhub.errors import Conflict, NotFound
from evalhub.services.assigning.expiring import reclaim_expired, take_place
from evalhub.services.assigning.leases import extend, find_open_lease, lease_of

_Terms: TypeAlias = sa.Row[*tuple[Any, ...]]
"""A project's status, lease time and pay, which SQLAlchemy types no further."""

COUNTED = 1_000
"""How far open pairs are counted; beyond it the number says "or more"."""

_HELD = (AssignmentStatus.LEASED, AssignmentStatus.SUBMITTED)


def lease_next(
    project_id: int, *, person_id: int, session: Session, now: datetime, rng: random.Random
) -> Lease | None:
    """Return the person's open lease in the project, else a new one, else None.

    A new lease reserves one place of a pair that has room and that this person has neither
    judged nor given back; a pair whose lease ran out may come back to them. No more places
    of a pair are ever taken than its overlap. None means that nothing is left for them.

    Raise ``NotFound`` when the person is not an annotator of the project, and ``Conflict``
    when it hands out no pairs now.
    """
    terms = _terms(project_id, person_id=person_id, session=session)
    reclaim_expired(project_id, session=session, now=now)
    held = find_open_lease(project_id, person_id=person_id, session=session, for_update=True)
    if held is not None:
        return _kept(held, session=session, now=now)
    if terms.status is not ProjectStatus.OPEN:
        raise Conflict(f"The project is {terms.status}; it hands out no comparisons now.")
    taken = _take_pair(project_id, person_id=person_id, session=session, rng=rng)
    if taken is None:
        return None
    pair_id, probability = taken
    row = session.connection().execute(
        sa.insert(t.assignment)
        .values(
            token=secrets.token_urlsafe(24),
            project_id=project_id,
            pair_id=pair_id,
            person_id=person_id,
            is_swapped=_side_order(pair_id, person_id=person_id, session=session, rng=rng),
            status=AssignmentStatus.LEASED,
            policy=SelectionPolicy.UNIFORM,
            probability=probability,
            pay_minor_units=terms.pay_minor_units,
            pay_currency=terms.pay_currency,
            leased_at=now,
            expires_at=now + timedelta(minutes=terms.lease_minutes),
            release_reason="",
        )
        .returning(t.assignment)
    )
    return lease_of(row.one())


def _kept(held: Lease, *, session: Session, now: datetime) -> Lease:
    """Return a lease being resumed; one that ran out while someone else reclaimed runs on."""
    if held.expires_at > now:
        return held
    return replace(held, expires_at=extend(held, session=session, now=now))


def n_open_to(project_id: int, *, person_id: int, session: Session) -> int:
    """Return how many pairs could still be given to a person, counted up to ``COUNTED``."""
    keys = {"project": project_id, "person": person_id}
    return session.connection().execute(_N_OPEN, keys).scalar_one()


def _terms(project_id: int, *, person_id: int, session: Session) -> _Terms:
    """Return what the project promises, holding the person's membership.

    Holding it makes two claims of one person wait for each other on PostgreSQL; on SQLite
    there is one writer anyway.
    """
    member, project = t.project_member, t.project
    row = (
        session.connection()
        .execute(
            sa.select(
                project.c.status,
                project.c.lease_minutes,
                project.c.pay_minor_units,
                project.c.pay_currency,
            )
            .join(member, member.c.project_id == project.c.id)
            .where(
                project.c.id == project_id,
                member.c.person_id == person_id,
                member.c.role == Role.ANNOTATOR,
            )
            .with_for_update(of=member)
        )
        .first()
    )
    if row is None:
        raise NotFound("There is no such project for you to judge in.")
    return row


def _take_pair(
    project_id: int, *, person_id: int, session: Session, rng: random.Random
) -> tuple[int, float] | None:
    """Take a place of a pair drawn from those open to the person; None when there is none."""
    for window in _windows(project_id, person_id=person_id, session=session):
        while window:
            pair_id, probability = draw(window, rng)
            if take_place(pair_id, session=session):
                return pair_id, probability
            # Someone else took its last place between our look and our hold.
            window.remove(pair_id)
    return None


def _windows(project_id: int, *, person_id: int, session: Session) -> Iterator[list[int]]:
    """Yield the first open pairs in the project's order, looking again until there are none."""
    keys = {"project": project_id, "person": person_id}
    while window := list(session.connection().execute(_WINDOW, keys).scalars()):
        yield window


def _open_pairs() -> "sa.Select[int]":
    """Select the pairs of a project that have room and that a person has not had."""
    mine = (
        t.assignment.c.project_id == sa.bindparam("project"),
        t.assignment.c.person_id == sa.bindparam("person"),
    )
    seen = sa.select(t.assignment.c.pair_id).where(
        *mine, t.assignment.c.status != AssignmentStatus.EXPIRED
    )
    blocked = t.pair.alias("blocked")
    blocked_prompts = (
        sa.select(blocked.c.prompt_id)
        .join(t.assignment, t.assignment.c.pair_id == blocked.c.id)
        .where(*mine, t.assignment.c.release_reason == ReleaseReason.PROMPT_BLOCKED)
    )
    return sa.select(t.pair.c.id).where(
        t.pair.c.project_id == sa.bindparam("project"),
        t.pair.c.is_offered.is_(True),
        t.pair.c.n_taken < t.pair.c.overlap,
        t.pair.c.id.not_in(seen),
        t.pair.c.prompt_id.not_in(blocked_prompts),
    )


# Built once: putting such a statement together costs more than running it.
_WINDOW = _open_pairs().order_by(t.pair.c.position).limit(WINDOW)
_N_OPEN = sa.select(sa.func.count()).select_from(_open_pairs().limit(COUNTED).subquery())


def _side_order(pair_id: int, *, person_id: int, session: Session, rng: random.Random) -> bool:
    """Return the order less used for the pair; the order a person already saw stays theirs."""
    shown = (
        session.connection()
        .execute(
            sa.select(t.assignment.c.is_swapped, t.assignment.c.person_id, t.assignment.c.status)
            .where(t.assignment.c.pair_id == pair_id)
            .order_by(t.assignment.c.id)
        )
        .all()
    )
    mine = [row.is_swapped for row in shown if row.person_id == person_id]
    if mine:
        return bool(mine[0])
    held = [row.is_swapped for row in shown if row.status in _HELD]
    return side_order(n_plain=held.count(False), n_swapped=held.count(True), rng=rng)
