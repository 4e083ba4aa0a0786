"""Say what share of a project's judgments is reviewed; every version stays."""

from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.people import Actor
from evalhub.db.models import ReviewRule
from evalhub.errors import BadInput, Sentence
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.projects.finding import get_project_to_manage

DEFAULT_SHARE = 0.05
"""One judgment in twenty: enough to see a habit within a week, little enough for one reviewer."""


def share_in_force(project_id: int, *, session: Session) -> float:
    """Return the share of a project's judgments that is drawn for review."""
    row = _newest(project_id, session)
    return DEFAULT_SHARE if row is None else row.sample_share


def write_share(slug: str, share: float, *, actor: Actor, session: Session, now: datetime) -> None:
    """Let ``share`` of the judgments from now on be drawn for review; the same again adds nothing.

    Raise ``BadInput`` for what is no share, ``Forbidden`` and ``NotFound`` as for other changes
    of a project.
    """
    project = get_project_to_manage(slug, session=session, actor=actor)
    if not 0 <= share <= 1:
        raise BadInput.at("share", Sentence("must lie between 0 and 100 percent"))
    lock(f"review rule of {project.id}", session=session)
    current = _newest(project.id, session)
    if current is not None and current.sample_share == share:
        return
    number = current.number + 1 if current else 1
    session.add(
        ReviewRule(
            project_id=project.id,
            number=number,
            sample_share=share,
            written_at=now,
            written_by=actor.person_id,
        )
    )
    session.flush()
    audit.record(
        "project.review_share",
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={"number": number, "share": share},
        now=now,
    )


def _newest(project_id: int, session: Session) -> ReviewRule | None:
    query = select(ReviewRule).where(ReviewRule.project_id == project_id)
    return session.exec(query.order_by(col(ReviewRule.number).desc())).first()
