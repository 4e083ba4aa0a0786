"""Write judgments and find those of an assignment; rows are only ever added."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.canonical import canonical_json
from evalhub.core.judging.answers import Answer, Choice, answer_to_json
from evalhub.core.judging.form_reading import LANGUAGE_FIELD
from evalhub.core.judging.forms import base_of
from evalhub.db import tables as t
from evalhub.db.prepared import Prepared
from evalhub.errors import BadInput, Sentence, StaleForm
from evalhub.services.judging.matter import Matter
from evalhub.services.rubric_translations import list_languages

Fields: TypeAlias = Sequence[tuple[str, str]]
"""The names and values of a form, in the order they were sent."""


@dataclass(frozen=True, slots=True)
class StoredJudgment:
    """Hold the newest revision of an assignment's judgment.

    ``answer`` is its canonical JSON; ``first_at`` is when the first revision was made.
    """

    public_id: str
    revision: int
    choice: Choice
    preference: int | None
    answer: str
    created_at: datetime
    first_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """Hold what one revision of a judgment said, and when."""

    revision: int
    choice: Choice
    preference: int | None
    created_at: datetime


def list_versions(assignment_id: int, *, session: Session) -> tuple[Version, ...]:
    """Return every revision of an assignment's judgment, the first first."""
    rows = session.connection().execute(
        sa.select(
            t.judgment.c.revision,
            t.judgment.c.choice,
            t.judgment.c.preference,
            t.judgment.c.created_at,
        )
        .where(t.judgment.c.assignment_id == assignment_id)
        .order_by(t.judgment.c.revision)
    )
    return tuple(Version(*row) for row in rows)


_INSERT = Prepared(sa.insert(t.judgment).inline())
"""Without asking for the number it gets, which nothing here needs."""
_REVISIONS = Prepared(
    sa.select(
        t.judgment.c.public_id,
        t.judgment.c.revision,
        t.judgment.c.choice,
        t.judgment.c.preference,
        t.judgment.c.answer,
        t.judgment.c.created_at,
    )
    .where(t.judgment.c.assignment_id == sa.bindparam("assignment"))
    .order_by(t.judgment.c.revision)
)
"""Built once: it runs in every request of a comparison."""


def find_judgment(assignment_id: int, *, session: Session) -> StoredJudgment | None:
    """Return the judgment in force of an assignment, or None."""
    rows = _REVISIONS.all({"assignment": assignment_id}, session=session)
    if not rows:
        return None
    newest = rows[-1]
    return StoredJudgment(
        public_id=newest.public_id,
        revision=newest.revision,
        choice=newest.choice,
        preference=newest.preference,
        answer=newest.answer,
        created_at=newest.created_at,
        first_at=rows[0].created_at,
    )


def find_answer(assignment_id: int, revision: int, *, session: Session) -> str | None:
    """Return what one revision of an assignment's judgment said, or None without it."""
    query = sa.select(t.judgment.c.answer).where(
        t.judgment.c.assignment_id == assignment_id, t.judgment.c.revision == revision
    )
    return session.connection().execute(query).scalar()


def refuse_stale(fields: Fields, newest: StoredJudgment | None) -> None:
    """Raise ``StaleForm`` for a form that was filled in over another version than the newest.

    Call it while the assignment is held for update: only then does the newest stay so.
    """
    base = base_of(fields)
    n_revisions = newest.revision if newest else 0
    # No page of ours is filled in over a version that does not exist yet; taking it in would let a
    # forged form jump over one that somebody is writing.
    if base > n_revisions:
        rule = Sentence(
            "it was opened over version %(base)s of your judgment, and there are %(n)s; "
            "reload the page",
            base=base,
            n=n_revisions,
        )
        raise BadInput.at("form", rule)
    if newest is not None and base < n_revisions:
        raise StaleForm(
            Sentence(
                "This comparison has been judged since this form was opened, here or on another "
                "device, most lately at %(at)s UTC. That judgment is in force.",
                at=newest.created_at.strftime("%H:%M"),
            )
        )


def language_read(fields: Fields, matter: Matter, *, session: Session) -> str | None:
    """Return the language in which the form's page asked, or None where the form does not say.

    It is the page's own word: the reader may have changed language since the page was made. A
    language that the rubric was never shown in is none of ours and counts as unsaid.
    """
    said = next((value for name, value in fields if name == LANGUAGE_FIELD), "")
    if said in {matter.rubric_language, matter.rubric.locale}:
        return said
    known = list_languages(matter.rubric_version_id, session=session) if said else ()
    return said if said in known else None


def answer_text(answer: Answer) -> str:
    """Return an answer as the canonical JSON that is stored."""
    return canonical_json(answer_to_json(answer))


def add_judgment(
    matter: Matter,
    answer: Answer,
    *,
    previous: StoredJudgment | None,
    active_seconds: float | None,
    rubric_language: str | None,
    session: Session,
    now: datetime,
) -> StoredJudgment:
    """Append ``answer`` as the next revision of the matter's judgment and return it."""
    if answer.choice is None:
        raise ValueError("An answer without a choice is no judgment.")
    made = StoredJudgment(
        public_id=secrets.token_hex(16),
        revision=previous.revision + 1 if previous else 1,
        choice=answer.choice,
        preference=answer.preference,
        answer=answer_text(answer),
        created_at=now,
        first_at=previous.first_at if previous else now,
    )
    lease = matter.lease
    _INSERT.run(
        {
            "public_id": made.public_id,
            "project_id": lease.project_id,
            "pair_id": lease.pair_id,
            "person_id": lease.person_id,
            "assignment_id": lease.id,
            "revision": made.revision,
            "origin": matter.origin,
            "annotator_kind": AnnotatorKind.HUMAN,
            "purpose": lease.purpose,
            "rubric_version_id": matter.rubric_version_id,
            "rubric_language": rubric_language,
            "is_swapped": lease.is_swapped,
            "choice": made.choice,
            "preference": made.preference,
            "confidence": answer.confidence,
            "why": answer.why,
            "answer": made.answer,
            "active_seconds": active_seconds,
            "credential_class": lease.credential_class,
            "created_at": now,
        },
        session=session,
    )
    return made
