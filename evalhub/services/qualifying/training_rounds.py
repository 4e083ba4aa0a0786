"""Let people take a training step by step: each answer meets its key, and each step is paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.people import Actor
from evalhub.core.qualifying.trainings import Outcome, counted_seconds, outcome_of, trained
from evalhub.db.models import Person, TrainingResult, TrainingRound, TrainingStep
from evalhub.db.models import Training as TrainingRow
from evalhub.errors import BadInput, Conflict, NotFound, Sentence, StaleForm
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.paying.booking import book
from evalhub.services.qualifying.trained import trainings_passed
from evalhub.services.qualifying.trainings import (
    StandingTraining,
    get_training,
    list_trainings,
    training_versions,
)


@dataclass(frozen=True, slots=True)
class StandingRound:
    """Hold a round as it stands: the version it goes through and what was done, by position."""

    id: int
    number: int
    standing: StandingTraining
    answers: Mapping[int, int]
    last_at: datetime
    outcome: Outcome | None

    @property
    def next_position(self) -> int | None:
        """Return the first step that is not done; None at the end."""
        n = self.standing.training.n_steps
        return next((one for one in range(n) if one not in self.answers), None)


@dataclass(frozen=True, slots=True)
class OwnTraining:
    """Hold a training as one person meets it: the version in force and their latest round."""

    standing: StandingTraining
    latest: StandingRound | None
    is_passed: bool

    @property
    def is_running(self) -> bool:
        """Tell whether a round is under way, maybe of an earlier version."""
        return self.latest is not None and self.latest.outcome is None

    @property
    def can_start(self) -> bool:
        """Tell whether the version in force can be started now."""
        if self.latest is None or self.latest.standing.id != self.standing.id:
            return not self.is_running
        return self.latest.outcome is not None and not self.latest.outcome.is_passed

    @property
    def would_be_paid(self) -> bool:
        """Tell whether the round that can be started is a paid one."""
        is_first = self.latest is None or self.latest.standing.id != self.standing.id
        return is_first and self.standing.training.price.minor_units > 0


def own_training(person_id: int, slug: str, *, session: Session) -> OwnTraining:
    """Return a training with the person's latest round of it; raise ``NotFound``."""
    standing = get_training(slug, session=session)
    latest = _latest(person_id, slug, session)
    return OwnTraining(standing, latest, slug in trainings_passed(person_id, session=session))


def own_trainings(person_id: int, *, session: Session) -> list[OwnTraining]:
    """Return every training in force with the person's latest round of it."""
    latest = _latest_of_all(person_id, session)
    passed = trainings_passed(person_id, session=session)
    return [
        OwnTraining(one, latest.get(one.training.slug), one.training.slug in passed)
        for one in list_trainings(session=session)
    ]


def start_round(
    person_id: int, slug: str, *, seen: int, session: Session, actor: Actor, now: datetime
) -> StandingRound:
    """Start a round of the training in force, at the pay that the person has seen.

    ``seen`` is the number of the version on the page. A form sent twice leads to the round that it
    started. Raise ``StaleForm`` where another version is in force by now, and ``Conflict`` while a
    round of an earlier one runs and for a version that is passed already.
    """
    lock(f"training of {person_id}", session=session)
    own = own_training(person_id, slug, session=session)
    if own.standing.number != seen:
        raise StaleForm(Sentence("The training was changed since you opened this page."))
    before = own.latest if own.latest and own.latest.standing.id == own.standing.id else None
    if before is not None and own.is_running:
        return before
    if not own.can_start:
        raise Conflict(Sentence("You have begun this training, or finished it."))
    row = TrainingRound(
        person_id=person_id,
        training_id=own.standing.id,
        number=before.number + 1 if before else 1,
        started_at=now,
    )
    session.add(row)
    session.flush()
    details = {"version": own.standing.number, "round": row.number}
    _record("training.start", person_id, slug, details, session=session, actor=actor, now=now)
    return _standings([row], session)[0]


