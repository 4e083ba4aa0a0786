"""Keep the versions of the text by which consent is asked for."""

from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.canonical import canonical_json
from evalhub.core.consent import STANDING_TEXT, ConsentText, text_from_json
from evalhub.core.free_words import says_something
from evalhub.core.people import Actor
from evalhub.db.models import ConsentText as ConsentTextRow
from evalhub.errors import BadInput
from evalhub.services import audit
from evalhub.services.locks import lock


def current_text(*, session: Session) -> ConsentText:
    """Return the newest version; the shipped one until the operator has published another."""
    row = _newest(session)
    return STANDING_TEXT if row is None else text_from_json(row.document)


def publish_text(text: ConsentText, *, session: Session, actor: Actor, now: datetime) -> None:
    """Add a version of the text; answers to earlier ones stay what they were.

    Raise ``BadInput`` where its number is not the next one or one of its answers is empty.
    """
    expected = current_text(session=session).version + 1
    if text.version != expected:
        raise BadInput.at("consent text, field 'version'", f"must be {expected}, the next one")
    for name in ("title", "ownership", "retention", "training", "likeness", "withdrawal"):
        if not says_something(getattr(text, name)):
            raise BadInput.at(f"consent text, field {name!r}", "must not be empty")
    row_of(STANDING_TEXT, session=session, now=now)
    row = row_of(text, session=session, now=now, actor=actor)
    audit.record(
        "consent.publish",
        session=session,
        actor=actor,
        subject=f"consent:{text.version}",
        details={"sha256": row.sha256},
        now=now,
    )


def row_of(
    text: ConsentText, *, session: Session, now: datetime, actor: Actor | None = None
) -> ConsentTextRow:
    """Return the row of a version, added with the first answer to it."""
    # Two first answers at once would both add it, and one of them would be lost.
    lock(f"consent text {text.version}", session=session)
    query = select(ConsentTextRow).where(ConsentTextRow.version == text.version)
    row = session.exec(query).first()
    if row is None:
        row = ConsentTextRow(
            version=text.version,
            sha256=text.sha256,
            document=canonical_json(text.as_json()),
            published_at=now,
            published_by=actor.person_id if actor else None,
        )
        session.add(row)
        session.flush()
    return row


def _newest(session: Session) -> ConsentTextRow | None:
    query = select(ConsentTextRow).order_by(col(ConsentTextRow.version).desc()).limit(1)
    return session.exec(query).first()
