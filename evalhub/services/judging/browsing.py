"""Let reviewers read a project's judgments in force, with their reasons."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import JudgmentOrigin
from evalhub.core.judging.answers import SIDES, Answer, Choice, answer_from_json
from evalhub.db import tables as t
from evalhub.db.models import Project
from evalhub.services.judging.joined import is_in_force, join_sides
from evalhub.services.paging import Listing, count_rows, offset_of

_Row: TypeAlias = sa.Row[*tuple[Any, ...]]

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ReadFlag:
    """Name one flag, the side it was raised on and the words that show it."""

    side: str
    flag: str
    quote: str


@dataclass(frozen=True, slots=True)
class ReadMark:
    """Hold words of one answer that were singled out, with the flag or the reason for it."""

    side: str
    words: str
    flag: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReadJudgment:
    """Hold one judgment as a reviewer reads it; the models are those shown as A and as B.

    ``flags`` come without the words that a mark for the same flag shows, so that nothing is read
    twice. ``language`` is the one the rubric was read in, empty where that is not known.
    """

    public_id: str
    prompt_key: str
    model_a: str
    model_b: str
    annotator: str
    origin: JudgmentOrigin
    choice: Choice
    preference: int | None
    confidence: int | None
    why: str
    flags: tuple[ReadFlag, ...]
    marks: tuple[ReadMark, ...]
    language: str
    revision: int
    created_at: datetime


def list_judgments(
    project: Project, *, session: Session, prompt: str = "", page: int = 1
) -> Listing[ReadJudgment]:
    """Return a page of the judgments in force, the newest first.

    ``prompt`` keeps the judgments on the prompt with this id; empty keeps all.
    """
    query = _query(project.id)
    if prompt:
        query = query.where(t.prompt.c.key == prompt)
    n_found = count_rows(query, session=session)
    # By id as well: a whole import has one moment, and pages of it would overlap.
    query = query.order_by(t.judgment.c.created_at.desc(), t.judgment.c.id.desc())
    rows = session.connection().execute(query.limit(PAGE_SIZE).offset(offset_of(page, PAGE_SIZE)))
    return Listing([_read(row) for row in rows], page, n_found, PAGE_SIZE)


def _query(project_id: int) -> "sa.Select[Any]":
    source, sides = join_sides(
        t.judgment.join(t.pair, t.pair.c.id == t.judgment.c.pair_id)
        .join(t.prompt, t.prompt.c.id == t.pair.c.prompt_id)
        .join(t.person, t.person.c.id == t.judgment.c.person_id)
    )
    return (
        sa.select(
            *t.judgment.c,
            t.prompt.c.key.label("prompt_key"),
            t.person.c.name.label("annotator"),
            *(endpoint.c.model.label(f"{side}_model") for side, (_, endpoint) in sides.items()),
        )
        .select_from(source)
        .where(t.judgment.c.project_id == project_id, is_in_force())
    )


def _read(row: _Row) -> ReadJudgment:
    answer = answer_from_json(json.loads(row.answer))
    # As they stood on the screen: a reason speaks of A and B, and would be read of the other
    # answer.
    models = (row.y_model, row.x_model) if row.is_swapped else (row.x_model, row.y_model)
    return ReadJudgment(
        public_id=row.public_id,
        prompt_key=row.prompt_key,
        model_a=models[0],
        model_b=models[1],
        annotator=row.annotator,
        origin=row.origin,
        choice=row.choice,
        preference=row.preference,
        confidence=row.confidence,
        why=row.why,
        flags=tuple(_flags(answer)),
        marks=tuple(
            ReadMark(mark.side.upper(), mark.quote, mark.flag, mark.reason) for mark in answer.marks
        ),
        language=row.rubric_language or "",
        revision=row.revision,
        created_at=row.created_at,
    )


def _flags(answer: Answer) -> Iterator[ReadFlag]:
    marked = {(mark.side, mark.flag) for mark in answer.marks}
    for side in SIDES:
        for raised in answer.flags(side).raised:
            quote = "" if (side, raised.flag) in marked else raised.quote
            yield ReadFlag(side.upper(), raised.flag, quote)
