"""Read what the judgments in force say of pairs, for conflicts between them."""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.judging.answers import answer_from_json
from evalhub.core.reviewing.triggers import Vote, vote_of
from evalhub.db import tables as t
from evalhub.db.chunks import chunks
from evalhub.services.judging.joined import is_in_force
from evalhub.services.rubric_translations import parse_rubric


@dataclass(frozen=True, slots=True)
class CastVote:
    """Hold a vote with who cast it in which assignment."""

    assignment_id: int
    pair_id: int
    person_id: int
    vote: Vote


def votes_on(
    pair_ids: Collection[int], *, session: Session, until: datetime | None = None
) -> dict[int, list[CastVote]]:
    """Return the votes in force of people on some pairs, the first to judge first.

    Judgments from files are left out, for their authors are not here to be asked; so is what
    was given after ``until`` and may still be changed.
    """
    found: defaultdict[int, list[CastVote]] = defaultdict(list)
    for chunk in chunks(pair_ids):
        query = _query(until).where(t.judgment.c.pair_id.in_(chunk))
        for row in session.connection().execute(query):
            cast = _cast(row)
            if cast is not None:
                found[cast.pair_id].append(cast)
    return found


def _query(until: datetime | None) -> "sa.Select[*tuple[Any, ...]]":
    query = (
        sa.select(
            t.judgment.c.assignment_id,
            t.judgment.c.pair_id,
            t.judgment.c.person_id,
            t.judgment.c.is_swapped,
            t.judgment.c.answer,
            t.rubric_version.c.document,
        )
        .join(t.rubric_version, t.rubric_version.c.id == t.judgment.c.rubric_version_id)
        .where(
            t.judgment.c.annotator_kind == AnnotatorKind.HUMAN,
            t.judgment.c.assignment_id.is_not(None),
            is_in_force(),
        )
        .order_by(t.judgment.c.assignment_id)
    )
    return query if until is None else query.where(t.judgment.c.created_at <= until)


def _cast(row: "sa.Row[*tuple[Any, ...]]") -> CastVote | None:
    answer = answer_from_json(json.loads(row.answer))
    vote = vote_of(parse_rubric(row.document), answer, is_swapped=row.is_swapped)
    if vote is None:
        return None
    return CastVote(row.assignment_id, row.pair_id, row.person_id, vote)
