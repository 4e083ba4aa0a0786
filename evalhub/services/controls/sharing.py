"""Say how many of a project's comparisons check quality."""

from datetime import datetime

from sqlmodel import Session

from evalhub.core.campaigns import ProjectStatus, SelectionMode
from evalhub.core.free_words import plain_words
from evalhub.core.people import Actor
from evalhub.core.qualifying.credentials import check_reason
from evalhub.core.quality import QualityShares, check_shares
from evalhub.db.models import Project
from evalhub.errors import BadInput, Conflict, Sentence
from evalhub.services import audit
from evalhub.services.assigning.checking import shares_that_come
from evalhub.services.assigning.shares import shares_in
from evalhub.services.pairing.pool import fill_pool
from evalhub.services.projects.finding import get_project_to_manage
from evalhub.services.projects.terms import renew_terms
from evalhub.services.selecting.planning import draft_plan, store_plan

FIRST_CONTROL = "Controls can come from now on, as often as the project says."
CLOSED = Sentence("The project is closed for good; nothing is judged in it any more.")


def set_shares(
    slug: str,
    shares: QualityShares,
    *,
    reason: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> int:
    """Give a project other shares from the next claim on; return how many pairs left its queue.

    Whoever is at work reads the reason before that claim, as they do when the pay changes.
    Raise ``BadInput`` for shares out of bounds and without a reason, ``Conflict`` for a closed
    project and for the shares that hold already, ``Forbidden`` and ``NotFound``.
    """
    project = get_project_to_manage(slug, session=session, actor=actor)
    hold_unclosed(project, session)
    problems = [*check_shares(shares), *check_reason(reason)]
    if problems:
        raise BadInput(problems)
    if shares == shares_in(project):
        raise Conflict(Sentence("These are the shares that hold already."))
    project.control_percent, project.repeat_percent = shares.control, shares.repeat
    project.repeat_days, project.anchor_percent = shares.repeat_days, shares.anchor
    session.add(project)
    session.flush()
    renew_terms(project, reason=reason, session=session, actor=actor, now=now)
    n_new = fill_pool(project, session=session, now=now)
    if n_new:
        plan_again(project, session=session, now=now)
    audit.record(
        "project.quality",
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={
            "control": shares.control,
            "repeat": shares.repeat,
            "repeat_days": shares.repeat_days,
            "anchor": shares.anchor,
            "n_pairs": n_new,
            "reason": plain_words(reason),
        },
        now=now,
    )
    return n_new


def told_shares(project: Project, *, session: Session) -> QualityShares:
    """Return the shares that experts are told: those of which something can come."""
    return shares_that_come(project.id, shares_in(project), session=session)


def renew_where_more(
    project: Project, before: QualityShares, *, session: Session, actor: Actor, now: datetime
) -> None:
    """Let everybody read the shares before their next claim where more come than ``before``.

    The reason is the house's own, for that of a key would tell its answer. In a closed project
    nobody claims any more, so nobody is asked to read. The caller holds the project's row.
    """
    if project.status is ProjectStatus.CLOSED:
        return
    if told_shares(project, session=session).total > before.total:
        renew_terms(project, reason=FIRST_CONTROL, session=session, actor=actor, now=now)


def hold_unclosed(project: Project, session: Session) -> Project:
    """Hold the row of a project before its pairs are; raise ``Conflict`` where it is closed.

    Held without its key: two who change it at once would each write what the other counted, while
    claims, which refer to the key, go on. The row comes first wherever both are held, as it does
    when a project opens, or two would wait for each other.
    """
    session.refresh(project, with_for_update={"key_share": True})
    if project.status is ProjectStatus.CLOSED:
        raise Conflict(CLOSED)
    return project


def plan_again(project: Project, *, session: Session, now: datetime) -> None:
    """Plan anew in an open project whose pairs left the queue: the plan would still draw them."""
    is_planned = project.selection_mode is not SelectionMode.UNIFORM
    if is_planned and project.status is ProjectStatus.OPEN:
        store_plan(draft_plan(project.id, session=session), session=session, now=now)