def finish_step(
    person_id: int,
    slug: str,
    position: int,
    preference: int | None,
    *,
    seen: int,
    session: Session,
    actor: Actor,
    now: datetime,
) -> StandingRound:
    """Keep that a page was read or how a pair was judged, book the step, and return the round.

    ``seen`` is the id of the round whose page was open: a form of an earlier round would answer
    another pair, and the first answer stands. Raise ``StaleForm`` where a later one has begun.
    A step that is done already changes nothing and books nothing, so that a form sent twice is
    harmless and a first answer stands. Raise ``Conflict`` without a round and before the steps that
    lead to it, which teach what its pair asks, ``NotFound`` for a step that is none, and
    ``BadInput`` for a preference that is no point of the rubric's scale.
    """
    lock(f"training of {person_id}", session=session)
    found = _latest(person_id, slug, session)
    if found is None:
        raise Conflict(Sentence("You have not started this training."))
    if found.id != seen:
        raise StaleForm(Sentence("You have begun another round since you opened this page."))
    training = found.standing.training
    if not 0 <= position < training.n_steps:
        raise NotFound(Sentence("There is no such step."))
    if position in found.answers:
        return found
    if position != found.next_position:
        raise Conflict(Sentence("Do the steps before this one first."))
    points = {point.value for point in found.standing.rubric.overall.points}
    if training.page_at(position) is None and preference not in points:
        raise BadInput.at("preference", Sentence("choose one point of the scale"))
    session.add(
        TrainingStep(
            training_round_id=found.id, position=position, preference=preference or 0, done_at=now
        )
    )
    session.flush()
    elapsed = (now - found.last_at).total_seconds()
    entries = trained(
        found.id,
        training,
        position,
        seconds=counted_seconds(elapsed, training.cap_at(position)),
        is_first=found.number == 1,
    )
    book(entries, person_id=person_id, session=session, now=now)
    after = _standings([session.get_one(TrainingRound, found.id)], session)[0]
    if after.outcome is not None:
        _end(after, person_id, after.outcome, session=session, actor=actor, now=now)
    return after


def _end(
    found: StandingRound,
    person_id: int,
    outcome: Outcome,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    session.add(
        TrainingResult(
            training_round_id=found.id,
            n_right=outcome.n_right,
            n_items=outcome.n,
            is_passed=outcome.is_passed,
            finished_at=now,
        )
    )
    session.flush()
    details = {"n_right": outcome.n_right, "n": outcome.n, "round": found.number}
    slug = found.standing.training.slug
    _record("training.finish", person_id, slug, details, session=session, actor=actor, now=now)


def _latest(person_id: int, slug: str, session: Session) -> StandingRound | None:
    query = (
        select(TrainingRound)
        .join(TrainingRow, col(TrainingRow.id) == col(TrainingRound.training_id))
        .where(TrainingRound.person_id == person_id, TrainingRow.slug == slug)
        .order_by(col(TrainingRound.id).desc())
    )
    rows = session.exec(query.limit(1)).all()
    return next(iter(_standings(rows, session)), None)


def _latest_of_all(person_id: int, session: Session) -> dict[str, StandingRound]:
    """Return a person's latest round of each training, by its slug."""
    newest = (
        select(sa.func.max(TrainingRound.id))
        .join(TrainingRow, col(TrainingRow.id) == col(TrainingRound.training_id))
        .where(TrainingRound.person_id == person_id)
        .group_by(col(TrainingRow.slug))
    )
    rows = session.exec(select(TrainingRound).where(col(TrainingRound.id).in_(newest))).all()
    return {one.standing.training.slug: one for one in _standings(rows, session)}


def _standings(rows: Sequence[TrainingRound], session: Session) -> list[StandingRound]:
    """Return rounds as they stand, in two statements whatever their number."""
    versions = training_versions({row.training_id for row in rows}, session=session)
    steps: dict[int, list[TrainingStep]] = {row.id: [] for row in rows}
    for step in session.exec(
        select(TrainingStep)
        .where(col(TrainingStep.training_round_id).in_(steps))
        .order_by(col(TrainingStep.id))
    ):
        steps[step.training_round_id].append(step)
    return [_standing(row, versions[row.training_id], steps[row.id]) for row in rows]


def _standing(
    row: TrainingRound, standing: StandingTraining, done: Sequence[TrainingStep]
) -> StandingRound:
    answers = {step.position: step.preference for step in done}
    return StandingRound(
        id=row.id,
        number=row.number,
        standing=standing,
        answers=answers,
        last_at=done[-1].done_at if done else row.started_at,
        outcome=outcome_of(standing.training, answers),
    )


def _record(
    action: str,
    person_id: int,
    slug: str,
    details: Mapping[str, int],
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    person = session.get_one(Person, person_id)
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"person:{person.public_id}",
        details={"training": slug, **details},
        now=now,
    )
