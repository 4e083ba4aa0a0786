"""Lay a pair before whoever looks at it again: the prompt, both answers, what each expert said.

No model is named, and experts go by their numbers. Everything is turned to the order in which its
reader sees the answers, so that A means one thing on the page; only free words keep the order that
their author saw, and say so.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import Purpose
from evalhub.core.judging.answers import (
    Answer,
    Choice,
    Side,
    answer_from_json,
    swap_sides,
)
from evalhub.core.judging.citations import Citation
from evalhub.core.judging.marking import with_shown_marks
from evalhub.core.prompts.records import Prompt
from evalhub.core.reviewing.triggers import contradicts_itself
from evalhub.core.rubrics.schema import Rubric
from evalhub.db import tables as t
from evalhub.services.judging.cases import StoredCase
from evalhub.services.judging.matter import ShownResponse, parse_prompt, shown_response
from evalhub.services.rubric_translations import speak_rubric, words_for


@dataclass(frozen=True, slots=True)
class DeskJudgment:
    """Hold one version of what an expert said, turned to its reader's order.

    ``is_turned`` says that its author saw the answers the other way round, which their own words
    still tell. ``contradicts_itself`` says that the criteria favour the other answer.
    """

    number: int
    person_id: int
    revision: int
    token: str
    rubric: Rubric
    answer: Answer
    choice: Choice
    is_turned: bool
    contradicts_itself: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """Hold a pair as its reader sees it, and every version of its experts' judgments."""

    prompt: Prompt
    a: ShownResponse
    b: ShownResponse
    is_swapped: bool
    judgments: tuple[DeskJudgment, ...]

    @property
    def sources(self) -> Mapping[Side, tuple[Citation, ...]]:
        """Return the sources found in each answer."""
        return {"a": self.a.citations, "b": self.b.citations}


def desk_of(
    stored: StoredCase, *, session: Session, reader_id: int | None = None, language: str = ""
) -> Desk:
    """Return what a case is about, with the judgments of its experts, the oldest version first.

    An expert, named by ``reader_id``, sees the answers in the order in which they judged them;
    everybody else sees them as they are stored.
    """
    pair = session.connection().execute(_PAIR, {"pair": stored.pair_id}).one()
    names = (pair.x_model, pair.x_slug, pair.y_model, pair.y_slug)
    x, y = shown_response(pair.x_text, names), shown_response(pair.y_text, names)
    asked = {"pair": stored.pair_id, "language": language}
    rows = [
        row
        for row in session.connection().execute(_JUDGMENTS, asked)
        if row.person_id in stored.numbers and (stored.assignment_id in (None, row.assignment_id))
    ]
    is_swapped = next((row.is_swapped for row in rows if row.person_id == reader_id), False)
    return Desk(
        prompt=parse_prompt(pair.prompt),
        a=y if is_swapped else x,
        b=x if is_swapped else y,
        is_swapped=is_swapped,
        judgments=tuple(
            _judgment(
                row,
                (x, y),
                number=stored.numbers[row.person_id],
                is_swapped=is_swapped,
                language=language,
            )
            for row in sorted(rows, key=lambda row: (stored.numbers[row.person_id], row.revision))
        ),
    )


def _judgment(
    row: "sa.Row[*tuple[Any, ...]]",
    shown: tuple[ShownResponse, ShownResponse],
    *,
    number: int,
    is_swapped: bool,
    language: str,
) -> DeskJudgment:
    x, y = (one.masked for one in shown)
    as_seen = with_shown_marks(
        answer_from_json(json.loads(row.answer)),
        {"a": y, "b": x} if row.is_swapped else {"a": x, "b": y},
    )
    is_turned = row.is_swapped is not is_swapped
    rubric = speak_rubric(row.document, row.words, language).rubric
    answer = swap_sides(as_seen) if is_turned else as_seen
    return DeskJudgment(
        number=number,
        person_id=row.person_id,
        revision=row.revision,
        token=row.token,
        rubric=rubric,
        answer=answer,
        choice=answer.choice or row.choice,
        is_turned=is_turned,
        contradicts_itself=contradicts_itself(rubric, answer),
        made_at=row.created_at,
    )


def _pair_statement() -> "sa.Select[*tuple[Any, ...]]":
    x, x_endpoint = t.response.alias("x"), t.endpoint.alias("x_endpoint")
    y, y_endpoint = t.response.alias("y"), t.endpoint.alias("y_endpoint")
    return (
        sa.select(
            t.prompt.c.document.label("prompt"),
            x.c.text.label("x_text"),
            x_endpoint.c.model.label("x_model"),
            x_endpoint.c.slug.label("x_slug"),
            y.c.text.label("y_text"),
            y_endpoint.c.model.label("y_model"),
            y_endpoint.c.slug.label("y_slug"),
        )
        .select_from(t.pair)
        .join(t.prompt, t.prompt.c.id == t.pair.c.prompt_id)
        .join(x, x.c.id == t.pair.c.response_x_id)
        .join(x_endpoint, x_endpoint.c.id == x.c.endpoint_id)
        .join(y, y.c.id == t.pair.c.response_y_id)
        .join(y_endpoint, y_endpoint.c.id == y.c.endpoint_id)
        .where(t.pair.c.id == sa.bindparam("pair"))
    )


_PAIR = _pair_statement()
_JUDGMENTS = (
    sa.select(
        t.judgment.c.assignment_id,
        t.judgment.c.person_id,
        t.judgment.c.revision,
        t.judgment.c.is_swapped,
        t.judgment.c.choice,
        t.judgment.c.answer,
        t.judgment.c.created_at,
        t.assignment.c.token,
        t.rubric_version.c.document,
        words_for(t.rubric_version.c.id).label("words"),
    )
    .join(t.assignment, t.assignment.c.id == t.judgment.c.assignment_id)
    .join(t.rubric_version, t.rubric_version.c.id == t.judgment.c.rubric_version_id)
    # A pair that came back to somebody to check quality is no further version of what they said.
    .where(t.judgment.c.pair_id == sa.bindparam("pair"), t.judgment.c.purpose == Purpose.WORK)
)
