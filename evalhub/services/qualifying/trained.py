"""Tell which trainings somebody has passed; asked by claims, so as a Core statement."""

import json
from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.db import tables as t


def trainings_passed(person_id: int, *, session: Session) -> frozenset[str]:
    """Return the slugs of the trainings that a person has passed, in any version and round.

    A later version takes nothing away: whoever passed the one before would otherwise lose their
    work because somebody mended a sentence.
    """
    return frozenset(session.connection().execute(_PASSED, {"person": person_id}).scalars())


def trainings_passed_by(
    person_ids: Collection[int], *, session: Session
) -> dict[int, frozenset[str]]:
    """Return the same of several people in one statement; who passed none is left out."""
    taken = t.training_round.c
    query = _results().add_columns(taken.person_id).where(taken.person_id.in_(person_ids))
    found: dict[int, frozenset[str]] = {}
    for row in session.connection().execute(query):
        found[row.person_id] = found.get(row.person_id, frozenset()) | {row.slug}
    return found


def domains_of(slugs: Collection[str], *, session: Session) -> frozenset[str]:
    """Return the domains of the trainings called ``slugs``; each version of one keeps its own.

    Nothing else of them is read: a list of experts asks this for each of them.
    """
    if not slugs:
        return frozenset()
    first = sa.select(t.training.c.document).where(
        t.training.c.slug.in_(slugs), t.training.c.number == 1
    )
    documents = session.connection().execute(first).scalars()
    return frozenset(str(json.loads(document)["domain"]) for document in documents)


def unpublished(slugs: Iterable[str], *, session: Session) -> list[str]:
    """Return which of ``slugs`` name no training, in their order."""
    known = set(session.connection().execute(sa.select(t.training.c.slug)).scalars())
    return [slug for slug in slugs if slug not in known]


def _results() -> "sa.Select[str]":
    taken, result = t.training_round.c, t.training_result.c
    return (
        sa.select(t.training.c.slug)
        .join(t.training_round, taken.training_id == t.training.c.id)
        .join(t.training_result, result.training_round_id == taken.id)
        .where(result.is_passed)
    )


_PASSED = _results().where(t.training_round.c.person_id == sa.bindparam("person"))
