"""Decide what becomes of a row that was reported."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.free_words import plain_words
from evalhub.core.people import Actor, Role
from evalhub.core.releasing.reports import Answer
from evalhub.db.models import RowReport, RowReportAnswer
from evalhub.errors import Forbidden, StaleForm
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.projects.finding import get_project
from evalhub.services.releasing.reported import ReportLine, get_report, read_line

DECIDERS = (Role.RESEARCHER, Role.ADMIN)
"""Who decides about reported rows: those who build releases."""


def answer_report(
    project: str,
    number: int,
    answer: Answer,
    *,
    seen: int,
    session: Session,
    actor: Actor,
    now: datetime,
) -> ReportLine:
    """Append a decision about a report; it is in force from the next build on.

    ``seen`` is how many decisions there were when the form was drawn. Raise ``StaleForm`` where
    somebody decided meanwhile, ``Forbidden`` for who builds no releases and ``NotFound`` for an
    unknown report.
    """
    if not actor.has(*DECIDERS):
        raise Forbidden("Reported rows are decided about by researchers and admins.")
    report = get_report(get_project(project, session=session).id, number, session=session)
    lock(f"row report {report.id}", session=session)
    n_given = _n_given(report, session=session)
    if n_given != seen:
        raise StaleForm(f"Somebody has answered report {number} meanwhile. Read it, then decide.")
    session.add(
        RowReportAnswer(
            report_id=report.id,
            revision=n_given + 1,
            decision=answer.decision,
            reason=plain_words(answer.reason),
            answered_by=actor.person_id,
            answered_at=now,
        )
    )
    session.flush()
    audit.record(
        "row_report.answer",
        session=session,
        actor=actor,
        subject=f"project:{project}",
        details={
            "number": number,
            "pair_id": report.pair_id,
            "decision": answer.decision.value,
            "revision": n_given + 1,
        },
        now=now,
    )
    return read_line(report.id, session=session)


def _n_given(report: RowReport, *, session: Session) -> int:
    query = select(sa.func.count()).where(col(RowReportAnswer.report_id) == report.id)
    return session.exec(query).one()
