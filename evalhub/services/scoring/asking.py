"""Say what a project asks next, why, and what more judgments would settle."""

from dataclasses import asdict, dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.assigning import SelectionPolicy
from evalhub.core.campaigns import SelectionMode
from evalhub.core.canonical import Json
from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.counting.counts import Counts
from evalhub.core.scoring.selection.lots import FLOOR, ModelPairs
from evalhub.core.scoring.selection.planning import SEASONED_AT, SelectionPlan, plan_selection
from evalhub.core.scoring.selection.standing import n_by_model
from evalhub.db import tables as t
from evalhub.db.models import Endpoint, Project
from evalhub.services.projects.finding import get_project
from evalhub.services.projects.progress import progress_of
from evalhub.services.scoring.cells import active_time, count_by_prompt
from evalhub.services.scoring.foreseeing import Foreseen, foresee_project
from evalhub.services.scoring.naming import name_models
from evalhub.services.selecting.planning import DraftPlan, draft_plan, list_compared

N_PROMPTS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class NextPair:
    """Hold two models that may be asked next.

    ``probability_by_mode`` says how likely they would be drawn in each mode; ``n_judgments`` of
    them are scored and ``n_open`` pairs of their responses have room.
    """

    first: str
    second: str
    n_judgments: int
    n_open: int
    probability_by_mode: dict[SelectionMode, float]
    joins_parts: bool


@dataclass(frozen=True, slots=True)
class PromptUse:
    """Hold one prompt and how many scored judgments it has."""

    key: str
    n_judgments: int


@dataclass(frozen=True, slots=True)
class AskNext:
    """Hold what a project asks next and what that would settle.

    ``policy_by_mode`` is the rule that would be in effect in each mode, were it planned now;
    ``planned_at`` and ``n_planned_from`` tell of the plan that leases follow, None without one.
    ``n_least`` is how many judgments the least judged model has; ``pairs`` are ordered by their
    probability in the project's own mode, ``prompts`` by their judgments, the fewest first.
    """

    slug: str
    title: str
    is_simulated: bool
    mode: SelectionMode
    policy_by_mode: dict[SelectionMode, SelectionPolicy]
    floor: float
    n_judgments: int
    n_models: int
    n_least: int
    n_seasoned_at: int
    n_parts: int
    planned_at: datetime | None
    n_planned_from: int | None
    pairs: tuple[NextPair, ...]
    prompts: tuple[PromptUse, ...]
    n_prompts: int
    n_places_left: int
    foreseen: Foreseen

    @property
    def policy(self) -> SelectionPolicy:
        """Return the rule in effect in the project's own mode."""
        return self.policy_by_mode[self.mode]


def ask_next(slug: str, *, session: Session) -> AskNext:
    """Plan a project in every mode from its judgments in force; nothing is stored.

    Raise ``NotFound`` for an unknown project.
    """
    project = get_project(slug, session=session)
    draft = draft_plan(project.id, session=session)
    counts = count_by_prompt(project.id, draft.tally.endpoint_ids, session=session)
    plans = _plans(project, draft)
    compared = list_compared(draft.tally, project.id, session=session)
    standing = session.connection().execute(
        sa.select(t.selection_plan).where(t.selection_plan.c.project_id == project.id)
    )
    kept = standing.first()
    prompts = _prompts(project, counts, session=session)
    return AskNext(
        slug=project.slug,
        title=project.title,
        is_simulated=project.is_simulated,
        mode=project.selection_mode,
        policy_by_mode={
            mode: plans[mode].policy if mode in plans else SelectionPolicy.UNIFORM
            for mode in SelectionMode
        },
        floor=FLOOR,
        n_judgments=draft.tally.n_judgments,
        n_models=len(draft.tally.endpoint_ids),
        n_least=_n_least(draft.tally.scores),
        n_seasoned_at=SEASONED_AT,
        n_parts=draft.n_parts,
        planned_at=kept.planned_at if kept else None,
        n_planned_from=kept.n_judgments if kept else None,
        pairs=_pairs(draft, plans, project.selection_mode, session=session),
        prompts=tuple(prompts[:N_PROMPTS_SHOWN]),
        n_prompts=len(prompts),
        n_places_left=progress_of(project, session=session).n_left,
        foreseen=foresee_project(
            counts,
            compared,
            _plan(project, draft, compared, project.selection_mode),
            active_time(project.id, session=session),
        ),
    )


