"""Let people object to what was booked of their work, and let others answer by a clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.free_words import checked_words
from evalhub.core.money import MAX_MINOR_UNITS
from evalhub.core.pay.disputes import (
    DECIDERS,
    MAX_MINUTES,
    MAX_WORDS,
    DisputeEvent,
    DisputeState,
    DisputeStep,
    Standing,
    refusers,
    settled,
    standing_of,
    unbooked,
)
from evalhub.core.pay.ledger import Entry
from evalhub.core.pay.tiers import Price
from evalhub.core.people import Actor
from evalhub.db.models import Dispute, DisputeAnswer, PayEntry, Person, Project
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound, Sentence
from evalhub.services.audit import record
from evalhub.services.locks import lock
from evalhub.services.paying.booking import book


@dataclass(frozen=True, slots=True)
class DisputeView:
    """Hold a dispute with the entry it is about, what was answered, and how it stands."""

    id: int
    name: str
    project: str
    entry: Entry
    booked_at: datetime
    words: str
    minutes: int
    opened_at: datetime
    events: tuple[DisputeEvent, ...]
    standing: Standing


def open_dispute(
    key: str, *, words: str, minutes: int, actor: Actor, session: Session, now: datetime
) -> int:
    """Object to the entry with this key of the actor's own ledger; return the dispute's id.

    Raise ``NotFound`` for an entry that is not theirs, ``Conflict`` for one that is disputed
    already, and ``BadInput`` without a reason.
    """
    entry = get_entry(key, actor=actor, session=session)
    text = checked_words(words, most=MAX_WORDS)
    if not 0 <= minutes <= MAX_MINUTES:
        raise BadInput.at("minutes", f"{minutes} does not lie between 0 and {MAX_MINUTES}")
    if session.exec(select(Dispute).where(Dispute.pay_entry_id == entry.id)).first():
        raise Conflict(Sentence("You have disputed this entry already."))
    dispute = Dispute(
        pay_entry_id=entry.id,
        person_id=entry.person_id,
        words=text,
        minutes=minutes,
        opened_at=now,
    )
    session.add(dispute)
    session.flush()
    _record("dispute.open", dispute, session=session, actor=actor, now=now)
    return dispute.id


def appeal(dispute_id: int, *, words: str, actor: Actor, session: Session, now: datetime) -> None:
    """Ask the next level after a refusal, once; raise ``Conflict`` where nothing was refused."""
    dispute = _get(dispute_id, session)
    if dispute.person_id != actor.person_id:
        raise NotFound(Sentence("There is no such dispute of yours."))
    text = checked_words(words, most=MAX_WORDS)
    if _standing(dispute, session, now).state is not DisputeState.REJECTED:
        raise Conflict(Sentence("Only a refusal can be appealed, and only once."))
    _append(dispute, DisputeStep.APPEALED, text, actor=actor, session=session, now=now)


def answer_dispute(
    dispute_id: int,
    step: DisputeStep,
    *,
    words: str,
    minor_units: int = 0,
    actor: Actor,
    session: Session,
    now: datetime,
) -> None:
    """Uphold or reject a dispute, with a reason, and book what follows.

    Raise ``Forbidden`` for who may not answer at its level or would judge their own case or their
    own refusal, ``Conflict`` for one that is answered, and ``BadInput`` for money with a refusal.
    """
    dispute = _get(dispute_id, session)
    standing = _standing(dispute, session, now)
    if standing.state is not DisputeState.OPEN:
        raise Conflict("The dispute is answered.")
    if not actor.has(*DECIDERS[standing.level]) or dispute.person_id == actor.person_id:
        raise Forbidden(f"This dispute is answered by {standing.level.value}, not by its author.")
    if actor.person_id in refusers(_events(dispute, session)):
        raise Forbidden(Sentence("An appeal is answered by somebody who did not decide before."))
    text = checked_words(words, most=MAX_WORDS)
    if step is DisputeStep.APPEALED or not 0 <= minor_units <= MAX_MINOR_UNITS:
        raise BadInput.at("pay", "an answer upholds or rejects, and takes no money away")
    if minor_units and step is DisputeStep.REJECTED:
        raise BadInput.at("pay", "a refusal owes nothing; uphold the dispute or leave this empty")
    entry = session.get_one(PayEntry, dispute.pay_entry_id)
    _append(dispute, step, text, minor_units=minor_units, actor=actor, session=session, now=now)
    _settle(dispute, entry, step, minor_units, actor=actor, session=session, now=now)


def own_disputes(person_id: int, *, session: Session, now: datetime) -> list[DisputeView]:
    """Return a person's disputes, the newest first."""
    query = select(Dispute).where(Dispute.person_id == person_id)
    rows = session.exec(query.order_by(col(Dispute.id).desc())).all()
    return [_view(row, session, now) for row in rows]


