"""Read what reviews and adjudication made of a project's judgments, for its releases."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.core.campaigns import Purpose
from evalhub.core.judging.records import SortKey
from evalhub.core.releasing.decisions import (
    UNDECIDED,
    Decided,
    ReviewOutcome,
    decision_on,
    review_of,
)
from evalhub.core.reviewing.cases import decision_of
from evalhub.core.reviewing.vocabulary import CaseKind
from evalhub.db import tables as t
from evalhub.db.chunks import chunks
from evalhub.db.models import ReviewCase
from evalhub.services.judging.cases import StoredCase, load_cases
from evalhub.services.judging.joined import join_sides

Decisions: TypeAlias = Mapping[str, Decided]
"""What was decided about a judgment, by its public id; those that nothing was decided of lack."""


def decisions_in(project_id: int, *, session: Session) -> Decisions:
    """Return what was decided about the judgments of a project.

    Cases are few beside judgments, so they are read whole, and judgments only where there is one.
    A pair's newest decision counts: a later disagreement about it was decided in turn.
    """
    by_kind: dict[CaseKind, list[StoredCase]] = {kind: [] for kind in CaseKind}
    for stored in load_cases(col(ReviewCase.project_id) == project_id, session=session):
        by_kind[stored.case.kind].append(stored)
    found: dict[str, Decided] = {}
    for public_id, outcome in _reviews(by_kind[CaseKind.REVIEW], session):
        found[public_id] = Decided(review=outcome)
    decided = {one.pair_id: one for one in by_kind[CaseKind.ADJUDICATION] if decision_of(one.case)}
    for row in _judged(t.judgment.c.pair_id, decided, session):
        pair = decision_on(decided[row.pair_id].case, is_turned=_is_turned(row))
        found[row.public_id] = replace(found.get(row.public_id, UNDECIDED), pair=pair)
    return found


def _reviews(cases: Sequence[StoredCase], session: Session) -> Iterator[tuple[str, ReviewOutcome]]:
    outcomes = {
        one.assignment_id: outcome
        for one in cases
        if one.assignment_id is not None and (outcome := review_of(one.case)) is not None
    }
    for row in _judged(t.judgment.c.assignment_id, outcomes, session):
        yield row.public_id, outcomes[row.assignment_id]


def _judged(
    column: "sa.ColumnElement[Any]", ids: Iterable[int], session: Session
) -> "Iterator[sa.Row[*tuple[Any, ...]]]":
    """Yield every version of the judgments whose ``column`` is one of ``ids``, with both sides."""
    source, sides = join_sides(t.judgment.join(t.pair, t.pair.c.id == t.judgment.c.pair_id))
    columns = [
        *(t.judgment.c[name] for name in ("public_id", "pair_id", "assignment_id")),
        *(
            part.c[name].label(f"{side}_{name}")
            for side, (response, endpoint) in sides.items()
            for part, names in (
                (endpoint, ("slug", "revision")),
                (response, ("sample_index", "sha256")),
            )
            for name in names
        ),
    ]
    query = sa.select(*columns).select_from(source).where(t.judgment.c.purpose == Purpose.WORK)
    for chunk in chunks(ids):
        yield from session.connection().execute(query.where(column.in_(chunk)))


def _is_turned(row: "sa.Row[*tuple[Any, ...]]") -> bool:
    """Tell whether a release has the responses of a pair in the other order than its row."""
    x, y = (_sort_key(row, side) for side in ("x", "y"))
    return y < x


def _sort_key(row: "sa.Row[*tuple[Any, ...]]", side: str) -> SortKey:
    fields = row._mapping  # noqa: SLF001 - a documented attribute despite its name
    slug, revision, sample, sha256 = (
        fields[f"{side}_{name}"] for name in ("slug", "revision", "sample_index", "sha256")
    )
    return slug, revision, sample, sha256
