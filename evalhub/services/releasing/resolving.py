"""Tell an operator who stands behind a pseudonym of a release, and keep that they asked."""

from datetime import datetime

from sqlmodel import Session, select

from evalhub.core.free_words import plain_words
from evalhub.core.people import Actor
from evalhub.core.qualifying.credentials import check_reason
from evalhub.db.models import Person, ReleaseAnnotator
from evalhub.errors import BadInput, NotFound
from evalhub.services import audit


def resolve_annotator(
    release_id: int,
    name: str,
    annotator: str,
    *,
    reason: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> Person:
    """Return the person whom the release ``name`` calls ``annotator``.

    Labels are pseudonymous and not anonymous: somebody answers for each. Asking takes a reason,
    and the audit log keeps both, without naming the person to whoever reads it. No page and no
    part of the API asks, so that only who runs commands on the server can.
    Raise ``BadInput`` without a reason and ``NotFound`` for a pseudonym that is not in it.
    """
    problems = check_reason(reason)
    if problems:
        raise BadInput(problems)
    query = select(ReleaseAnnotator).where(
        ReleaseAnnotator.release_id == release_id, ReleaseAnnotator.annotator == annotator
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound(f"Nobody is called {annotator[:80]!r} in the release {name}.")
    audit.record(
        "release.resolve",
        session=session,
        actor=actor,
        subject=f"release:{name}",
        details={"annotator": annotator, "reason": plain_words(reason)},
        now=now,
    )
    return session.get_one(Person, row.person_id)