def open_disputes(*, actor: Actor, session: Session, now: datetime) -> list[DisputeView]:
    """Return the disputes that wait for an answer of the actor's level, the most urgent first."""
    rows = session.exec(select(Dispute).order_by(col(Dispute.id))).all()
    views = [_view(row, session, now) for row in rows if row.person_id != actor.person_id]
    waiting = [
        view
        for view in views
        if view.standing.state is DisputeState.OPEN
        and actor.has(*DECIDERS[view.standing.level])
        and actor.person_id not in refusers(view.events)
    ]
    return sorted(waiting, key=lambda view: (view.standing.due_at, view.id))


def get_entry(key: str, *, actor: Actor, session: Session) -> PayEntry:
    """Return an entry of the actor's own ledger; raise ``NotFound`` for any other."""
    entry = session.exec(select(PayEntry).where(PayEntry.key == key)).first()
    if entry is None or entry.person_id != actor.person_id:
        raise NotFound(Sentence("There is no such entry of yours."))
    return entry


def _settle(
    dispute: Dispute,
    entry: PayEntry,
    step: DisputeStep,
    owed: int,
    *,
    actor: Actor,
    session: Session,
    now: datetime,
) -> None:
    price = _price(entry, session)
    per_hour = price.per_hour if price and price.currency == entry.currency else 0
    entries = settled(
        dispute.id,
        step,
        minutes=dispute.minutes,
        per_hour=per_hour,
        owed=owed,
        currency=entry.currency,
    )
    was_refused = any(event.step is DisputeStep.REJECTED for event in _events(dispute, session))
    if step is DisputeStep.UPHELD and was_refused and dispute.minutes:
        back = unbooked(dispute.id, minutes=dispute.minutes, currency=entry.currency)
        entries = (back, *entries)
    book(
        entries,
        person_id=dispute.person_id,
        project_id=entry.project_id,
        assignment_id=entry.assignment_id,
        booked_by=actor.person_id,
        session=session,
        now=now,
    )


def _price(entry: PayEntry, session: Session) -> Price | None:
    if entry.project_id is None:
        return None
    project = session.get_one(Project, entry.project_id)
    return Price(project.pay_minor_units, project.pay_currency, project.expected_minutes)


def _append(
    dispute: Dispute,
    step: DisputeStep,
    words: str,
    *,
    minor_units: int = 0,
    actor: Actor,
    session: Session,
    now: datetime,
) -> None:
    if actor.person_id is None:
        raise Forbidden("A dispute is answered by a person who signs with their name.")
    session.add(
        DisputeAnswer(
            dispute_id=dispute.id,
            number=len(_events(dispute, session)) + 1,
            step=step,
            words=words,
            minor_units=minor_units,
            answered_at=now,
            answered_by=actor.person_id,
        )
    )
    session.flush()
    _record(f"dispute.{step.value}", dispute, session=session, actor=actor, now=now)


def _get(dispute_id: int, session: Session) -> Dispute:
    # Held to the end: of two who answer at once the second sees the answer of the first.
    lock(f"dispute {dispute_id}", session=session)
    dispute = session.get(Dispute, dispute_id)
    if dispute is None:
        raise NotFound(Sentence("There is no such dispute."))
    return dispute


def _events(dispute: Dispute, session: Session) -> Sequence[DisputeEvent]:
    query = select(DisputeAnswer).where(DisputeAnswer.dispute_id == dispute.id)
    rows = session.exec(query.order_by(col(DisputeAnswer.number)))
    return [
        DisputeEvent(row.step, row.words, row.minor_units, row.answered_at, row.answered_by)
        for row in rows
    ]


def _standing(dispute: Dispute, session: Session, now: datetime) -> Standing:
    return standing_of(dispute.opened_at, _events(dispute, session), now)


def _view(dispute: Dispute, session: Session, now: datetime) -> DisputeView:
    entry = session.get_one(PayEntry, dispute.pay_entry_id)
    project = session.get_one(Project, entry.project_id).title if entry.project_id else ""
    events = tuple(_events(dispute, session))
    return DisputeView(
        id=dispute.id,
        name=session.get_one(Person, dispute.person_id).name,
        project=project,
        entry=Entry(
            entry.key,
            entry.kind,
            entry.seconds,
            entry.minor_units,
            entry.currency,
            entry.unpaid_reason,
        ),
        booked_at=entry.booked_at,
        words=dispute.words,
        minutes=dispute.minutes,
        opened_at=dispute.opened_at,
        events=events,
        standing=standing_of(dispute.opened_at, events, now),
    )


def _record(
    action: str, dispute: Dispute, *, session: Session, actor: Actor, now: datetime
) -> None:
    record(
        action,
        session=session,
        actor=actor,
        subject=f"dispute:{dispute.id}",
        details={"entry": dispute.pay_entry_id},
        now=now,
    )
