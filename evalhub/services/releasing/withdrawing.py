"""Take a release back for a stated reason, and tell whose consent was withdrawn since."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.consent import SAID_NO, ConsentPurpose, standing_on
from evalhub.core.free_words import checked_words
from evalhub.core.people import Actor
from evalhub.db.models import Person, ReleaseAnnotator, ReleaseWithdrawal
from evalhub.errors import Conflict
from evalhub.services import audit
from evalhub.services.consenting.answers import answers_in_release
from evalhub.services.locks import lock

MIN_REASON, MAX_REASON = 10, 2_000


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Hold why and when a release was withdrawn."""

    reason: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class ConsentNotice:
    """Tell of one annotator of a release who withdrew their consent after it was built."""

    annotator: str
    n_judgments: int
    withdrawn_at: datetime


def withdraw_release(
    release_id: int, name: str, reason: str, *, session: Session, actor: Actor, now: datetime
) -> None:
    """Withdraw the release ``name``: its files are handed out no more, and everybody sees why.

    Nothing is deleted: what was downloaded must stay explicable. Raise ``BadInput`` for a reason
    that says nothing and ``Conflict`` for a release that is withdrawn already.
    """
    told = checked_words(reason, least=MIN_REASON, most=MAX_REASON)
    # Two at once would both find none, and the second would hear of a constraint of the database.
    lock(f"withdrawal of release {release_id}", session=session)
    if release_id in find_withdrawals([release_id], session=session):
        raise Conflict(f"Release {name} is withdrawn already.")
    session.add(
        ReleaseWithdrawal(
            release_id=release_id, reason=told, withdrawn_at=now, withdrawn_by=actor.person_id
        )
    )
    session.flush()
    audit.record(
        "release.withdraw",
        session=session,
        actor=actor,
        subject=f"release:{name}",
        details={"reason": told},
        now=now,
    )


def find_withdrawals(releases: Iterable[int], *, session: Session) -> dict[int, Withdrawal]:
    """Return those of ``releases`` that were withdrawn, by their row."""
    query = select(ReleaseWithdrawal).where(col(ReleaseWithdrawal.release_id).in_(list(releases)))
    return {row.release_id: Withdrawal(row.reason, row.withdrawn_at) for row in session.exec(query)}


def consent_notices(
    release_id: int, purpose: ConsentPurpose, *, session: Session
) -> tuple[ConsentNotice, ...]:
    """Return who of a release does not consent to its purpose any more, by pseudonym.

    Nobody stands in a release who had withdrawn or refused when it was built. So whoever does
    now did so since, those included who had not answered yet and were released all the same.
    """
    query = (
        select(ReleaseAnnotator, Person.public_id)
        .join(Person, col(Person.id) == col(ReleaseAnnotator.person_id))
        .where(ReleaseAnnotator.release_id == release_id)
        .order_by(col(ReleaseAnnotator.annotator))
    )
    # All at once: the page of a release asks this, and a release may have thousands of annotators.
    told = answers_in_release(release_id, session=session)
    notices = []
    for row, public_id in session.exec(query):
        answers = told.get(public_id, ())
        if standing_on(answers, purpose) not in SAID_NO:
            continue
        # The answer after the last one that granted it, or the first of all where none did.
        last = max((n for n, one in enumerate(answers) if purpose in one.purposes), default=-1)
        notices.append(ConsentNotice(row.annotator, row.n_judgments, answers[last + 1].answered_at))
    return tuple(notices)