def ask_next_document(asked: AskNext) -> dict[str, Json]:
    """Return it as the API gives it."""
    return {
        "project": asked.slug,
        "simulated": asked.is_simulated,
        "mode": asked.mode.value,
        "policy": asked.policy.value,
        "floor": asked.floor,
        "n_judgments": asked.n_judgments,
        "n_models": asked.n_models,
        "n_least_judged": asked.n_least,
        "n_parts": asked.n_parts,
        "planned_at": asked.planned_at.isoformat() if asked.planned_at else None,
        "n_planned_from": asked.n_planned_from,
        "pairs": [
            {
                "first": pair.first,
                "second": pair.second,
                "n_judgments": pair.n_judgments,
                "n_open": pair.n_open,
                "joins_parts": pair.joins_parts,
                "probability": {
                    mode.value: chance for mode, chance in pair.probability_by_mode.items()
                },
            }
            for pair in asked.pairs
        ],
        "prompts": [asdict(prompt) for prompt in asked.prompts],
        "n_places_left": asked.n_places_left,
        "foreseen": asdict(asked.foreseen),
    }


def _plans(project: Project, draft: DraftPlan) -> dict[SelectionMode, SelectionPlan]:
    """Plan in every mode; empty when no pair has room."""
    if draft.plan is None:
        return {}
    plans = {project.selection_mode: draft.plan}
    for mode in SelectionMode:
        planned = None if mode in plans else _plan(project, draft, draft.pairs, mode)
        if planned is not None:
            plans[mode] = planned
    return plans


def _plan(
    project: Project, draft: DraftPlan, pairs: ModelPairs, mode: SelectionMode
) -> SelectionPlan | None:
    """Plan ``pairs`` in ``mode`` from the draft's judgments; None where there are none to plan."""
    if not len(pairs):
        return None
    rng = np.random.default_rng([project.seed, draft.tally.last_judgment_id])
    return plan_selection(draft.tally.scores, pairs, mode, rng=rng)


def _n_least(scores: FloatArray) -> int:
    return int(n_by_model(scores).min()) if len(scores) else 0


def _pairs(
    draft: DraftPlan,
    plans: dict[SelectionMode, SelectionPlan],
    mode: SelectionMode,
    *,
    session: Session,
) -> tuple[NextPair, ...]:
    if mode not in plans:
        return ()
    names = _names(draft.tally.endpoint_ids, session=session)
    scores = draft.tally.scores
    pairs: ModelPairs = draft.pairs
    lines = [
        NextPair(
            first=names[a],
            second=names[b],
            n_judgments=round(float(scores[a, b] + scores[b, a])),
            n_open=draft.n_open[row],
            probability_by_mode={
                each: float(plans[each].probabilities[row]) for each in SelectionMode
            },
            joins_parts=bool(draft.part_of_model[a] != draft.part_of_model[b]),
        )
        for row, (a, b) in enumerate(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    ]
    return tuple(sorted(lines, key=lambda line: -line.probability_by_mode[mode]))


def _names(endpoint_ids: tuple[int, ...], *, session: Session) -> list[str]:
    endpoints = session.exec(select(Endpoint).where(col(Endpoint.id).in_(endpoint_ids))).all()
    names = name_models(endpoints, ())
    name_by_id = {one.id: names[one.slug, one.revision] for one in endpoints}
    return [name_by_id[endpoint_id] for endpoint_id in endpoint_ids]


def _prompts(project: Project, counts: Counts, *, session: Session) -> list[PromptUse]:
    """Return the prompts that are asked in this project, the least judged first."""
    n_by_cluster = np.bincount(counts.cluster, counts.n, minlength=len(counts.clusters))
    judged = dict(zip(counts.clusters, n_by_cluster.astype(int).tolist(), strict=True))
    rows = session.connection().execute(
        sa.select(t.prompt.c.id, t.prompt.c.key)
        .where(
            t.prompt.c.id.in_(
                sa.select(t.pair.c.prompt_id).where(
                    t.pair.c.project_id == project.id, t.pair.c.is_offered.is_(True)
                )
            )
        )
        .order_by(t.prompt.c.position)
    )
    prompts = [PromptUse(row.key, judged.get(str(row.id), 0)) for row in rows]
    return sorted(prompts, key=lambda prompt: prompt.n_judgments)
