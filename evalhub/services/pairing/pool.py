"""Take pairs off a project's queue that are to check quality instead of being scored."""

import random
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import Purpose
from evalhub.core.judging.known import KeyAnswer, key_text
from evalhub.core.prompts.vocabulary import Split
from evalhub.core.quality import QualityShares, n_anchors_of
from evalhub.db import tables as t
from evalhub.db.models import Project
from evalhub.services.assigning.checking import may_have_read_reference
from evalhub.services.assigning.shares import shares_in
from evalhub.services.judging.joined import join_sides
from evalhub.services.locks import lock
from evalhub.services.pairing.known import project_controls

STATED = "The prompt states this answer."


def fill_pool(project: Project, *, session: Session, now: datetime) -> int:
    """Make controls and anchors of a project's pairs as its shares ask; return how many are new.

    Pairs whose prompt states the answer become controls. Anchors are drawn once, among pairs that
    nobody has had, and stay the same for good: a set that changes could tell of no drift. Doing it
    again adds only what has come since.
    """
    shares = shares_in(project)
    if not shares.total:
        return 0
    # Two at once would each draw anchors; pairs that are being added wait at the same place.
    lock(f"pairs:{project.id}", session=session)
    n_new = _fill_controls(project, session, now) if shares.control else 0
    return n_new + _draw_anchors(project, shares, session, now)


def add_item(
    project_id: int,
    pair_ids: Collection[int],
    purpose: Purpose,
    *,
    session: Session,
    now: datetime,
    added_by: int | None = None,
) -> None:
    """Make pairs items of a purpose and offer them no longer as work.

    Who holds one of them finishes it as the work that it was when they claimed it.
    """
    rows = [
        {
            "project_id": project_id,
            "pair_id": pair_id,
            "purpose": purpose,
            "is_given": True,
            "added_at": now,
            "added_by": added_by,
        }
        for pair_id in pair_ids
    ]
    connection = session.connection()
    connection.execute(sa.insert(t.control_item), rows)
    connection.execute(_TAKE_OFF, [{"pair": pair_id} for pair_id in pair_ids])


def _fill_controls(project: Project, session: Session, now: datetime) -> int:
    known = _known_answers(project, session)
    if not known:
        return 0
    add_item(project.id, known, Purpose.CONTROL, session=session, now=now)
    keys = [
        {
            "pair_id": pair_id,
            "number": 1,
            "accepted": key_text([answer]),
            "reason": STATED,
            "written_at": now,
        }
        for pair_id, answer in known.items()
    ]
    session.connection().execute(sa.insert(t.control_key), keys)
    return len(known)


def _known_answers(project: Project, session: Session) -> dict[int, KeyAnswer]:
    """Return the better side of each pair that a prompt names and that is no item yet."""
    controls = project_controls(project, session=session)
    source, sides = join_sides(t.pair.join(t.prompt, t.prompt.c.id == t.pair.c.prompt_id))
    query = (
        sa.select(
            t.pair.c.id,
            t.prompt.c.key,
            sides["x"][1].c.model.label("x_model"),
            sides["y"][1].c.model.label("y_model"),
        )
        .select_from(source)
        .where(
            t.pair.c.project_id == project.id,
            t.pair.c.is_offered.is_(True),
            t.prompt.c.split == Split.GOLD.value,
        )
        .order_by(t.pair.c.position)
    )
    known = {}
    for row in session.connection().execute(query):
        for answer in controls.get(row.key, ()):
            if {answer.better, answer.worse} == {row.x_model, row.y_model}:
                is_x = answer.better == row.x_model
                known[row.id] = KeyAnswer.X if is_x else KeyAnswer.Y
    return known


def _draw_anchors(project: Project, shares: QualityShares, session: Session, now: datetime) -> int:
    item, pair = t.control_item.c, t.pair.c
    there = sa.select(item.id).where(item.project_id == project.id, item.purpose == Purpose.ANCHOR)
    if not shares.anchor or session.connection().execute(there.limit(1)).first() is not None:
        return 0
    untouched = (
        sa.select(pair.id)
        .join(t.prompt, t.prompt.c.id == pair.prompt_id)
        .where(
            pair.project_id == project.id,
            pair.is_offered.is_(True),
            pair.n_taken == 0,
            # A pair that was skipped or ran out has its places again, and somebody who knows it.
            ~sa.exists().where(t.assignment.c.pair_id == pair.id),
            t.prompt.c.split != Split.GOLD.value,
            # Who has read the reference answer would judge the anchor by it the next time.
            ~may_have_read_reference(),
        )
        .order_by(pair.position)
    )
    ids = list(session.connection().execute(untouched).scalars())
    # The project's own seed: the same project drawn again has the same anchors.
    drawn = random.Random(f"anchors {project.seed}").sample(ids, n_anchors_of(len(ids)))  # noqa: S311 - a lot, no secret
    if drawn:
        add_item(project.id, sorted(drawn), Purpose.ANCHOR, session=session, now=now)
    return len(drawn)


_TAKE_OFF = sa.update(t.pair).where(t.pair.c.id == sa.bindparam("pair")).values(is_offered=False)
