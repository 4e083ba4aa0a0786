"""Keep what an annotator has filled in so far, on the server."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import Lease, ReleaseReason, is_revisable
from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.canonical import sha256_hex
from evalhub.core.judging.form_reading import DRAFT_FIELD, IGNORED_FIELDS, REVISION_FIELD
from evalhub.core.judging.forms import base_of
from evalhub.db import tables as t
from evalhub.db.prepared import Prepared, Row
from evalhub.errors import BadInput, Conflict, LeaseLost, Sentence, StaleDraft
from evalhub.services.assigning.leases import TAKEN_BACK, extend, get_lease
from evalhub.services.assigning.standing import LeaseStanding, standing_of
from evalhub.services.judging.asked import find_asked
from evalhub.services.judging.stored import Fields, find_judgment, refuse_stale
from evalhub.services.paying.booking import carried_seconds

MAX_DRAFT_CHARACTERS = 200_000
TAG_LENGTH = 32
LONGEST_SITTING = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """Hold a form as it was last saved, and the revision it was filled in over."""

    fields: tuple[tuple[str, str], ...]
    revision: int
    active_seconds: float
    saved_at: datetime

    @property
    def tag(self) -> str:
        """Return the name of this draft: a hash of what is filled in.

        Two devices that say the same agree, and a page learns nothing from it.
        """
        return sha256_hex(json.dumps(self.fields, ensure_ascii=False))[:TAG_LENGTH]


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """Hold what became of a form that was kept: its lease, how that stands, and its name."""

    lease: Lease
    standing: LeaseStanding
    tag: str


def save_draft(
    token: str, fields: Fields, *, person_id: int, session: Session, now: datetime
) -> KeptDraft:
    """Keep ``fields`` and let the lease run on; return the draft's name and the lease.

    A draft is kept as it is, complete or not, also when its lease has run out: the pair may
    come back. Raise ``NotFound`` for a token that is not this person's, ``LeaseLost`` when
    the pair was given back, ``StaleForm`` when it was judged after this form was opened,
    ``StaleDraft`` when another page has saved since, ``Conflict`` when its judgment can be
    changed no more, and ``BadInput`` for a form longer than any real one.
    """
    # Held, so that a submission at the same moment is seen, or sees this draft.
    lease = get_lease(token, person_id=person_id, session=session, for_update=True)
    judgment = find_judgment(lease.id, session=session)
    # A request that was slow on its way can arrive after the form it was a draft of. The time
    # of arrival cannot tell, so the draft says over which revision it was filled in.
    refuse_stale(fields, judgment)
    # After a cannot-judge the lease is released too, but its judgment may still be changed.
    if lease.release_reason == ReleaseReason.REASSIGNED:
        raise LeaseLost(TAKEN_BACK)
    if judgment is None and lease.status is AssignmentStatus.RELEASED:
        raise LeaseLost(Sentence("This comparison was given back, so the draft was not kept."))
    is_over = judgment is not None and not is_revisable(judgment.first_at, now)
    if is_over and find_asked(lease, session=session, now=now) is None:
        raise Conflict(Sentence("The ten minutes for changes are over, so the draft was not kept."))
    revision = judgment.revision if judgment else 0
    _refuse_newer(fields, find_draft(lease, session=session, revision=revision))
    # In this order: a draft that is too long must not make the lease longer.
    kept = keep_draft(lease, fields, session=session, now=now)
    extend(lease, session=session, now=now)
    # Read again: extending has changed its end, which the page is told.
    lease = get_lease(token, person_id=person_id, session=session)
    # A judgment has its place, or needs none: only an unjudged comparison can be lost.
    is_open = judgment is None
    standing = standing_of(lease, session=session, now=now) if is_open else LeaseStanding.HELD
    return KeptDraft(lease, standing, kept.tag)


def _refuse_newer(fields: Fields, held: SavedDraft | None) -> None:
    """Raise ``StaleDraft`` for a form over another draft than the one that is kept.

    A tab that was left open on another device would otherwise put its old, emptier answers
    in place of an hour's work. The same answers again lose nothing, so they pass.
    """
    named = next((value for name, value in fields if name == DRAFT_FIELD), "")
    if held is None or held.tag == named or held.fields == _answers(fields):
        return
    raise StaleDraft(
        Sentence(
            "A newer draft of this comparison was saved in another tab or on another device, at "
            "%(at)s UTC. It is kept, and what this page holds is not.",
            at=held.saved_at.strftime("%H:%M"),
        )
    )


def _answers(fields: Fields) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in fields if name not in IGNORED_FIELDS)


def keep_draft(lease: Lease, fields: Fields, *, session: Session, now: datetime) -> SavedDraft:
    """Store ``fields`` as the draft of an assignment, in place of the one before."""
    seconds = counted_seconds(fields, lease, session=session, now=now) or 0.0
    draft = SavedDraft(_answers(fields), base_of(fields), seconds, now)
    revision = (REVISION_FIELD, str(draft.revision))
    text = json.dumps([*draft.fields, revision], ensure_ascii=False)
    # A draft is saved every few seconds and kept for each lease; without a bound one page could
    # fill the disk.
    if len(text) > MAX_DRAFT_CHARACTERS:
        rule = Sentence(
            "has %(length)s characters; at most %(most)s are kept",
            length=len(text),
            most=MAX_DRAFT_CHARACTERS,
        )
        raise BadInput.at("form", rule)
    drop_draft(lease, session=session)
    session.connection().execute(
        sa.insert(t.draft).values(
            assignment_id=lease.id,
            fields=text,
            active_seconds=draft.active_seconds,
            saved_at=draft.saved_at,
        )
    )
    return draft


def drop_draft(lease: Lease, *, session: Session) -> None:
    """Forget this person's drafts for this pair, also those from leases that ran out.

    ``find_draft`` looks over the same assignments, so none that is over can come back.
    """
    _DROP.run(_pair_of(lease), session=session)


def find_draft(lease: Lease, *, session: Session, revision: int = 0) -> SavedDraft | None:
    """Return the newest draft that was filled in over ``revision`` of this pair's judgment.

    Before the first judgment (0) drafts of leases that ran out count too, as the pair may
    have come back. Revisions belong to one assignment, and so do the drafts over them.
    """
    rows = (
        _OF_ASSIGNMENT.all({"assignment": lease.id}, session=session)
        if revision
        else _OF_PAIR.all(_pair_of(lease), session=session)
    )
    return next((draft for row in rows if (draft := _draft(row)).revision == revision), None)


def _draft(row: Row) -> SavedDraft:
    stored = [(name, value) for name, value in json.loads(row.fields)]
    fields = tuple(field for field in stored if field[0] != REVISION_FIELD)
    return SavedDraft(fields, base_of(stored), row.active_seconds, row.saved_at)


def _pair_of(lease: Lease) -> dict[str, int]:
    return {"pair": lease.pair_id, "person": lease.person_id}


_ASSIGNMENTS_LIKE = (
    sa.select(t.assignment.c.id)
    .where(
        t.assignment.c.pair_id == sa.bindparam("pair"),
        t.assignment.c.person_id == sa.bindparam("person"),
    )
    .scalar_subquery()
)
"""Every assignment of one pair to one person. What follows is built once: every page of a
comparison looks for a draft."""
_DROP = Prepared(sa.delete(t.draft).where(t.draft.c.assignment_id.in_(_ASSIGNMENTS_LIKE)))
_NEWEST_FIRST = sa.select(t.draft).order_by(
    t.draft.c.saved_at.desc(), t.draft.c.assignment_id.desc()
)
_OF_PAIR = Prepared(_NEWEST_FIRST.where(t.draft.c.assignment_id.in_(_ASSIGNMENTS_LIKE)))
_OF_ASSIGNMENT = Prepared(
    _NEWEST_FIRST.where(t.draft.c.assignment_id == sa.bindparam("assignment"))
)


def counted_seconds(
    fields: Fields, lease: Lease, *, session: Session, now: datetime
) -> float | None:
    """Return the time of a form as ``active_seconds`` does, with that of earlier leases.

    The page of a pair that comes back goes on from the draft's count, so what was booked of the
    leases that ran out is in it.
    """
    before = carried_seconds(lease, session=session)
    return active_seconds(fields, lease, now=now, before=timedelta(seconds=before))


def active_seconds(
    fields: Fields, lease: Lease, *, now: datetime, before: timedelta = timedelta()
) -> float | None:
    """Return the time the form says was spent at work; None without scripts.

    It is never more than has passed since the pair was claimed, and ``before`` that, nor than
    a day.
    """
    given = next((value for name, value in fields if name == "active_seconds"), "")
    # The page's own count, sent by a script that anybody can change: it is evidence of effort,
    # never of pay, and what is no number is no count.
    if not (given.isascii() and given.isdigit() and len(given) < len(str(10**9))):
        return None
    passed = min(max(now - lease.leased_at, timedelta()) + before, LONGEST_SITTING)
    return min(float(given), passed.total_seconds())
