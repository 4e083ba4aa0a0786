"""Change how a project runs, each time with a reason that the audit log keeps."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import (
    AssignmentStatus,
    OverlapRule,
    ProjectStatus,
    Purpose,
    SelectionMode,
)
from evalhub.core.free_words import plain_words
from evalhub.core.overlaps import LEAST_OVERLAP
from evalhub.core.people import Actor
from evalhub.core.qualifying.credentials import check_reason
from evalhub.db import tables as t
from evalhub.db.models import Project
from evalhub.db.rounds import is_of_earlier_round
from evalhub.errors import BadInput, Conflict, Problem, Sentence
from evalhub.services.audit import record
from evalhub.services.judging.settling import settle_places
from evalhub.services.projects.finding import get_project_to_manage
from evalhub.services.selecting.planning import draft_plan, store_plan

MAX_OVERLAP = 100


def change_overlap(
    slug: str, overlap: int, *, reason: str, session: Session, actor: Actor, now: datetime
) -> int:
    """Let each pair of a project be judged ``overlap`` times; return how many places are left.

    A place that somebody holds or has judged is never taken away, so a pair may keep more than the
    new overlap. Raise ``BadInput`` for an overlap out of range and without a reason, ``Conflict``
    for a closed project and for the overlap that holds already.
    """
    project = get_project_to_manage(slug, session=session, actor=actor)
    # Held without its key: two who change it at once would each write what the other counted.
    session.refresh(project, with_for_update={"key_share": True})
    _check(project, overlap, reason)
    before, project.overlap = project.overlap, overlap
    session.add(project)
    session.flush()
    if project.overlap_rule is OverlapRule.FIXED:
        _fix(project, session)
    else:
        _settle(project, before, session)
    if project.status is ProjectStatus.OPEN and project.selection_mode is not SelectionMode.UNIFORM:
        # The plan left out models whose pairs were full; some have places again, or none any more.
        store_plan(draft_plan(project.id, session=session), session=session, now=now)
    record(
        "project.overlap",
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={"before": before, "after": overlap, "reason": plain_words(reason)},
        now=now,
    )
    return _n_left(project, session)


def _check(project: Project, overlap: int, reason: str) -> None:
    problems = check_reason(reason)
    least = LEAST_OVERLAP if project.overlap_rule is OverlapRule.ON_CONFLICT else 1
    if not least <= overlap <= MAX_OVERLAP:
        rule = Sentence(
            "%(value)s does not lie between %(least)s and %(most)s",
            value=overlap,
            least=least,
            most=MAX_OVERLAP,
        )
        problems.append(Problem("overlap", rule))
    if problems:
        raise BadInput(problems)
    if project.status is ProjectStatus.CLOSED:
        raise Conflict(
            Sentence("The project is closed for good; nothing is judged in it any more.")
        )
    if overlap == project.overlap:
        raise Conflict(Sentence("This is the overlap that holds already."))


def _fix(project: Project, session: Session) -> None:
    pair, held = t.pair.c, t.assignment.c
    # What was judged before the pair was asked again keeps its places beside those that are wanted.
    before = (
        sa.select(sa.func.count())
        .select_from(t.assignment)
        .where(
            held.pair_id == pair.id,
            is_of_earlier_round(pair.asked_since),
            held.status.in_((AssignmentStatus.LEASED, AssignmentStatus.SUBMITTED)),
            held.purpose == Purpose.WORK,
        )
        .correlate(t.pair)
        .scalar_subquery()
    )
    asked = sa.case((pair.asked_since.is_(None), 0), else_=before) + project.overlap
    wanted = sa.case((pair.n_taken > asked, pair.n_taken), else_=asked)
    session.connection().execute(
        sa.update(t.pair)
        .where(pair.project_id == project.id, pair.is_offered.is_(True), pair.overlap != wanted)
        .values(overlap=wanted)
    )


def _settle(project: Project, before: int, session: Session) -> None:
    """Give pairs that conflict the places that they want under the new overlap.

    Only those at either end can want others: what the old overlap held back, and what has more
    places than the new one allows.
    """
    pair = t.pair.c
    touched = sa.select(pair.id).where(
        pair.project_id == project.id,
        pair.is_offered.is_(True),
        sa.or_(pair.overlap >= before, pair.overlap > project.overlap),
    )
    # In one order for all, or two who settle the same pairs could each wait for the other.
    for pair_id in session.connection().execute(touched.order_by(pair.id)).scalars().all():
        settle_places(pair_id, rule=project.overlap_rule, overlap=project.overlap, session=session)


def _n_left(project: Project, session: Session) -> int:
    pair = t.pair.c
    left = sa.select(sa.func.coalesce(sa.func.sum(pair.overlap - pair.n_taken), 0)).where(
        pair.project_id == project.id, pair.is_offered.is_(True)
    )
    return int(session.connection().execute(left).scalar_one())
