"""Ask pairs again that were judged under an earlier version of a project's rubric.

Judgments stay as they are, under the version that they were made under. What is asked again is one
more round: as many further judgments as the project wants of a pair, under the version of now, by
people who have not judged the pair. The number and the cost are told first.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import (
    AssignmentStatus,
    OverlapRule,
    ProjectStatus,
    Purpose,
    SelectionMode,
)
from evalhub.core.free_words import plain_words
from evalhub.core.judging.affected import Affected, ChangedParts, changed_parts
from evalhub.core.judging.answers import answer_from_json
from evalhub.core.judging.outcomes import sign_of
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
from evalhub.db.rounds import is_of_earlier_round
from evalhub.errors import BadInput, Conflict, Sentence, StaleForm
from evalhub.services.audit import record
from evalhub.services.paying.terms import current_terms
from evalhub.services.projects.finding import get_project_to_manage
from evalhub.services.selecting.planning import draft_plan, store_plan

_HELD = (AssignmentStatus.LEASED, AssignmentStatus.SUBMITTED)
_BATCH = 500
"""As many pairs as one statement names."""
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
    def told(self) -> str:
        """Return all that is told of it in one word: a form carries it back to be compared."""
        parts = (self.n_pairs, self.n_judgments, self.minor_units, self.price.currency)
        return "-".join(str(part) for part in (*parts, self.minutes))

    @property
    def minutes(self) -> int:
        """Return how long they take at the expected minutes."""
        return self.n_judgments * self.price.expected_minutes


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Hold a pair that was judged under another version, and the places it has and would have."""

    pair_id: int
    overlap: int
    wanted: int

    @property
    def n_more(self) -> int:
        """Return how many further judgments it would want."""
        return self.wanted - self.overlap


def plan_requeues(project: Project, *, session: Session) -> list[Requeue]:
    """Return what each choice of pairs would come to; empty where no version came before."""
    if project.status not in _RUNNING or not _rubric_since(project, session):
        return []
    candidates = _candidates(project, session)
    if not candidates:
        return []
    price = current_terms(project, session=session).price
    return [
        _requeue(which, _chosen(project, candidates, which, session), price) for which in Affected
    ]


