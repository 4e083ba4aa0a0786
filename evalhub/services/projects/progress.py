"""Count how far a project is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus, JudgmentOrigin, Purpose
from evalhub.core.judging.answers import Choice
from evalhub.core.people import Origin, Role
from evalhub.db import tables as t
from evalhub.db.models import Project


@dataclass(frozen=True, slots=True)
class Progress:
    """Hold a project's numbers.

    Places are wanted judgments: pairs handed out times their overlap. ``n_judged`` of them
    are done, ``n_leased`` are being worked on and ``n_over`` wait to be taken back. Imported
    and simulated judgments are counted apart; cannot-judge is an answer but fills no place.
    """

    n_pairs: int
    n_places: int
    n_taken: int
    n_leased: int
    n_over: int
    n_judgments: int
    n_imported: int
    n_simulated: int
    n_cannot_judge: int
    n_annotators: int
    last_judged_at: datetime | None

    @property
    def n_judged(self) -> int:
        """Return how many places are filled by a judgment."""
        return self.n_taken - self.n_leased - self.n_over

    @property
    def n_left(self) -> int:
        """Return how many places still want a judgment."""
        return self.n_places - self.n_judged


def progress_of(project: Project, *, session: Session, now: datetime | None = None) -> Progress:
    """Return the numbers of ``project`` at ``now``.

    A lease that ran out is in nobody's hands, although its place is only taken back by the
    next claim. Without ``now`` every lease counts as worked on; what is left is the same.
    """
    connection = session.connection()
    pairs = connection.execute(
        sa.select(
            sa.func.count().label("n_pairs"),
            sa.func.coalesce(sa.func.sum(t.pair.c.overlap), 0).label("n_places"),
            sa.func.coalesce(sa.func.sum(t.pair.c.n_taken), 0).label("n_taken"),
        ).where(t.pair.c.project_id == project.id, t.pair.c.is_offered.is_(True))
    ).one()
    done = _judgments(project, session)
    leased = _leases(project, session, now)
    return Progress(
        n_pairs=pairs.n_pairs,
        n_places=pairs.n_places,
        n_taken=pairs.n_taken,
        n_leased=leased.n_working,
        n_over=leased.n_over,
        n_judgments=done.n_judgments,
        n_imported=done.n_imported,
        n_simulated=done.n_simulated,
        n_cannot_judge=done.n_cannot_judge,
        n_annotators=_n_annotators(project, session),
        last_judged_at=done.last_judged_at,
    )


def _judgments(project: Project, session: Session) -> "sa.Row[*tuple[Any, ...]]":
    """Count the judgments in force."""
    # Revisions are rows of their own; counting rows would count a person who thought again twice.
    later = t.judgment.alias("later")
    is_revised = sa.exists().where(
        later.c.assignment_id == t.judgment.c.assignment_id,
        later.c.revision > t.judgment.c.revision,
    )
    is_simulated = sa.or_(
        t.judgment.c.origin == JudgmentOrigin.SIMULATED, t.person.c.origin == Origin.SIMULATED
    )
    row = session.connection().execute(
        sa.select(
            sa.func.count().label("n_judgments"),
            _count_where(t.judgment.c.origin == JudgmentOrigin.IMPORTED).label("n_imported"),
            _count_where(is_simulated).label("n_simulated"),
            _count_where(t.judgment.c.choice == Choice.CANNOT_JUDGE).label("n_cannot_judge"),
            sa.func.max(t.judgment.c.created_at).label("last_judged_at"),
        )
        .join(t.person, t.person.c.id == t.judgment.c.person_id)
        .where(
            t.judgment.c.project_id == project.id, t.judgment.c.purpose == Purpose.WORK, ~is_revised
        )
    )
    return row.one()


def _count_where(condition: "sa.ColumnElement[bool]") -> "sa.Function[int]":
    return sa.func.count(sa.case((condition, 1)))


def _leases(project: Project, session: Session, now: datetime | None) -> "sa.Row[*tuple[Any, ...]]":
    # Nobody sweeps leases up while nobody claims, so a status alone would show people at work who
    # left hours ago.
    is_over = sa.false() if now is None else t.assignment.c.expires_at <= now
    query = (
        sa.select(_count_where(~is_over).label("n_working"), _count_where(is_over).label("n_over"))
        .select_from(t.assignment)
        .where(
            t.assignment.c.project_id == project.id,
            t.assignment.c.status == AssignmentStatus.LEASED,
            # The others hold none of the places that are counted here.
            t.assignment.c.purpose == Purpose.WORK,
            sa.exists().where(t.pair.c.id == t.assignment.c.pair_id, t.pair.c.is_offered.is_(True)),
        )
    )
    return session.connection().execute(query).one()


def _n_annotators(project: Project, session: Session) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(t.project_member)
        .where(
            t.project_member.c.project_id == project.id,
            t.project_member.c.role == Role.ANNOTATOR,
        )
    )
    return session.connection().execute(query).scalar_one()
