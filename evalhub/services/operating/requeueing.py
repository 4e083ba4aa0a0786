"""Ask pairs again that were judged under an earlier version of a project's rubric.

Judgments stay as they are, under the version that they were made under. What is asked again is one
more round: as many further judgments as the project wants of a pair, under the version of now, by
people who have not judged the pair. The number and the cost are told first.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus, ProjectStatus, Purpose, SelectionMode
from evalhub.core.free_words import plain_words
from evalhub.core.judging.affected import Affected, ChangedParts, changed_parts
from evalhub.core.judging.answers import answer_from_json
from evalhub.core.overlaps import places_wanted
from evalhub.core.pay.tiers import Price
from evalhub.core.people import Actor
from evalhub.core.qualifying.credentials import check_reason
from evalhub.core.rubrics.loading import rubric_from_json
from evalhub.core.rubrics.notes import NoteState
from evalhub.core.rubrics.schema import Rubric
from evalhub.db import tables as t
from evalhub.db.in_force import is_in_force
from evalhub.db.models import Project
from evalhub.errors import BadInput, Conflict, Sentence, StaleForm
from evalhub.services.audit import record
from evalhub.services.judging.settling import settle_places
from evalhub.services.paying.terms import current_terms
from evalhub.services.projects.finding import get_project_to_manage
from evalhub.services.selecting.planning import draft_plan, store_plan

_HELD = (AssignmentStatus.LEASED, AssignmentStatus.SUBMITTED)
_RUNNING = (ProjectStatus.OPEN, ProjectStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class Requeue:
    """Hold what asking again would come to: pairs, further judgments, and what they cost."""

    which: Affected
    n_pairs: int
    n_judgments: int
    price: Price

    @property
    def minor_units(self) -> int:
        """Return the pay for all further judgments."""
        return self.n_judgments * self.price.minor_units

    @property
    def minutes(self) -> int:
        """Return how long they take at the expected minutes."""
        return self.n_judgments * self.price.expected_minutes


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Hold a pair that was judged under an earlier version: its places, and those from then."""

    pair_id: int
    overlap: int
    n_taken: int
    n_before: int


def plan_requeues(project: Project, *, session: Session) -> list[Requeue]:
    """Return what each choice of pairs would come to; empty where no version came before."""
    since = _rubric_since(project, session)
    if not since or project.status not in _RUNNING:
        return []
    candidates = _candidates(project, since, session)
    if not candidates:
        return []
    price = current_terms(project, session=session).price
    chosen = {which: _chosen(project, candidates, which, session) for which in Affected}
    return [
        Requeue(which, len(found), sum(_n_more(project, one) for one in found), price)
        for which, found in chosen.items()
    ]


