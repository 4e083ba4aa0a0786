"""Publish trainings, and find the version of each that is in force."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from evalhub.core.canonical import canonical_json
from evalhub.core.pay.tiers import Floors, PayTier, check_floor
from evalhub.core.people import Actor
from evalhub.core.qualifying.trainings import (
    Training,
    read_training,
    training_from_json,
    training_to_json,
)
from evalhub.core.reading.json_text import parse_json
from evalhub.core.rubrics.loading import rubric_from_json
from evalhub.core.rubrics.schema import Rubric
from evalhub.db.models import RubricVersion
from evalhub.db.models import Training as TrainingRow
from evalhub.errors import BadInput, Forbidden, NotFound, Sentence, StaleForm
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.paying.rubric_tiers import least_tier_of
from evalhub.services.qualifying.assessing import rubric_row
from evalhub.services.qualifying.deciding import QUALIFIERS


@dataclass(frozen=True, slots=True)
class StandingTraining:
    """Hold one version of a training as it is stored, and the rubric its pairs are judged under."""

    id: int
    number: int
    training: Training
    rubric: Rubric


def publish_training(
    text: str,
    *,
    where: str,
    floors: Floors,
    over: int | None = None,
    session: Session,
    actor: Actor,
    now: datetime,
) -> StandingTraining:
    """Store the training in ``text`` as the next version of its slug and return it.

    It is work under its rubric, so what it pays is held to the floor of that rubric's tier; a
    training that pays nothing says so to whoever looks at it. The version in force published once
    more stays as it is: another number would offer its pay again to everybody. ``over`` is the
    number of the version that the author had before them, 0 for a new one and None for a file.
    Raise ``BadInput`` with
    every broken rule, for an unknown rubric version, for pay under the floor and for another domain
    than that of the version before, ``Forbidden``, and ``StaleForm`` where another version came
    between or the name of a new one is taken.
    """
    if not actor.has(*QUALIFIERS):
        raise Forbidden(Sentence("Trainings are published by coordinators and admins."))
    training = read_training(parse_json(text, where=where), where=where)
    rubric = rubric_row(training.rubric, where=where, session=session)
    tier = least_tier_of(rubric) if training.price.minor_units else PayTier.VOLUNTEER
    check_floor(tier, training.price, floors)
    lock(f"training {training.slug}", session=session)
    newest = _newest(training.slug, session)
    document = canonical_json(training_to_json(training))
    if newest is not None and newest.document == document:
        return _standing(newest, session)
    _check_follows(newest, training, over)
    row = TrainingRow(
        slug=training.slug,
        number=newest.number + 1 if newest else 1,
        rubric_version_id=rubric.id,
        document=document,
        published_at=now,
        published_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    audit.record(
        "training.publish",
        session=session,
        actor=actor,
        subject=f"training:{row.slug}",
        details={"number": row.number, "n_steps": training.n_steps},
        now=now,
    )
    return _standing(row, session)


def _check_follows(newest: TrainingRow | None, training: Training, over: int | None) -> None:
    number = newest.number if newest else 0
    if over is not None and over != number:
        raise StaleForm(
            Sentence(
                "There is a version %(number)s of the training %(slug)s by now. Look at it first, "
                "or give yours another short name.",
                number=number,
                slug=training.slug,
            )
            if number
            else Sentence("There is no training %(slug)s yet.", slug=training.slug)
        )
    # Whoever passed one version has passed the training: another domain's would let them in there.
    before = training_from_json(json.loads(newest.document)).domain if newest else training.domain
    if before != training.domain:
        raise BadInput.at(
            "domain",
            Sentence(
                "the training %(slug)s is one of %(domain)s; give yours another short name",
                slug=training.slug,
                domain=before,
            ),
        )


def get_training(slug: str, *, session: Session) -> StandingTraining:
    """Return the version of a training in force; raise ``NotFound``."""
    row = _newest(slug, session)
    if row is None:
        raise NotFound(Sentence("There is no such training."))
    return _standing(row, session)


def training_versions(ids: Collection[int], *, session: Session) -> dict[int, StandingTraining]:
    """Return versions by their rows, in one statement."""
    rows = session.exec(
        select(TrainingRow, RubricVersion)
        .join(RubricVersion, col(RubricVersion.id) == col(TrainingRow.rubric_version_id))
        .where(col(TrainingRow.id).in_(ids))
    )
    return {row.id: _made(row, rubric) for row, rubric in rows}


def list_trainings(*, session: Session) -> list[StandingTraining]:
    """Return the trainings in force, by domain and title."""
    later = aliased(TrainingRow)
    newest = select(sa.func.max(later.number)).where(later.slug == TrainingRow.slug)
    rows = session.exec(
        select(TrainingRow, RubricVersion)
        .join(RubricVersion, col(RubricVersion.id) == col(TrainingRow.rubric_version_id))
        .where(TrainingRow.number == newest.correlate(TrainingRow).scalar_subquery())
    )
    found = [_made(row, rubric) for row, rubric in rows]
    return sorted(found, key=lambda one: (one.training.domain, one.training.title, one.id))


def _newest(slug: str, session: Session) -> TrainingRow | None:
    query = select(TrainingRow).where(TrainingRow.slug == slug)
    return session.exec(query.order_by(col(TrainingRow.number).desc()).limit(1)).first()


def _standing(row: TrainingRow, session: Session) -> StandingTraining:
    return _made(row, session.get_one(RubricVersion, row.rubric_version_id))


def _made(row: TrainingRow, rubric: RubricVersion) -> StandingTraining:
    return StandingTraining(
        row.id,
        row.number,
        training_from_json(json.loads(row.document)),
        rubric_from_json(json.loads(rubric.document)),
    )
