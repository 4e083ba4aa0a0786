"""Read how a project checks quality: its controls, how each was answered, and what it shows."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AnnotatorKind, Purpose
from evalhub.core.judging.known import KeyAnswer, answer_of, key_from_text
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.quality import QualityShares
from evalhub.core.scoring.annotators.controls import count_controls
from evalhub.core.scoring.annotators.drift import PeriodAgreement, drift_of
from evalhub.core.scoring.annotators.figures import NO_CONTROL_JUDGED
from evalhub.core.scoring.annotators.repeats import RepeatFigures, repeat_figures
from evalhub.core.scoring.intervals.shares import Share, share_of
from evalhub.db import tables as t
from evalhub.db.in_force import is_newest
from evalhub.db.models import Project
from evalhub.services.assigning.shares import shares_in
from evalhub.services.judging.current import judgments_compared
from evalhub.services.judging.joined import join_sides


@dataclass(frozen=True, slots=True)
class ControlView:
    """Hold one control with its key in force and the share of right answers to it.

    ``x`` and ``y`` name the endpoints of its pair, in the order that ``accepted`` speaks of.
    """

    pair_id: int
    prompt_key: str
    x: str
    y: str
    number: int
    accepted: frozenset[KeyAnswer]
    reason: str
    is_given: bool
    right: Share


@dataclass(frozen=True, slots=True)
class QualityView:
    """Hold what a project's checks show: nothing in it names a person.

    ``n_anchors`` are the pairs judged again over time, ``n_by_purpose`` the judgments in force of
    each purpose, ``accuracy`` the share of right answers to controls.
    """

    shares: QualityShares
    controls: tuple[ControlView, ...]
    n_anchors: int
    n_by_purpose: Counter[Purpose]
    accuracy: Share
    repeats: RepeatFigures
    periods: tuple[PeriodAgreement, ...]


def quality_of(project: Project, *, session: Session) -> QualityView:
    """Return how a project checks quality and what that shows, computed from its judgments."""
    records = judgments_compared(project.id, session=session)
    controls = count_controls(_of(records, Purpose.CONTROL), {})
    return QualityView(
        shares=shares_in(project),
        controls=tuple(list_controls(project.id, session=session)),
        n_anchors=_n_anchors(project.id, session),
        n_by_purpose=_n_by_purpose(project.id, session),
        accuracy=share_of(controls.n_right, controls.n, reason=NO_CONTROL_JUDGED),
        repeats=repeat_figures(records),
        periods=drift_of(_of(records, Purpose.ANCHOR), since=project.created_at),
    )


def list_controls(project_id: int, *, session: Session) -> list[ControlView]:
    """Return a project's controls with their keys, those that are given out before the others."""
    answers = _answers(project_id, session)
    found = []
    for row in session.connection().execute(_CONTROLS, {"project": project_id}):
        accepted = key_from_text(row.accepted)
        # No answer to a withdrawn control is right or wrong.
        given = answers[row.pair_id] if accepted else Counter[KeyAnswer]()
        n_right = sum(n for answer, n in given.items() if answer in accepted)
        found.append(
            ControlView(
                pair_id=row.pair_id,
                prompt_key=row.prompt_key,
                x=f"{row.x_slug}@{row.x_revision}",
                y=f"{row.y_slug}@{row.y_revision}",
                number=row.number,
                accepted=accepted,
                reason=row.reason,
                is_given=row.is_given,
                right=share_of(n_right, given.total(), reason=NO_CONTROL_JUDGED),
            )
        )
    return sorted(found, key=lambda one: (not one.is_given, one.prompt_key, one.pair_id))


def _of(records: Sequence[JudgmentRecord], purpose: Purpose) -> list[JudgmentRecord]:
    return [record for record in records if record.purpose is purpose]


def _answers(project_id: int, session: Session) -> defaultdict[int, Counter[KeyAnswer]]:
    """Count the answers to each control in the order of its row; cannot-judge is none."""
    judgment = t.judgment.c
    query = sa.select(judgment.pair_id, judgment.choice, judgment.is_swapped).where(
        judgment.project_id == project_id, judgment.purpose == Purpose.CONTROL, is_newest()
    )
    found: defaultdict[int, Counter[KeyAnswer]] = defaultdict(Counter)
    for row in session.connection().execute(query):
        answer = answer_of(row.choice, is_swapped=row.is_swapped)
        if answer is not None:
            found[row.pair_id][answer] += 1
    return found


def _n_by_purpose(project_id: int, session: Session) -> Counter[Purpose]:
    judgment = t.judgment.c
    query = (
        sa.select(judgment.purpose, sa.func.count().label("n"))
        .where(
            judgment.project_id == project_id,
            judgment.annotator_kind == AnnotatorKind.HUMAN,
            is_newest(),
        )
        .group_by(judgment.purpose)
    )
    rows = session.connection().execute(query)
    return Counter({row.purpose: row.n for row in rows})


def _n_anchors(project_id: int, session: Session) -> int:
    item = t.control_item.c
    query = sa.select(sa.func.count()).where(
        item.project_id == project_id, item.purpose == Purpose.ANCHOR
    )
    return session.connection().execute(query).scalar_one()


def _controls() -> "sa.Select[*tuple[Any, ...]]":
    item, key, later = t.control_item, t.control_key, t.control_key.alias("later")
    source, sides = join_sides(
        item.join(t.pair, t.pair.c.id == item.c.pair_id)
        .join(t.prompt, t.prompt.c.id == t.pair.c.prompt_id)
        .join(key, key.c.pair_id == item.c.pair_id)
    )
    is_mended = sa.exists().where(later.c.pair_id == key.c.pair_id, later.c.number > key.c.number)
    return (
        sa.select(
            item.c.pair_id,
            t.prompt.c.key.label("prompt_key"),
            *(
                endpoint.c[name].label(f"{side}_{name}")
                for side, (_, endpoint) in sides.items()
                for name in ("slug", "revision")
            ),
            key.c.number,
            key.c.accepted,
            key.c.reason,
            item.c.is_given,
        )
        .select_from(source)
        .where(item.c.project_id == sa.bindparam("project"), ~is_mended)
    )


_CONTROLS = _controls()
