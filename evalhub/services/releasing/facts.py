"""Gather what a dossier tells beside the rows: models, terms and quality control."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus, Purpose
from evalhub.core.releasing.dossier.facts import (
    CampaignFacts,
    ModelFacts,
    StateFacts,
    Tally,
)
from evalhub.core.releasing.dossier.settling import reason_words, verdict_words
from evalhub.core.releasing.weeks import iso_week
from evalhub.core.scoring.annotators.repeats import RepeatedAnswer, repeated_answers
from evalhub.db import tables as t
from evalhub.services.judging.current import judgments_compared
from evalhub.services.releasing.gathering import Source
from evalhub.services.releasing.paid import ledger_of, offers_of


def gather_facts(source: Source, *, session: Session) -> StateFacts:
    """Return what is known of the state ``source`` beside its rows."""
    return StateFacts(
        models=_models(source, session=session), campaign=_campaign(source, session=session)
    )


def _models(source: Source, *, session: Session) -> tuple[ModelFacts, ...]:
    found = _responses(source, session=session)
    models = []
    for (slug, revision), row in sorted(source.endpoints.items()):
        n, first, last, reported = found[row.id]
        models.append(
            ModelFacts(
                slug=slug,
                revision=revision,
                model=row.model,
                dialect=row.dialect,
                parameters=row.parameters,
                output_terms=row.output_terms,
                is_simulated=row.is_simulated,
                n_responses=n,
                first_week=iso_week(first),
                last_week=iso_week(last),
                reported=reported,
            )
        )
    return tuple(models)


def _responses(
    source: Source, *, session: Session
) -> Mapping[int, tuple[int, datetime, datetime, tuple[str, ...]]]:
    """Return of each endpoint how many responses there are, when, and what they name themselves."""
    own = (
        t.prompt.c.prompt_set_version_id == source.version.id,
        t.response.c.endpoint_id.in_([row.id for row in source.endpoints.values()]),
    )
    joined = t.response.join(t.prompt, t.prompt.c.id == t.response.c.prompt_id)
    counts = sa.select(
        t.response.c.endpoint_id,
        sa.func.count(),
        sa.func.min(t.response.c.created_at),
        sa.func.max(t.response.c.created_at),
    )
    names = sa.select(t.response.c.endpoint_id, t.response.c.model_reported).distinct()
    connection = session.connection()
    reported: dict[int, set[str]] = {}
    for endpoint, name in connection.execute(names.select_from(joined).where(*own)):
        if name:
            reported.setdefault(endpoint, set()).add(name)
    rows = connection.execute(
        counts.select_from(joined).where(*own).group_by(t.response.c.endpoint_id)
    )
    return {
        # Sorted here: the two databases do not collate text alike.
        endpoint: (n, first, last, tuple(sorted(reported.get(endpoint, ()))))
        for endpoint, n, first, last in rows
    }


def _campaign(source: Source, *, session: Session) -> CampaignFacts:
    project = source.project
    ended, returned = _assignments(source, session=session)
    again = _repeats(source, session=session)
    return CampaignFacts(
        strategy=project.strategy.value,
        overlap=project.overlap,
        overlap_rule=project.overlap_rule.value,
        selection_mode=project.selection_mode.value,
        lease_minutes=project.lease_minutes,
        offers=offers_of(source, session=session),
        ledger=ledger_of(source, session=session),
        n_submitted=ended[AssignmentStatus.SUBMITTED],
        n_expired=ended[AssignmentStatus.EXPIRED],
        returned=returned,
        n_control_right=source.controls.n_right,
        n_control_answers=source.controls.n,
        n_control_pairs=source.n_control_pairs,
        verdicts=Tally.of(Counter(verdict_words(one.verdict) for one in source.settled.values())),
        reasons=Tally.of(Counter(reason_words(one.reason) for one in source.settled.values())),
        n_again=len(again),
        n_same_again=sum(one.is_same for one in again),
    )


def _repeats(source: Source, *, session: Session) -> list[RepeatedAnswer]:
    """Return the pairs that came again, sides swapped, to people of the release.

    Only theirs, since whoever withdrew tells nothing any more, and up to the newest judgment, as
    with all that is told beside the rows.
    """
    newest = source.newest_at
    return repeated_answers(
        record
        for record in judgments_compared(source.project.id, session=session)
        if record.person_public_id in source.annotators and newest and record.created_at <= newest
    )


def _assignments(source: Source, *, session: Session) -> tuple[Counter[AssignmentStatus], Tally]:
    """Count the comparisons of work that ended up to the newest judgment.

    Later ones would make another release of the same judgments whenever a lease runs out.
    """
    query = (
        sa.select(t.assignment.c.status, t.assignment.c.release_reason, sa.func.count())
        .where(
            t.assignment.c.project_id == source.project.id,
            t.assignment.c.purpose == Purpose.WORK,
            t.assignment.c.ended_at <= source.newest_at,
        )
        .group_by(t.assignment.c.status, t.assignment.c.release_reason)
    )
    ended: Counter[AssignmentStatus] = Counter()
    returned: dict[str, int] = {}
    for status, reason, n in session.connection().execute(query):
        ended[status] += n
        if status is AssignmentStatus.RELEASED:
            returned[reason or "no reason"] = n
    return ended, Tally.of(returned)
