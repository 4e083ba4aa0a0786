"""Show annotators their own judgments."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import REVISABLE_FOR, is_revisable
from evalhub.core.judging.answers import Choice
from evalhub.core.prompts.records import Prompt
from evalhub.core.rubrics.schema import Rubric
from evalhub.db import tables as t
from evalhub.db.in_force import is_newest
from evalhub.services.judging.matter import parse_prompt
from evalhub.services.paging import Listing, count_rows, offset_of
from evalhub.services.rubric_translations import speak_rubric, words_for

PAGE_SIZE = 25

_Row: TypeAlias = sa.Row[*tuple[Any, ...]]
"""A row of ``_in_force``, which SQLAlchemy types no further."""


@dataclass(frozen=True, slots=True)
class OwnJudgment:
    """Hold one of a person's judgments in force, as they gave it.

    The prompt tells them which one it was; nothing here names a model.
    """

    token: str
    project_title: str
    prompt: Prompt
    rubric: Rubric
    choice: Choice
    preference: int | None
    revision: int
    first_at: datetime
    created_at: datetime
    revisable_until: datetime
    is_revisable: bool
    pay_minor_units: int
    pay_currency: str


@dataclass(frozen=True, slots=True)
class Revisable:
    """Name a judgment that may still be changed, and until when."""

    token: str
    revisable_until: datetime


def own_judgments(
    person_id: int, *, session: Session, now: datetime, page: int = 1, language: str = ""
) -> Listing[OwnJudgment]:
    """Return a page of the person's judgments in force, the newest first.

    Their rubrics speak ``language`` where they are translated into it.
    """
    query = _IN_FORCE.params(person=person_id, language=language)
    rows = session.connection().execute(query.limit(PAGE_SIZE).offset(offset_of(page, PAGE_SIZE)))
    items = [_own_judgment(row, now=now, language=language) for row in rows]
    return Listing(items, page, count_rows(query, session=session), PAGE_SIZE)


def find_last_revisable(
    person_id: int, *, project_id: int, session: Session, now: datetime
) -> Revisable | None:
    """Return the person's newest judgment in a project if it may still be changed."""
    asked = {"person": person_id, "project": project_id, "since": now - REVISABLE_FOR}
    row = session.connection().execute(_LAST, asked).first()
    return None if row is None else Revisable(row.token, row.created_at + REVISABLE_FOR)


def _in_force() -> "sa.Select[*tuple[Any, ...]]":
    """Select the person's judgments in force, those first given last at the top."""
    first = t.judgment.alias("first")
    return (
        sa.select(
            t.assignment.c.token,
            t.assignment.c.pay_minor_units,
            t.assignment.c.pay_currency,
            t.project.c.title,
            t.prompt.c.document.label("prompt"),
            t.rubric_version.c.document.label("rubric"),
            words_for(t.rubric_version.c.id).label("rubric_words"),
            t.judgment.c.choice,
            t.judgment.c.preference,
            t.judgment.c.revision,
            t.judgment.c.created_at,
            first.c.created_at.label("first_at"),
        )
        .select_from(t.judgment)
        .join(t.assignment, t.assignment.c.id == t.judgment.c.assignment_id)
        .join(t.project, t.project.c.id == t.judgment.c.project_id)
        .join(t.pair, t.pair.c.id == t.judgment.c.pair_id)
        .join(t.prompt, t.prompt.c.id == t.pair.c.prompt_id)
        .join(t.rubric_version, t.rubric_version.c.id == t.judgment.c.rubric_version_id)
        .join(first, sa.and_(first.c.assignment_id == t.assignment.c.id, first.c.revision == 1))
        .where(t.judgment.c.person_id == sa.bindparam("person"), is_newest())
        # By the first revision: a change must not move a judgment to where its author would not
        # look.
        .order_by(first.c.created_at.desc(), t.judgment.c.id.desc())
    )


_IN_FORCE = _in_force()
"""Built once: putting so many joins together costs more than running them."""
_LAST = (
    sa.select(t.assignment.c.token, t.judgment.c.created_at)
    .join(t.judgment, t.judgment.c.assignment_id == t.assignment.c.id)
    .where(
        t.judgment.c.project_id == sa.bindparam("project"),
        t.judgment.c.person_id == sa.bindparam("person"),
        # The ten minutes run from the first revision; a change must not start them again.
        t.judgment.c.revision == 1,
        t.judgment.c.created_at >= sa.bindparam("since"),
    )
    .order_by(t.judgment.c.created_at.desc(), t.judgment.c.id.desc())
    .limit(1)
)
"""Every comparison page asks for the last judgment, and needs none of what a list shows of it."""


def _own_judgment(row: _Row, *, now: datetime, language: str) -> OwnJudgment:
    return OwnJudgment(
        token=row.token,
        project_title=row.title,
        prompt=parse_prompt(row.prompt),
        rubric=speak_rubric(row.rubric, row.rubric_words, language).rubric,
        choice=row.choice,
        preference=row.preference,
        revision=row.revision,
        first_at=row.first_at,
        created_at=row.created_at,
        revisable_until=row.first_at + REVISABLE_FOR,
        is_revisable=is_revisable(row.first_at, now),
        pay_minor_units=row.pay_minor_units,
        pay_currency=row.pay_currency,
    )
