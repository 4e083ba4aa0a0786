"""Publish assessments of domains, and find those in force with their keys."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.canonical import canonical_json
from evalhub.core.people import Actor
from evalhub.core.qualifying.assessments import (
    Assessment,
    assessment_from_json,
    assessment_to_json,
    read_assessment,
)
from evalhub.core.qualifying.items import Key
from evalhub.core.reading.json_text import parse_json
from evalhub.core.rubrics.loading import rubric_from_json
from evalhub.core.rubrics.schema import Rubric
from evalhub.db.models import Assessment as AssessmentRow
from evalhub.db.models import AssessmentKey, RubricVersion
from evalhub.errors import BadInput, Forbidden, Sentence
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.qualifying.deciding import QUALIFIERS


@dataclass(frozen=True, slots=True)
class Published:
    """Hold one version of an assessment as it is stored, and the rubric it is judged under."""

    id: int
    number: int
    assessment: Assessment
    rubric: Rubric


def publish_assessment(
    text: str, *, where: str, session: Session, actor: Actor, now: datetime
) -> Published:
    """Store the assessment in ``text`` as the next version of its domain and return it.

    Attempts that run keep the version they began with. Raise ``BadInput`` with every broken rule
    and for an unknown rubric version, ``Forbidden`` for who may not publish.
    """
    if not actor.has(*QUALIFIERS):
        raise Forbidden(Sentence("Assessments are published by coordinators and admins."))
    assessment, keys = read_assessment(parse_json(text, where=where), where=where)
    rubric = rubric_row(assessment.rubric, where=where, session=session)
    lock(f"assessment of {assessment.domain}", session=session)
    newest = _newest(assessment.domain, session)
    row = AssessmentRow(
        domain=assessment.domain,
        number=newest.number + 1 if newest else 1,
        rubric_version_id=rubric.id,
        document=canonical_json(assessment_to_json(assessment)),
        published_at=now,
        published_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    for position, key in enumerate(keys):
        add_key(row.id, position, 1, key, session=session, actor=actor, now=now)
    audit.record(
        "assessment.publish",
        session=session,
        actor=actor,
        subject=f"assessment:{row.domain}",
        details={"number": row.number, "n_items": len(keys)},
        now=now,
    )
    return _published(row, session)


def find_assessment(domain: str, *, session: Session) -> Published | None:
    """Return the assessment of a domain in force; None where there is none."""
    row = _newest(domain, session)
    return None if row is None else _published(row, session)


def get_assessment(assessment_id: int, *, session: Session) -> Published:
    """Return one version by its row."""
    return _published(session.get_one(AssessmentRow, assessment_id), session)


def list_assessments(*, session: Session) -> list[Published]:
    """Return the assessments in force, by domain."""
    domains = session.exec(select(AssessmentRow.domain).distinct()).all()
    found = [find_assessment(domain, session=session) for domain in sorted(domains)]
    return [one for one in found if one is not None]


def keys_of(assessment_id: int, *, session: Session) -> dict[int, Key]:
    """Return the keys in force by position of the item; for grading and for those who mend them."""
    rows = session.exec(
        select(AssessmentKey)
        .where(AssessmentKey.assessment_id == assessment_id)
        .order_by(col(AssessmentKey.number))
    )
    return {row.position: Key(frozenset(json.loads(row.accepts)), row.reason) for row in rows}


def add_key(
    assessment_id: int,
    position: int,
    number: int,
    key: Key,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> AssessmentKey:
    """Append the version ``number`` of the key of an item; who may is for the caller to ask."""
    row = AssessmentKey(
        assessment_id=assessment_id,
        position=position,
        number=number,
        accepts=json.dumps(sorted(key.accepts)),
        reason=key.reason.strip(),
        written_at=now,
        written_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    return row


def rubric_row(name: str, *, where: str, session: Session) -> RubricVersion:
    """Return the rubric version that a file names as ``id@version``; raise ``BadInput``."""
    rubric_id, _, version = name.partition("@")
    query = select(RubricVersion).where(
        RubricVersion.rubric_id == rubric_id, RubricVersion.version == version
    )
    found = session.exec(query).first()
    if found is None:
        rule = f"there is no rubric version {name[:120]!r}; write it as medicine@1.0.0"
        raise BadInput.at(f"{where}, rubric", rule)
    return found


def _newest(domain: str, session: Session) -> AssessmentRow | None:
    query = select(AssessmentRow).where(AssessmentRow.domain == domain)
    return session.exec(query.order_by(col(AssessmentRow.number).desc()).limit(1)).first()


def _published(row: AssessmentRow, session: Session) -> Published:
    rubric = session.get_one(RubricVersion, row.rubric_version_id)
    assessment = assessment_from_json(json.loads(row.document))
    return Published(row.id, row.number, assessment, rubric_from_json(json.loads(rubric.document)))