def requeue(
    slug: str,
    which: Affected,
    *,
    told: str,
    reason: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> Requeue:
    """Ask the pairs of one choice again and return what that came to.

    ``told`` is what was told of the choice before. Raise ``StaleForm`` where it is another by now,
    in number or in cost, so that nobody spends what they have not read; ``BadInput`` without a
    reason; and ``Conflict`` where nothing was judged under an earlier version.
    """
    project = get_project_to_manage(slug, session=session, actor=actor)
    # Held without its key, as for a change of the overlap, which counts the same places.
    session.refresh(project, with_for_update={"key_share": True})
    if problems := check_reason(reason):
        raise BadInput(problems)
    chosen = _held(project, which, session)
    if not chosen:
        raise Conflict(Sentence("No pair of this kind was judged under an earlier version."))
    planned = _requeue(which, chosen, current_terms(project, session=session).price)
    if planned.told != told:
        raise StaleForm(
            Sentence("The number or the cost has changed since it was told to you. Look again.")
        )
    _ask_again(chosen, _rubric_since(project, session), session)
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


def _requeue(which: Affected, chosen: Sequence[_Candidate], price: Price) -> Requeue:
    return Requeue(which, len(chosen), sum(one.n_more for one in chosen), price)


def _held(project: Project, which: Affected, session: Session) -> list[_Candidate]:
    """Return the pairs of a choice, held to the end and counted as they stand then.

    Counted before they are held, a judgment in between could ask for more than was told.
    """
    if project.status not in _RUNNING or not _rubric_since(project, session):
        return []
    found = _chosen(project, _candidates(project, session), which, session)
    # In one order for all, or two who hold the same pairs could each wait for the other.
    ids = sorted(one.pair_id for one in found)
    connection = session.connection()
    for start in range(0, len(ids), _BATCH):
        connection.execute(
            sa.select(t.pair.c.id)
            .where(t.pair.c.id.in_(ids[start : start + _BATCH]))
            .order_by(t.pair.c.id)
            .with_for_update(key_share=True)
        )
    held = frozenset(ids)
    return [one for one in _candidates(project, session) if one.pair_id in held]


def _ask_again(chosen: Sequence[_Candidate], since: int, session: Session) -> None:
    session.connection().execute(
        _ASK, [{"pair": one.pair_id, "since": since, "wanted": one.wanted} for one in chosen]
    )


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


def _candidates(project: Project, session: Session) -> list[_Candidate]:
    """Return the pairs with a place held under another version than that of now.

    A place that is of an earlier round of its pair already is answered for by that round.
    """
    pair, held, terms = t.pair.c, t.assignment.c, t.project_terms.c
    is_other = terms.rubric_version_id != project.rubric_version_id
    is_counted = sa.and_(is_other, sa.not_(is_of_earlier_round(pair.asked_since)))
    query = (
        sa.select(
            pair.id,
            pair.overlap,
            pair.n_taken,
            sa.func.count(sa.case((is_other, 1))).label("n_before"),
        )
        .join(t.assignment, held.pair_id == pair.id)
        .join(
            t.project_terms,
            sa.and_(terms.project_id == held.project_id, terms.number == held.terms_number),
        )
        .where(
            pair.project_id == project.id,
            pair.is_offered.is_(True),
            held.status.in_(_HELD),
            held.purpose == Purpose.WORK,
        )
        .group_by(pair.id, pair.overlap, pair.n_taken)
        .having(sa.func.count(sa.case((is_counted, 1))) > 0)
    )
    signs = _signs(project, session)
    found = []
    for row in session.connection().execute(query):
        wanted = places_wanted(signs.get(row.id, ()), project.overlap_rule, project.overlap)
        found.append(_Candidate(row.id, row.overlap, max(row.n_before + wanted, row.n_taken)))
    return found


def _signs(project: Project, session: Session) -> Mapping[int, Sequence[int]]:
    """Return whom the judgments of each pair prefer that were made under the version of now."""
    found = defaultdict[int, list[int]](list)
    if project.overlap_rule is OverlapRule.FIXED:
        return found
    judgment, held = t.judgment.c, t.assignment.c
    query = (
        sa.select(judgment.pair_id, judgment.choice, judgment.is_swapped)
        .join(t.assignment, held.id == judgment.assignment_id)
        .where(
            judgment.project_id == project.id,
            judgment.rubric_version_id == project.rubric_version_id,
            held.status == AssignmentStatus.SUBMITTED,
            is_in_force(),
        )
    )
    for row in session.connection().execute(query):
        found[row.pair_id].append(sign_of(row.choice, is_swapped=row.is_swapped))
    return found


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
    touched = [key for key, one in parts.items() if one.criteria or one.flags]
    found = set[int]()
    for row in _judged_under(touched, project, session):
        # Reading an answer is what takes the time, and one that is touched is enough for its pair.
        if row.pair_id not in found and _rests_on(row, parts):
            found.add(row.pair_id)
    return frozenset(found)


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


def _judged_under(
    versions: Sequence[int], project: Project, session: Session
) -> "Iterator[sa.Row[*tuple[Any, ...]]]":
    judgment = t.judgment.c
    query = sa.select(judgment.pair_id, judgment.rubric_version_id, judgment.answer).where(
        judgment.project_id == project.id,
        judgment.assignment_id.is_not(None),
        judgment.rubric_version_id.in_(versions),
        is_in_force(),
    )
    yield from session.connection().execute(query)


_ASK = (
    sa.update(t.pair)
    .where(t.pair.c.id == sa.bindparam("pair"))
    .values(asked_since=sa.bindparam("since"), overlap=sa.bindparam("wanted"))
)
