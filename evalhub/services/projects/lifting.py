"""Object to a removal, answer the objection, or lift the removal."""

from datetime import datetime

from sqlmodel import Session, select

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.free_words import plain_words
from evalhub.core.pay.disputes import DECIDERS, DisputeState
from evalhub.core.people import Actor, Role
from evalhub.core.qualifying.credentials import check_reason
from evalhub.core.removals import RemovalStep
from evalhub.db.models import Project, ProjectRemovalStep, RoleGrant
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound, Sentence
from evalhub.services.audit import record
from evalhub.services.locks import lock
from evalhub.services.projects.finding import MANAGERS
from evalhub.services.projects.members import join
from evalhub.services.projects.removals import Removal, find_removal, hold_membership

ANSWERS = (RemovalStep.UPHELD, RemovalStep.REJECTED)


def object_to(
    removal_id: int, *, words: str, session: Session, actor: Actor, now: datetime
) -> RemovalStep:
    """Let the expert object to their removal, or appeal the refusal; return which it was.

    Raise ``NotFound`` for one that is not theirs, ``BadInput`` without a reason, and ``Conflict``
    where nothing can be said any more.
    """
    removal = _held(removal_id, session, now)
    if actor.person_id is None or removal.person_id != actor.person_id:
        raise NotFound(Sentence("There is no such removal of yours."))
    if removal.own_step is None:
        raise Conflict(Sentence("You have objected already, or it holds no more."))
    _append(removal, removal.own_step, words, session=session, actor=actor, now=now)
    return removal.own_step


def answer_objection(
    removal_id: int,
    step: RemovalStep,
    *,
    words: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Uphold an objection, which puts its expert back on the project, or reject it.

    Raise ``Forbidden`` for who does not answer at its level, who was removed, who removed them and
    who refused before: nobody hears an objection to what they did. Raise ``Conflict`` for one that
    is answered and ``BadInput`` without a reason.
    """
    removal = _held(removal_id, session, now)
    standing = removal.standing
    if step not in ANSWERS or standing is None or standing.state is not DisputeState.OPEN:
        raise Conflict(Sentence("No objection waits for an answer here."))
    _refuse_ended(removal)
    is_party = actor.person_id in removal.parties
    if actor.person_id is None or is_party or not actor.has(*DECIDERS[standing.level]):
        raise Forbidden(
            Sentence("An objection is answered by somebody of its level who had no hand in it.")
        )
    _append(removal, step, words, session=session, actor=actor, now=now)
    if step is RemovalStep.UPHELD:
        _put_back(removal, session=session, actor=actor, now=now)


def lift(
    removal_id: int, *, slug: str, words: str, session: Session, actor: Actor, now: datetime
) -> bool:
    """Take a removal back and tell whether that puts its expert on the project again.

    It does where the project goes on and they are still an expert.
    Raise ``NotFound`` for a removal from another project than ``slug``, ``Forbidden`` for who does
    not manage projects or was removed, ``Conflict`` for one that holds no more and ``BadInput``
    without a reason.
    """
    removal = _held(removal_id, session, now)
    if removal.project != slug:
        raise NotFound(Sentence("There is no such removal."))
    if not actor.has(*MANAGERS) or removal.person_id == actor.person_id:
        raise Forbidden(Sentence("A removal is lifted by somebody else who runs projects."))
    _refuse_ended(removal)
    _append(removal, RemovalStep.LIFTED, words, session=session, actor=actor, now=now)
    return _put_back(removal, session=session, actor=actor, now=now)


def _held(removal_id: int, session: Session, now: datetime) -> Removal:
    # Held to the end: of two who answer at once the second sees the answer of the first.
    lock(f"removal {removal_id}", session=session)
    removal = find_removal(removal_id, session=session, now=now)
    if removal is None:
        raise NotFound(Sentence("There is no such removal."))
    return removal


def _refuse_ended(removal: Removal) -> None:
    if not removal.is_in_force:
        raise Conflict(Sentence("This removal holds no more."))


def _append(
    removal: Removal,
    step: RemovalStep,
    words: str,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    if problems := check_reason(words):
        raise BadInput(problems)
    session.add(
        ProjectRemovalStep(
            project_removal_id=removal.id,
            number=len(removal.events) + 1,
            step=step,
            words=plain_words(words),
            made_at=now,
            made_by=actor.person_id,
        )
    )
    session.flush()
    record(
        f"removal.{step.value}",
        session=session,
        actor=actor,
        subject=f"project:{removal.project}",
        details={"removal": removal.id},
        now=now,
    )


def _put_back(removal: Removal, *, session: Session, actor: Actor, now: datetime) -> bool:
    """Put the expert on the project again, where it goes on and they are still an expert."""
    project = session.exec(select(Project).where(Project.slug == removal.project)).one()
    is_expert = session.get(RoleGrant, (removal.person_id, Role.ANNOTATOR)) is not None
    if project.status is ProjectStatus.CLOSED or not is_expert:
        return False
    person_id, role = removal.person_id, Role.ANNOTATOR
    hold_membership(project.id, person_id, session=session)
    join(project, person_id=person_id, role=role, session=session, actor=actor, now=now)
    return True
