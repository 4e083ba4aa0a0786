"""Keep the audit log: who did what to what, each entry chained to the one before it.

The hash of an entry covers its own content and the hash of its predecessor, so a changed,
inserted or removed entry breaks the chain at a place that ``verify`` names. Entries cut
off at the end leave a shorter chain that is sound in itself; only a head exported earlier
(``evalhub audit head``) can show that, which is why ``verify`` takes one.

Two writers must never chain to the same predecessor. On SQLite there is one writer at a
time. On PostgreSQL ``record`` takes an advisory lock that lasts until the transaction ends:
the second writer waits and then reads the first one's entry. A unique ``previous_hash``
with a retry would also keep the chain whole, but a retry would have to repeat the caller's
whole transaction; the constraint stands behind the lock as a second wall. Since the lock
is held to the end, call ``record`` late in a use case.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.canonical import Json, canonical_json, content_hash
from evalhub.core.people import Actor
from evalhub.db.models import AuditEvent
from evalhub.errors import BadInput
from evalhub.services.locks import lock
from evalhub.services.paging import PAGE_SIZE, Listing, count_rows, offset_of

GENESIS = "0" * 64
"""What the first entry names as its predecessor."""

BATCH = 500
"""Entries held in memory at once while the chain is walked."""


@dataclass(frozen=True, slots=True)
class Head:
    """Name the last entry of the log: how many there are and the last one's hash."""

    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Read what ``evalhub audit head`` printed; raise ``BadInput`` for anything else."""
        number, _, digest = text.strip().partition(":")
        is_hash = len(digest) == len(GENESIS) and set(digest) <= set("0123456789abcdef")
        if not (number.isascii() and number.isdigit() and len(number) < len(GENESIS) and is_hash):
            raise BadInput.at("--expected-head", f"{text!r} is not NUMBER:HASH")
        parsed = cls(int(number), digest)
        if parsed.sequence == 0 and digest != GENESIS:
            # No entry has the number 0, so nothing would be compared and any log would pass.
            raise BadInput.at("--expected-head", f"{text!r} names entry 0, whose hash is {GENESIS}")
        return parsed


@dataclass(frozen=True, slots=True)
class ChainProblem:
    """Name the first entry that does not hold, and why."""

    sequence: int
    reason: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Tell what ``verify`` found: how many entries hold, the head, and the first problem."""

    n_events: int
    head: Head
    problem: ChainProblem | None

    @property
    def is_sound(self) -> bool:
        """Tell whether every entry holds."""
        return self.problem is None


def record(
    action: str,
    *,
    session: Session,
    actor: Actor,
    subject: str,
    details: Mapping[str, Json],
    now: datetime,
) -> AuditEvent:
    """Append one entry and return it; ``details`` must hold no secret and no judgment's text."""
    # Taken before the head is read: two that read the same one would both follow it.
    lock("audit", session=session)
    last = head(session=session)
    event = AuditEvent(
        sequence=last.sequence + 1,
        at=now,
        actor_id=actor.person_id,
        actor_name=actor.name,
        action=action,
        subject=subject,
        # One text for one content, so that the hash can be computed again from the row.
        details=canonical_json(details),
        previous_hash=last.hash,
        hash="",
    )
    event.hash = event_hash(event)
    session.add(event)
    session.flush()
    return event


def head(*, session: Session) -> Head:
    """Return the last entry's number and hash; number 0 when the log is empty."""
    query = select(AuditEvent).order_by(col(AuditEvent.sequence).desc()).limit(1)
    last = session.exec(query).first()
    return Head(last.sequence, last.hash) if last else Head(0, GENESIS)


def list_events(*, session: Session, page: int = 1, search: str = "") -> Listing[AuditEvent]:
    """Return a page of the log, the newest entry first.

    ``search`` keeps entries whose action, subject or actor holds it.
    """
    query = select(AuditEvent)
    if search:
        columns = (AuditEvent.action, AuditEvent.subject, AuditEvent.actor_name)
        query = query.where(
            sa.or_(*(col(column).icontains(search, autoescape=True) for column in columns))
        )
    shown = query.order_by(col(AuditEvent.sequence).desc()).limit(PAGE_SIZE).offset(offset_of(page))
    return Listing(session.exec(shown).all(), page, count_rows(query, session=session))


def verify(*, session: Session, expected_head: Head | None = None) -> AuditReport:
    """Walk the whole chain and report the first entry that does not hold.

    With ``expected_head``, the entry it names must still be there with that hash.
    """
    last = Head(0, GENESIS)
    for event in _events(session):
        reason = _broken_rule(event, after=last, expected=expected_head)
        if reason:
            return AuditReport(last.sequence, last, ChainProblem(last.sequence + 1, reason))
        last = Head(event.sequence, event.hash)
    if expected_head is not None and expected_head.sequence > last.sequence:
        reason = f"the log ends here, before the expected entry {expected_head.sequence}"
        return AuditReport(last.sequence, last, ChainProblem(last.sequence + 1, reason))
    return AuditReport(last.sequence, last, None)


def event_hash(event: AuditEvent) -> str:
    """Return the hash that covers an entry's content and its predecessor's hash."""
    return content_hash(
        {
            "sequence": event.sequence,
            "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor_id": event.actor_id,
            "actor": event.actor_name,
            "action": event.action,
            "subject": event.subject,
            "details": event.details,
            "previous": event.previous_hash,
        }
    )


def _broken_rule(event: AuditEvent, *, after: Head, expected: Head | None) -> str:
    """Return why ``event`` cannot follow ``after``, or nothing."""
    if event.sequence != after.sequence + 1:
        return f"the entry is missing; the next one is {event.sequence}"
    if event.previous_hash != after.hash:
        return "it does not name the hash of the entry before it"
    if event.hash != event_hash(event):
        return "its content does not match its hash"
    # The chain can be sound from end to end and still be another one, written anew by whoever
    # holds the database.
    if expected is not None and event.sequence == expected.sequence and event.hash != expected.hash:
        return "its hash is not the expected head"
    return ""


def _events(session: Session) -> Iterator[AuditEvent]:
    """Yield every entry in order, a batch at a time."""
    after: int | None = None
    while True:
        query = select(AuditEvent).order_by(col(AuditEvent.sequence)).limit(BATCH)
        if after is not None:
            query = query.where(col(AuditEvent.sequence) > after)
        batch = session.exec(query).all()
        yield from batch
        if len(batch) < BATCH:
            return
        after = batch[-1].sequence
