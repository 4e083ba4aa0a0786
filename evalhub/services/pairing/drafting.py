"""Draw the pairs that a project wants, without writing any."""

from dataclasses import dataclass
from typing import TypeAlias

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.canonical import sha256_hex
from evalhub.core.pairing import Candidate, EndpointKey, PairingRule, PlannedPair, plan_pairs
from evalhub.db import tables as t
from evalhub.db.models import Endpoint, Project
from evalhub.services.pairing.responses import project_responses


@dataclass(frozen=True, slots=True)
class _Rows:
    """Hold the rows behind a candidate."""

    prompt_id: int
    response_id: int
    endpoint_id: int


RowsByCandidate: TypeAlias = dict[Candidate, _Rows]


@dataclass(frozen=True, slots=True)
class DraftPair:
    """Name the rows of one pair to hand out; ``response_x_id`` is the lower of the two.

    ``endpoints`` are the two that meet in it, the lower id first. ``known_id`` is the pair
    that is there already because imported judgments rest on it.
    """

    prompt_id: int
    response_x_id: int
    response_y_id: int
    endpoints: tuple[int, int]
    known_id: int | None


@dataclass(frozen=True, slots=True)
class DraftPairs:
    """Hold the pairs to add, in the order they are handed out, and what was left out.

    They follow from the project's responses and from the pairs that were there, of which
    ``last_position`` is the last; None stands for no pair at all.
    """

    project_id: int
    pairs: tuple[DraftPair, ...]
    n_identical: int
    n_not_answered: int
    last_position: int | None


def draft_pairs(project: Project, *, session: Session) -> DraftPairs:
    """Draw the pairs that the project's rule wants and does not have yet."""
    # Read first: a pair that comes in between then makes the draft old, and is never missed.
    last = last_position(project.id, session=session)
    rows = _candidates(project, session=session)
    rule = _rule(project, session=session)
    plan = plan_pairs(list(rows), rule, _existing(project, rows, session))
    known = _known(project, session)
    return DraftPairs(
        project_id=project.id,
        pairs=tuple(_drafted(pair, rows, known) for pair in plan.pairs),
        n_identical=len(plan.identical),
        n_not_answered=len(plan.not_answered),
        last_position=last,
    )


def last_position(project_id: int, *, session: Session) -> int | None:
    """Return the position of the project's last pair, which every change of its pairs moves.

    A pair that is added stands behind all others, and so does an imported one once it is
    handed out; none is ever taken away. So the same position means the same pairs.
    """
    last = sa.select(sa.func.max(t.pair.c.position)).where(t.pair.c.project_id == project_id)
    position: int | None = session.connection().execute(last).scalar()
    return position


def _drafted(
    pair: PlannedPair, rows: RowsByCandidate, known: dict[tuple[int, int], int]
) -> DraftPair:
    first, second = rows[pair.first], rows[pair.second]
    # Stored by row id, so that a pair stands once whichever side it was planned from.
    x, y = sorted((first.response_id, second.response_id))
    low, high = sorted((first.endpoint_id, second.endpoint_id))
    return DraftPair(first.prompt_id, x, y, (low, high), known.get((x, y)))


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
        samples_per_endpoint=project.samples_per_endpoint,
    )


def _candidates(project: Project, *, session: Session) -> RowsByCandidate:
    """Return every response of the project's endpoints to its prompts, with its rows."""
    rows = session.connection().execute(
        project_responses(
            project,
            t.prompt.c.id.label("prompt_id"),
            t.prompt.c.key,
            t.response.c.id.label("response_id"),
            t.response.c.sample_index,
            t.response.c.status,
            t.response.c.text,
            t.endpoint.c.id.label("endpoint_id"),
            t.endpoint.c.slug,
            t.endpoint.c.revision,
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
        ): _Rows(row.prompt_id, row.response_id, row.endpoint_id)
        for row in rows
    }


def _existing(project: Project, rows: RowsByCandidate, session: Session) -> list[PlannedPair]:
    """Return the pairs already handed out; those made for imported judgments do not count.

    What was taken off the queue to check quality counts: otherwise each opening would offer it
    again.
    """
    by_response = {found.response_id: candidate for candidate, found in rows.items()}
    pairs = session.connection().execute(
        sa.select(t.pair.c.response_x_id, t.pair.c.response_y_id).where(
            t.pair.c.project_id == project.id,
            sa.or_(
                t.pair.c.is_offered.is_(True),
                t.pair.c.id.in_(sa.select(t.control_item.c.pair_id)),
            ),
        )
    )
    return [
        PlannedPair(*sorted((by_response[row.response_x_id], by_response[row.response_y_id])))
        for row in pairs
    ]


def _known(project: Project, session: Session) -> dict[tuple[int, int], int]:
    pairs = session.connection().execute(
        sa.select(t.pair.c.id, t.pair.c.response_x_id, t.pair.c.response_y_id).where(
            t.pair.c.project_id == project.id
        )
    )
    return {(row.response_x_id, row.response_y_id): row.id for row in pairs}
