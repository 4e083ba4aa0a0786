"""Read the terms of projects: what holds, what held, and what a person last claimed on."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from evalhub.core.pay.tiers import PayTier, Price
from evalhub.db import tables as t
from evalhub.db.models import Project, ProjectTerms, RubricVersion
from evalhub.db.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Terms:
    """Hold what a project offers from some change on; ``number`` 0 is the set-up."""

    number: int
    pay_tier: PayTier
    price: Price
    rubric: str
    terms: str
    reason: str
    changed_at: datetime


def current_terms(project: Project, *, session: Session) -> Terms:
    """Return the terms that hold for the next claim."""
    rubric = session.get_one(RubricVersion, project.rubric_version_id)
    row = session.exec(rows_of(project).where(ProjectTerms.number == project.terms_number)).first()
    return Terms(
        number=project.terms_number,
        pay_tier=project.pay_tier,
        price=Price(project.pay_minor_units, project.pay_currency, project.expected_minutes),
        rubric=f"{rubric.rubric_id}@{rubric.version}",
        terms=project.terms,
        reason=row.reason if row else "",
        changed_at=row.changed_at if row else project.created_at,
    )


def terms_since(project_id: int, number: int, *, session: Session) -> list[Terms]:
    """Return the terms from ``number`` on that were written down, the oldest first.

    None are before the first change.
    """
    rows = session.exec(
        select(ProjectTerms, RubricVersion)
        .join(RubricVersion, col(RubricVersion.id) == col(ProjectTerms.rubric_version_id))
        .where(ProjectTerms.project_id == project_id, ProjectTerms.number >= number)
        .order_by(col(ProjectTerms.number))
    )
    return [
        Terms(
            number=row.number,
            pay_tier=row.pay_tier,
            price=Price(row.pay_minor_units, row.pay_currency, row.expected_minutes),
            rubric=f"{rubric.rubric_id}@{rubric.version}",
            terms=row.terms,
            reason=row.reason,
            changed_at=row.changed_at,
        )
        for row, rubric in rows
    ]


def terms_read(project_id: int, *, person_id: int, session: Session) -> int | None:
    """Return the number of the terms a person last claimed on; None before their first claim.

    The highest number and not the latest claim: numbers only grow, and clocks may be set back.
    """
    number: int | None = _READ.scalar({"project": project_id, "person": person_id}, session=session)
    return number


def minutes_at(project: Project, number: int, *, session: Session) -> int:
    """Return the minutes that a comparison was expected to take under the terms ``number``."""
    row = session.exec(rows_of(project).where(ProjectTerms.number == number)).first()
    return row.expected_minutes if row else project.expected_minutes


def rows_of(project: Project) -> SelectOfScalar[ProjectTerms]:
    """Select every set of terms of a project that was written down."""
    return select(ProjectTerms).where(ProjectTerms.project_id == project.id)


_READ = Prepared(
    sa.select(sa.func.max(t.assignment.c.terms_number)).where(
        t.assignment.c.project_id == sa.bindparam("project"),
        t.assignment.c.person_id == sa.bindparam("person"),
    )
)
