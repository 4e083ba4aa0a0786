"""Keep removals from projects, and read them with what was said of each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.free_words import plain_words
from evalhub.core.pay.disputes import DECIDERS, DisputeState, Standing
from evalhub.core.people import Actor
from evalhub.core.removals import (
    ENDING,
    RemovalEvent,
    RemovalStep,
    is_in_force,
    own_step,
    standing_in,
)
from evalhub.db import tables as t
from evalhub.db.models import Project, ProjectRemoval
from evalhub.services.locks import lock


@dataclass(frozen=True, slots=True)
class Removal:
    """Hold a removal, what was said of it, how its objection stands, and what its expert may do."""

    id: int
    project: str
    project_title: str
    person_id: int
    name: str
    reason: str
    removed_at: datetime
    removed_by: int | None
    events: tuple[RemovalEvent, ...]
    standing: Standing | None
    own_step: RemovalStep | None

    @property
    def parties(self) -> frozenset[int | None]:
        """Return who hears no objection: its expert, who removed them and who refused before."""
        refused = {event.by for event in self.events if event.step is RemovalStep.REJECTED}
        return frozenset({self.person_id, self.removed_by, *refused})

    @property
    def is_in_force(self) -> bool:
        """Tell whether it still keeps its expert away."""
        return is_in_force(self.events)


def hold_membership(project_id: int, person_id: int, *, session: Session) -> None:
    """Let one transaction at a time change whether a person is on a project.

    A join that read "not removed" before a removal was committed would else bring its person back.
    """
    lock(f"member {person_id} of project {project_id}", session=session)


def keep_removal(
    project: Project,
    person_id: int,
    reason: str,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep that a person was taken off a project, and why."""
    session.add(
        ProjectRemoval(
            project_id=project.id,
            person_id=person_id,
            reason=plain_words(reason),
            removed_at=now,
            removed_by=actor.person_id,
        )
    )
    session.flush()


def is_removed(project_id: int, person_id: int, *, session: Session) -> bool:
    """Tell whether a person was taken off a project and nobody has said otherwise since."""
    removal = t.project_removal.c
    query = sa.select(removal.id).where(
        removal.project_id == project_id, removal.person_id == person_id, _is_in_force()
    )
    return session.connection().execute(query.limit(1)).first() is not None


def removed_from(person_id: int, *, session: Session) -> frozenset[int]:
    """Return the projects that a person was taken off and may not join."""
    removal = t.project_removal.c
    query = sa.select(removal.project_id).where(removal.person_id == person_id, _is_in_force())
    return frozenset(session.connection().execute(query).scalars())


def own_removals(person_id: int, *, session: Session, now: datetime) -> list[Removal]:
    """Return the removals of a person, the newest first."""
    return _removals(t.project_removal.c.person_id == person_id, session, now)


def removals_in(project: Project, *, session: Session, now: datetime) -> list[Removal]:
    """Return who is kept away from a project, the newest first."""
    is_here = t.project_removal.c.project_id == project.id
    return _removals(sa.and_(is_here, _is_in_force()), session, now)


def open_objections(*, actor: Actor, session: Session, now: datetime) -> list[Removal]:
    """Return the objections that wait for the actor's answer, the most urgent first.

    Nobody answers an objection to what they did, and nobody one of their own.
    """
    waiting = [
        (one.standing.due_at, one.id, one)
        for one in _removals(sa.and_(_is_in_force(), _has_step(RemovalStep.OBJECTED)), session, now)
        if one.standing is not None
        and one.standing.state is DisputeState.OPEN
        and actor.has(*DECIDERS[one.standing.level])
        and actor.person_id not in one.parties
    ]
    return [one for _due, _id, one in sorted(waiting, key=lambda found: found[:2])]


def find_removal(removal_id: int, *, session: Session, now: datetime) -> Removal | None:
    """Return one removal as it stands, or None."""
    return next(iter(_removals(t.project_removal.c.id == removal_id, session, now)), None)


def _is_in_force() -> "sa.ColumnElement[bool]":
    return sa.not_(_has_step(*ENDING))


def _has_step(*steps: RemovalStep) -> "sa.ColumnElement[bool]":
    step = t.project_removal_step.c
    return sa.exists().where(
        step.project_removal_id == t.project_removal.c.id, step.step.in_(steps)
    )


def _removals(which: "sa.ColumnElement[bool]", session: Session, now: datetime) -> list[Removal]:
    """Return the removals for which a condition holds, the newest first, in two statements."""
    removal = t.project_removal.c
    rows = (
        session.connection()
        .execute(
            sa.select(t.project_removal, t.project.c.slug, t.project.c.title, t.person.c.name)
            .join(t.project, t.project.c.id == removal.project_id)
            .join(t.person, t.person.c.id == removal.person_id)
            .where(which)
            .order_by(removal.id.desc())
        )
        .all()
    )
    # Nearly nobody was ever taken off a project, and everybody's list of work asks.
    events = _events([row.id for row in rows], session) if rows else {}
    return [_removal(row, events, now) for row in rows]


def _removal(
    row: "sa.Row[*tuple[Any, ...]]", events: Mapping[int, Sequence[RemovalEvent]], now: datetime
) -> Removal:
    own = tuple(events.get(row.id, ()))
    return Removal(
        id=row.id,
        project=row.slug,
        project_title=row.title,
        person_id=row.person_id,
        name=row.name,
        reason=row.reason,
        removed_at=row.removed_at,
        removed_by=row.removed_by,
        events=own,
        standing=standing_in(own, now),
        own_step=own_step(own, now),
    )


def _events(ids: Sequence[int], session: Session) -> Mapping[int, Sequence[RemovalEvent]]:
    step = t.project_removal_step.c
    query = (
        sa.select(step.project_removal_id, step.step, step.words, step.made_at, step.made_by)
        .where(step.project_removal_id.in_(ids))
        .order_by(step.number)
    )
    found: defaultdict[int, list[RemovalEvent]] = defaultdict(list)
    for row in session.connection().execute(query):
        event = RemovalEvent(row.step, row.words, row.made_at, row.made_by)
        found[row.project_removal_id].append(event)
    return found
