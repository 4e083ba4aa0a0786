"""A label traces to a person for the operator alone, who says why they ask."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import Session, select

from evalhub.core.people import command_actor
from evalhub.db.models import AuditEvent, Person, Release, ReleaseAnnotator
from evalhub.errors import BadInput, NotFound
from evalhub.services.releasing.keeping import BuiltRelease
from evalhub.services.releasing.resolving import resolve_annotator

REASON = "The lab reports that this annotator copies reasons."


def resolve(session: Session, now: datetime, annotator: str, reason: str = REASON) -> Person:
    return resolve_annotator(
        session.exec(select(Release.id)).one(),
        "tiny@1.0.0",
        annotator,
        reason=reason,
        session=session,
        actor=command_actor(),
        now=now,
    )


def test_f54_the_operator_learns_who_judged_and_the_log_keeps_that_they_asked(
    built: BuiltRelease, session: Session, now: datetime
) -> None:
    rows = session.exec(select(ReleaseAnnotator)).all()

    found = {row.annotator: resolve(session, now, row.annotator).id for row in rows}

    assert found == {row.annotator: row.person_id for row in rows}
    query = select(AuditEvent).where(AuditEvent.action == "release.resolve")
    events = session.exec(query).all()
    assert len(events) == len(rows)
    assert REASON in events[0].details
    assert not [event for event in events if "person" in event.details]


def test_f54_what_a_lab_gets_names_nobody(built: BuiltRelease, session: Session) -> None:
    people = session.exec(select(Person)).all()
    names = {word.encode() for one in people for word in (one.public_id, one.name)}

    files = [path.read_bytes() for path in Path(built.folder).rglob("*") if path.is_file()]

    assert files
    assert not [name for name in names for text in files if name in text]


def test_nobody_is_named_without_a_reason_or_for_a_name_of_another_release(
    built: BuiltRelease, session: Session, now: datetime
) -> None:
    known = session.exec(select(ReleaseAnnotator.annotator)).first() or ""

    with pytest.raises(BadInput, match="reason"):
        resolve(session, now, known, reason=" ")
    with pytest.raises(NotFound, match="'annotator-x'"):
        resolve(session, now, "annotator-x")

    query = select(AuditEvent).where(AuditEvent.action == "release.resolve")
    assert session.exec(query).all() == []
