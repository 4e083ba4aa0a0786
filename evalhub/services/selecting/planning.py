"""Plan how a project's next comparisons are drawn, in batches, so that no lease fits a board.

The plan is derived from the judgments and from the project's seed alone: whoever has both can
make it again and check the probabilities that assignments carry.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import SelectionPolicy
from evalhub.core.campaigns import Purpose, SelectionMode
from evalhub.core.scoring.arrays import IntArray
from evalhub.core.scoring.selection.connecting import component_labels
from evalhub.core.scoring.selection.lots import FLOOR, ModelPairs
from evalhub.core.scoring.selection.planning import BATCH, SelectionPlan, plan_selection
from evalhub.db import tables as t
from evalhub.db.engine import Database
from evalhub.db.prepared import Prepared
from evalhub.services.locks import lock
from evalhub.services.selecting.tallies import Tally, tally_project

IN_FLIGHT = 64
"""How many assignments may have a number already and not be committed yet, on PostgreSQL."""


@dataclass(frozen=True, slots=True, eq=False)
class DraftPlan:
    """Hold a plan that is not stored yet.

    ``matchup_ids`` belong to ``pairs``, which name endpoints by their position in ``tally``, and
    ``n_open`` counts their pairs with room. ``plan`` is None when no pair of the project has any.
    """

    project_id: int
    matchup_ids: tuple[int, ...]
    n_open: tuple[int, ...]
    after_assignment_id: int
    pairs: ModelPairs
    tally: Tally
    plan: SelectionPlan | None

    @property
    def part_of_model(self) -> IntArray:
        """Return for each model which part of the board it is linked to."""
        return component_labels(self.tally.scores)

    @property
    def n_parts(self) -> int:
        """Return into how many parts the models fall that no chain of judgments links."""
        return len(set(self.part_of_model.tolist()))


def is_plan_due(project_id: int, *, session: Session) -> bool:
    """Tell whether the project draws by a plan and has none, or one that is used up."""
    row = _STANDING.one({"project": project_id}, session=session)
    if row.selection_mode is SelectionMode.UNIFORM:
        return False
    # No plan yet: the project was opened before it had pairs, or before there were plans.
    if row.n_until_next is None:
        return True
    return bool(row.n_new >= row.n_until_next)


def draft_plan(project_id: int, *, session: Session, tally: Tally | None = None) -> DraftPlan:
    """Fit the judgments in force and return the plan that follows; nothing is stored.

    ``tally`` is what was counted in a transaction before this one; the judgments since then
    count as new ones that the plan does not know yet.
    """
    connection = session.connection()
    project = connection.execute(
        sa.select(t.project.c.selection_mode, t.project.c.seed).where(t.project.c.id == project_id)
    ).one()
    keys = {"project": project_id}
    # Read before the pairs are: what is given out in between then counts as not seen by the plan.
    newest = connection.execute(_LAST_ASSIGNMENT, keys).scalar() or 0
    tally = tally or tally_project(project_id, session=session)
    place = {endpoint: i for i, endpoint in enumerate(tally.endpoint_ids)}
    rows = sorted(
        (place[row.endpoint_low_id], place[row.endpoint_high_id], row.id, row.n_open)
        for row in connection.execute(_OPEN_MATCHUPS, keys)
    )
    pairs = ModelPairs.of(len(place), [(low, high) for low, high, *_ in rows])
    # The seed and the last judgment make every plan's draws its own and repeatable.
    rng = np.random.default_rng([project.seed, tally.last_judgment_id])
    plan = plan_selection(tally.scores, pairs, project.selection_mode, rng=rng) if rows else None
    return DraftPlan(
        project_id=project_id,
        matchup_ids=tuple(matchup for _, _, matchup, _ in rows),
        n_open=tuple(n_open for *_, n_open in rows),
        after_assignment_id=max(newest - IN_FLIGHT, 0),
        pairs=pairs,
        tally=tally,
        plan=plan,
    )


def list_compared(tally: Tally, project_id: int, *, session: Session) -> ModelPairs:
    """Return every two models of which the project offers pairs, with room or without."""
    place = {endpoint: i for i, endpoint in enumerate(tally.endpoint_ids)}
    rows = session.connection().execute(_COMPARED, {"project": project_id})
    return ModelPairs.of(
        len(place), [(place[row.endpoint_low_id], place[row.endpoint_high_id]) for row in rows]
    )


def store_plan(draft: DraftPlan, *, session: Session, now: datetime) -> None:
    """Make ``draft`` the project's plan, unless one that rests on later judgments stands.

    Leases read either the old probabilities or the new ones, never some of both.
    """
    lock(f"plan:{draft.project_id}", session=session)
    connection = session.connection()
    plans = t.selection_plan
    is_mine = plans.c.project_id == draft.project_id
    standing = connection.execute(sa.select(plans.c.after_judgment_id).where(is_mine)).scalar()
    if standing is not None and standing > draft.tally.last_judgment_id:
        return
    _store_probabilities(draft, session=session)
    values = {
        "policy": SelectionPolicy.UNIFORM if draft.plan is None else draft.plan.policy,
        "floor": FLOOR if draft.plan is None else draft.plan.floor,
        "n_judgments": draft.tally.n_judgments,
        "after_judgment_id": draft.tally.last_judgment_id,
        "after_assignment_id": draft.after_assignment_id,
        "least_open": min(draft.n_open, default=None),
        "n_until_next": BATCH if draft.plan is None else draft.plan.n_until_next,
        "planned_at": now,
    }
    if standing is None:
        connection.execute(sa.insert(plans).values(project_id=draft.project_id, **values))
    else:
        connection.execute(sa.update(plans).where(is_mine).values(**values))


def _store_probabilities(draft: DraftPlan, *, session: Session) -> None:
    connection = session.connection()
    connection.execute(
        sa.update(t.matchup)
        .where(t.matchup.c.project_id == draft.project_id)
        .values(probability=None, up_to=None, n_open=0)
    )
    if draft.plan is None:
        return
    up_to = np.cumsum(draft.plan.probabilities)
    # The sum of all is 1 but for rounding, and every lot below 1 must fall on something.
    up_to[-1] = 1.0
    columns = (draft.matchup_ids, draft.plan.probabilities.tolist(), up_to.tolist(), draft.n_open)
    names = ("matchup", "chance", "end", "n")
    connection.execute(
        _SET_PROBABILITY, [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    )


def plan_if_due(project_id: int, *, session: Session, now: datetime) -> bool:
    """Plan anew within one transaction where it is due; return whether it was."""
    if not is_plan_due(project_id, session=session):
        return False
    store_plan(draft_plan(project_id, session=session), session=session, now=now)
    return True


def keep_plan_fresh(project_id: int, *, database: Database, now: datetime) -> bool:
    """Plan anew where it is due, in transactions of its own; return whether it was.

    Judgments are read and fitted in a reading transaction, so that nobody who leases or judges
    meanwhile waits for it; only the result is written under the writer's lock.
    """
    with database.transaction(write=False) as session:
        if not is_plan_due(project_id, session=session):
            return False
        draft = draft_plan(project_id, session=session)
    with database.transaction() as session:
        store_plan(draft, session=session, now=now)
    return True


_OPEN_MATCHUPS = (
    sa.select(
        t.matchup.c.id,
        t.matchup.c.endpoint_low_id,
        t.matchup.c.endpoint_high_id,
        sa.func.count().label("n_open"),
    )
    .join(t.pair, t.pair.c.matchup_id == t.matchup.c.id)
    .where(
        t.matchup.c.project_id == sa.bindparam("project"),
        t.pair.c.is_offered.is_(True),
        t.pair.c.n_taken < t.pair.c.overlap,
    )
    .group_by(t.matchup.c.id, t.matchup.c.endpoint_low_id, t.matchup.c.endpoint_high_id)
)
_COMPARED = sa.select(t.matchup.c.endpoint_low_id, t.matchup.c.endpoint_high_id).where(
    t.matchup.c.project_id == sa.bindparam("project"),
    sa.exists().where(t.pair.c.matchup_id == t.matchup.c.id, t.pair.c.is_offered.is_(True)),
)


def _standing() -> "sa.Select[SelectionMode, int, int]":
    """Select by what plan a project draws, and how many judgments the plan does not know yet.

    They are counted no further than the longest batch, so that asking stays cheap after a large
    import.
    """
    plan = t.selection_plan
    new = (
        sa.select(t.judgment.c.id)
        .where(
            t.judgment.c.project_id == t.project.c.id,
            t.judgment.c.id > plan.c.after_judgment_id,
            # A plan rests on work alone, so nothing else can make it out of date.
            t.judgment.c.purpose == Purpose.WORK,
        )
        .limit(BATCH)
        .correlate(t.project, plan)
        .subquery()
    )
    return (
        sa.select(
            t.project.c.selection_mode,
            plan.c.n_until_next,
            sa.select(sa.func.count()).select_from(new).scalar_subquery().label("n_new"),
        )
        .outerjoin(plan, plan.c.project_id == t.project.c.id)
        .where(t.project.c.id == sa.bindparam("project"))
    )


_STANDING = Prepared(_standing())
_LAST_ASSIGNMENT = sa.select(sa.func.max(t.assignment.c.id)).where(
    t.assignment.c.project_id == sa.bindparam("project")
)
_SET_PROBABILITY = (
    sa.update(t.matchup)
    .where(t.matchup.c.id == sa.bindparam("matchup"))
    .values(probability=sa.bindparam("chance"), up_to=sa.bindparam("end"), n_open=sa.bindparam("n"))
)