def requeue(
    slug: str,
    which: Affected,
    *,
    n_told: int,
    reason: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> Requeue:
    """Ask the pairs of one choice again and return what that came to.

    ``n_told`` is the number of further judgments that was told before. Raise ``StaleForm`` where it
    is another by now, so that nobody spends what they have not read; ``BadInput`` without a
    reason; and ``Conflict`` where nothing was judged under an earlier version.
    """
    project = get_project_to_manage(slug, session=session, actor=actor)
    # Held without its key, as for a change of the overlap, which counts the same places.
    session.refresh(project, with_for_update={"key_share": True})
    if problems := check_reason(reason):
        raise BadInput(problems)
    planned = next(
        (one for one in plan_requeues(project, session=session) if one.which is which), None
    )
    if planned is None or not planned.n_pairs:
        raise Conflict(Sentence("No pair of this kind was judged under an earlier version."))
    if planned.n_judgments != n_told:
        raise StaleForm(Sentence("The number has changed since it was told to you. Look again."))
    _ask_again(project, which, session)
    if project.status is ProjectStatus.OPEN and project.selection_mode is not SelectionMode.UNIFORM:
        # The plan left out models whose pairs were full; some have places again.
        store_plan(draft_plan(project.id, session=session), session=session, now=now)
    record(
        "project.requeue",
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={
            "which": which.value,
            "pairs": planned.n_pairs,
            "judgments": planned.n_judgments,
            "cost": planned.minor_units,
            "currency": planned.price.currency,
            "reason": plain_words(reason),
        },
        now=now,
    )
    return planned


def _ask_again(project: Project, which: Affected, session: Session) -> None:
    since = _rubric_since(project, session)
    chosen = _chosen(project, _candidates(project, since, session), which, session)
    connection = session.connection()
    # In one order for all, or two who settle the same pairs could each wait for the other.
    for one in sorted(chosen, key=lambda one: one.pair_id):
        connection.execute(_MARK, {"pair": one.pair_id, "since": since})
        settle_places(
            one.pair_id, rule=project.overlap_rule, overlap=project.overlap, session=session
        )


def _n_more(project: Project, one: _Candidate) -> int:
    """Return how many further judgments a pair would want."""
    # Those under the version of now are few where there are any: asked for before the change.
    signs = [0] * (one.n_taken - one.n_before)
    wanted = one.n_before + places_wanted(signs, project.overlap_rule, project.overlap)
    return max(wanted, one.n_taken) - one.overlap


def _rubric_since(project: Project, session: Session) -> int:
    """Return the number of the terms from which the rubric of now holds; 0 if from the start."""
    terms = t.project_terms.c
    query = (
        sa.select(terms.number, terms.rubric_version_id)
        .where(terms.project_id == project.id)
        .order_by(terms.number.desc())
    )
    since = 0
    for row in session.connection().execute(query):
        if row.rubric_version_id != project.rubric_version_id:
            return since
        since = row.number
    return 0


def _candidates(project: Project, since: int, session: Session) -> list[_Candidate]:
    """Return the pairs with a place held on terms of before, unless they are asked again by now."""
    pair, held = t.pair.c, t.assignment.c
    query = (
        sa.select(pair.id, pair.overlap, pair.n_taken, sa.func.count().label("n_before"))
        .join(t.assignment, held.pair_id == pair.id)
        .where(
            pair.project_id == project.id,
            pair.is_offered.is_(True),
            sa.or_(pair.asked_since.is_(None), pair.asked_since < since),
            held.terms_number < since,
            held.status.in_(_HELD),
            held.purpose == Purpose.WORK,
        )
        .group_by(pair.id, pair.overlap, pair.n_taken)
    )
    return [_Candidate(*row) for row in session.connection().execute(query)]


def _chosen(
    project: Project, candidates: Sequence[_Candidate], which: Affected, session: Session
) -> list[_Candidate]:
    if which is Affected.ALL:
        return list(candidates)
    named = (_reported if which is Affected.REPORTED else _changed)(project, session)
    return [one for one in candidates if one.pair_id in named]


def _reported(project: Project, session: Session) -> frozenset[int]:
    """Return the pairs that a note points at which was not declined."""
    linked, step = t.rubric_note_pair.c, t.rubric_note_step.c
    declined = sa.exists().where(
        step.rubric_note_id == linked.rubric_note_id, step.state == NoteState.DECLINED
    )
    query = (
        sa.select(linked.pair_id)
        .join(t.pair, t.pair.c.id == linked.pair_id)
        .where(t.pair.c.project_id == project.id, sa.not_(declined))
    )
    return frozenset(session.connection().execute(query).scalars())


def _changed(project: Project, session: Session) -> frozenset[int]:
    """Return the pairs with a judgment that rests on what reads otherwise now."""
    rubrics = _rubrics(project, session)
    present = rubrics[project.rubric_version_id]
    parts = {key: changed_parts(rubric, present) for key, rubric in rubrics.items()}
    return frozenset(row.pair_id for row in _earlier(project, session) if _rests_on(row, parts))


def _rests_on(row: "sa.Row[*tuple[Any, ...]]", parts: Mapping[int, ChangedParts]) -> bool:
    return parts[row.rubric_version_id].touch(answer_from_json(json.loads(row.answer)))


def _rubrics(project: Project, session: Session) -> dict[int, Rubric]:
    """Return every version that a judgment of the project was made under, and the one of now."""
    version, judgment = t.rubric_version.c, t.judgment.c
    used = sa.select(judgment.rubric_version_id).where(judgment.project_id == project.id)
    query = sa.select(version.id, version.document).where(
        sa.or_(version.id == project.rubric_version_id, version.id.in_(used))
    )
    return {
        row.id: rubric_from_json(json.loads(row.document), where=f"rubric {row.id}")
        for row in session.connection().execute(query)
    }


def _earlier(project: Project, session: Session) -> "Iterator[sa.Row[*tuple[Any, ...]]]":
    judgment = t.judgment.c
    query = sa.select(judgment.pair_id, judgment.rubric_version_id, judgment.answer).where(
        judgment.project_id == project.id,
        judgment.assignment_id.is_not(None),
        judgment.rubric_version_id != project.rubric_version_id,
        is_in_force(),
    )
    yield from session.connection().execute(query)


_MARK = (
    sa.update(t.pair)
    .where(t.pair.c.id == sa.bindparam("pair"))
    .values(asked_since=sa.bindparam("since"))
)
