"""List the work that is open to a person, with its terms, before anything is claimed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus, ProjectStatus
from evalhub.core.people import Role
from evalhub.db import tables as t
from evalhub.services.assigning.choosing import n_open_to


@dataclass(frozen=True, slots=True)
class HeldWork:
    """Hold the comparison a person has in work: where it is and how long it is theirs."""

    token: str
    expires_at: datetime
    saved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Work:
    """Hold one project as an annotator sees it before claiming; it names no model."""

    slug: str
    title: str
    purpose: str
    domain: str
    rubric_id: str
    rubric_version: str
    status: ProjectStatus
    pay_minor_units: int
    pay_currency: str
    expected_minutes: int
    lease_minutes: int
    terms: str
    is_simulated: bool
    n_left: int
    n_done: int
    has_begun: bool
    held: HeldWork | None


def list_work(person_id: int, *, session: Session) -> list[Work]:
    """Return the projects a person can judge in now, those in work first.

    These are the open projects of which they are an annotator, and paused ones in which they
    still hold a comparison.
    """
    rows = session.connection().execute(
        sa.select(t.project, t.rubric_version.c.rubric_id, t.rubric_version.c.version)
        .join(t.project_member, t.project_member.c.project_id == t.project.c.id)
        .join(t.rubric_version, t.rubric_version.c.id == t.project.c.rubric_version_id)
        .where(
            t.project_member.c.person_id == person_id,
            t.project_member.c.role == Role.ANNOTATOR,
            t.project.c.status != ProjectStatus.DRAFT,
        )
    )
    works = [_work(row, person_id, session) for row in rows]
    shown = [work for work in works if work.held or work.status is ProjectStatus.OPEN]
    return sorted(shown, key=lambda work: (work.held is None, work.title, work.slug))


def _work(row: "sa.Row[*tuple[Any, ...]]", person_id: int, session: Session) -> Work:
    counts = _own_counts(row.id, person_id, session)
    return Work(
        slug=row.slug,
        title=row.title,
        purpose=row.purpose,
        domain=row.domain,
        rubric_id=row.rubric_id,
        rubric_version=row.version,
        status=row.status,
        pay_minor_units=row.pay_minor_units,
        pay_currency=row.pay_currency,
        expected_minutes=row.expected_minutes,
        lease_minutes=row.lease_minutes,
        terms=row.terms,
        is_simulated=row.is_simulated,
        n_left=n_open_to(row.id, person_id=person_id, session=session),
        n_done=counts.get(AssignmentStatus.SUBMITTED, 0),
        has_begun=bool(counts),
        held=_held(row.id, person_id, session),
    )


def _own_counts(project_id: int, person_id: int, session: Session) -> dict[AssignmentStatus, int]:
    rows = session.connection().execute(
        sa.select(t.assignment.c.status, sa.func.count().label("n"))
        .where(t.assignment.c.project_id == project_id, t.assignment.c.person_id == person_id)
        .group_by(t.assignment.c.status)
    )
    return {row.status: row.n for row in rows}


def _held(project_id: int, person_id: int, session: Session) -> HeldWork | None:
    row = (
        session.connection()
        .execute(
            sa.select(t.assignment.c.token, t.assignment.c.expires_at, t.draft.c.saved_at)
            .outerjoin(t.draft, t.draft.c.assignment_id == t.assignment.c.id)
            .where(
                t.assignment.c.project_id == project_id,
                t.assignment.c.person_id == person_id,
                t.assignment.c.status == AssignmentStatus.LEASED,
            )
        )
        .first()
    )
    return None if row is None else HeldWork(row.token, row.expires_at, row.saved_at)
