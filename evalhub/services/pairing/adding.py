"""Make the pairs a project wants from the responses that have arrived."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.overlaps import places_wanted
from evalhub.db import tables as t
from evalhub.db.models import Project
from evalhub.services.locks import lock
from evalhub.services.pairing.drafting import DraftPairs, draft_pairs, last_position
from evalhub.services.pairing.matchups import matchup_ids, set_matchups


@dataclass(frozen=True, slots=True)
class PairingReport:
    """Count what pairing did: pairs added, and what was left out and why."""

    n_added: int = 0
    n_identical: int = 0
    n_not_answered: int = 0


def add_pairs(
    project: Project, *, session: Session, draft: DraftPairs | None = None
) -> PairingReport:
    """Add the pairs that the project's rule wants and does not have yet.

    Doing it again adds nothing unless more responses have arrived. New pairs are handed out
    after the ones before them. ``draft`` is what ``draft_pairs`` drew in a transaction before
    this one, so that nobody waits for the drawing. An answer never changes once it is there, so
    only other pairs can make a draft wrong: it is then drawn again, here.
    """
    # Two runs at once would each plan the same pairs at the same positions; an import of
    # judgments, which adds pairs too, waits at the same place.
    lock(f"pairs:{project.id}", session=session)
    last = last_position(project.id, session=session)
    if draft is None or draft.last_position != last:
        draft = draft_pairs(project, session=session)
    _store(project, draft, session=session)
    return PairingReport(len(draft.pairs), draft.n_identical, draft.n_not_answered)


def _store(project: Project, draft: DraftPairs, *, session: Session) -> None:
    """Insert the drafted pairs; a pair that imported judgments rest on becomes offered."""
    start = 0 if draft.last_position is None else draft.last_position + 1
    places = places_wanted((), project.overlap_rule, project.overlap)
    met = {pair.endpoints for pair in draft.pairs}
    matchups = matchup_ids(project.id, met, session=session)
    route_by_prompt = routes_of(project, session=session)
    rows, offered = [], []
    for position, pair in enumerate(draft.pairs, start=start):
        if pair.known_id is not None:
            offered.append({"pair": pair.known_id, "place": position, "wanted": places})
            continue
        rows.append(
            {
                "project_id": project.id,
                "prompt_id": pair.prompt_id,
                "response_x_id": pair.response_x_id,
                "response_y_id": pair.response_y_id,
                "matchup_id": matchups[pair.endpoints],
                "position": position,
                "overlap": places,
                "n_taken": 0,
                "is_offered": True,
                "route": route_by_prompt[pair.prompt_id],
            }
        )
    if rows:
        session.connection().execute(sa.insert(t.pair), rows)
    if offered:
        session.connection().execute(_OFFER, offered)
        set_matchups(project, session=session)


def routes_of(project: Project, *, session: Session) -> dict[int, str]:
    """Return the route of each of a project's prompts by its row, which pairs keep a copy of."""
    query = sa.select(t.prompt.c.id, t.prompt.c.route).where(
        t.prompt.c.prompt_set_version_id == project.prompt_set_version_id
    )
    return {row.id: row.route for row in session.connection().execute(query)}


_OFFER = (
    sa.update(t.pair)
    .where(t.pair.c.id == sa.bindparam("pair"))
    .values(is_offered=True, position=sa.bindparam("place"), overlap=sa.bindparam("wanted"))
)
