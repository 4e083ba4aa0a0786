"""Make the pairs a project wants from the responses that have arrived."""

from dataclasses import dataclass
from typing import TypeAlias

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.canonical import sha256_hex
from evalhub.core.overlaps import places_wanted
from evalhub.core.pairing import (
    Candidate,
    EndpointKey,
    PairingRule,
    PairPlan,
    PlannedPair,
    plan_pairs,
)
from evalhub.db import tables as t
from evalhub.db.models import Endpoint, Project
from evalhub.services.locks import lock
from evalhub.services.pairing.matchups import set_matchups

RowIds: TypeAlias = dict[Candidate, tuple[int, int]]
"""A candidate's prompt and response rows."""


@dataclass(frozen=True, slots=True)
class PairingReport:
    """Count what pairing did: pairs added, and what was left out and why."""

    n_added: int = 0
    n_identical: int = 0
    n_not_answered: int = 0


def add_pairs(project: Project, *, session: Session) -> PairingReport:
    """Add the pairs that the project's rule wants and does not have yet.

    Doing it again adds nothing unless more responses have arrived. New pairs are handed out
    after the ones before them.
    """
    # Two runs at once would each plan the same pairs at the same positions; an import of
    # judgments, which adds pairs too, waits at the same place.
    lock(f"pairs:{project.id}", session=session)
    ids = _candidates(project, session=session)
    plan = plan_pairs(list(ids), _rule(project, session=session), _existing(project, ids, session))
    _store(project, plan, ids, session=session)
    set_matchups(project, session=session)
    return PairingReport(len(plan.pairs), len(plan.identical), len(plan.not_answered))


def _rule(project: Project, *, session: Session) -> PairingRule:
    baseline: EndpointKey | None = None
    if project.baseline_endpoint_id is not None:
        row = session.get_one(Endpoint, project.baseline_endpoint_id)
        baseline = (row.slug, row.revision)
    return PairingRule(
        strategy=project.strategy,
        seed=project.seed,
        pairs_per_prompt=project.pairs_per_prompt,
        baseline=baseline,
    )


def _candidates(project: Project, *, session: Session) -> RowIds:
    """Return every response of the project's endpoints to its prompts, with its row ids."""
    rows = session.connection().execute(
        sa.select(
            t.prompt.c.id.label("prompt_id"),
            t.prompt.c.key,
            t.response.c.id.label("response_id"),
            t.response.c.sample_index,
            t.response.c.status,
            t.response.c.text,
            t.endpoint.c.slug,
            t.endpoint.c.revision,
        )
        .join(t.response, t.response.c.prompt_id == t.prompt.c.id)
        .join(t.endpoint, t.endpoint.c.id == t.response.c.endpoint_id)
        .join(t.project_endpoint, t.project_endpoint.c.endpoint_id == t.endpoint.c.id)
        .where(
            t.project_endpoint.c.project_id == project.id,
            t.prompt.c.prompt_set_version_id == project.prompt_set_version_id,
        )
    )
    return {
        Candidate(
            prompt_key=row.key,
            endpoint=(row.slug, row.revision),
            sample_index=row.sample_index,
            status=row.status,
            # Space around a text is not shown, so it makes no difference to a reader.
            text_sha256=sha256_hex(row.text.strip()),
        ): (row.prompt_id, row.response_id)
        for row in rows
    }


def _existing(project: Project, ids: RowIds, session: Session) -> list[PlannedPair]:
    """Return the pairs already handed out; those made for imported judgments do not count."""
    by_response = {response_id: candidate for candidate, (_, response_id) in ids.items()}
    rows = session.connection().execute(
        sa.select(t.pair.c.response_x_id, t.pair.c.response_y_id).where(
            t.pair.c.project_id == project.id, t.pair.c.is_offered.is_(True)
        )
    )
    return [
        PlannedPair(*sorted((by_response[row.response_x_id], by_response[row.response_y_id])))
        for row in rows
    ]


def _store(project: Project, plan: PairPlan, ids: RowIds, *, session: Session) -> None:
    """Insert the planned pairs; a pair that imported judgments rest on becomes offered."""
    connection = session.connection()
    mine = t.pair.c.project_id == project.id
    known = {
        (row.response_x_id, row.response_y_id): row.id
        for row in connection.execute(
            sa.select(t.pair.c.id, t.pair.c.response_x_id, t.pair.c.response_y_id).where(mine)
        )
    }
    last = connection.execute(sa.select(sa.func.max(t.pair.c.position)).where(mine)).scalar()
    places = places_wanted((), project.overlap_rule, project.overlap)
    rows, offered = [], []
    for position, pair in enumerate(plan.pairs, start=0 if last is None else last + 1):
        prompt_id, _ = ids[pair.first]
        # Stored by row id, so that a pair stands once whichever side it was planned from.
        x, y = sorted((ids[pair.first][1], ids[pair.second][1]))
        if (x, y) in known:
            offered.append({"pair": known[x, y], "place": position, "wanted": places})
            continue
        rows.append(
            {
                "project_id": project.id,
                "prompt_id": prompt_id,
                "response_x_id": x,
                "response_y_id": y,
                "position": position,
                "overlap": places,
                "n_taken": 0,
                "is_offered": True,
            }
        )
    if rows:
        connection.execute(sa.insert(t.pair), rows)
    if offered:
        connection.execute(
            sa.update(t.pair)
            .where(t.pair.c.id == sa.bindparam("pair"))
            .values(
                is_offered=True,
                position=sa.bindparam("place"),
                overlap=sa.bindparam("wanted"),
            ),
            offered,
        )
