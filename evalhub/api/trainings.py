"""List trainings, read one as its file, and publish the next version of one."""

from typing import Any

from flask import Response, jsonify, request
from flask_openapi3 import Tag
from pydantic import Field

from evalhub.api.context import api_actor, current_session, current_settings, now
from evalhub.api.describing import ApiPart, Body
from evalhub.api.root import PREFIX, RESPONSES, SECURITY
from evalhub.core.people import Scope
from evalhub.core.qualifying.trainings import TRAINING_SCHEMA, training_to_json
from evalhub.core.reading.text import decode_text
from evalhub.rim.pay import floors_of
from evalhub.services.qualifying.trainings import (
    StandingTraining,
    get_training,
    list_trainings,
    publish_training,
)

TAG = Tag(name="trainings", description="Pages and pairs that teach experts a field.")
bp = ApiPart(
    "api_trainings",
    __name__,
    url_prefix=f"{PREFIX}/trainings",
    abp_tags=[TAG],
    abp_security=SECURITY,
    abp_responses={**RESPONSES},
)
FILE: dict[str, Any] = {
    "description": f"The file of a training, of the schema `{TRAINING_SCHEMA}`, with its keys.",
    "content": {"application/json": {"schema": {"type": "object"}}},
}


class TrainingPath(Body):
    """Names a training."""

    slug: str = Field(max_length=80)


class TrainingBody(Body):
    """Tells a training in force: what it takes, pays and consists of."""

    slug: str
    version: int
    domain: str
    title: str
    rubric: str
    minutes: int
    pay_minor_units: int
    pay_currency: str
    n_pages: int
    n_pairs: int
    n_right_needed: int


class TrainingsBody(Body):
    """Lists the trainings in force, by domain and title."""

    trainings: list[TrainingBody]


@bp.get("", responses={"200": TrainingsBody}, summary="List trainings")
def show_all() -> Response:
    """List the trainings in force."""
    api_actor(Scope.QUALIFICATIONS_WRITE)
    found = list_trainings(session=current_session())
    return jsonify(TrainingsBody(trainings=[_body(one) for one in found]).model_dump())


@bp.get("/<slug>", responses={"200": FILE}, summary="Read a training")
def show(path: TrainingPath) -> Response:
    """Give the version in force as the file that publishes it."""
    api_actor(Scope.QUALIFICATIONS_WRITE)
    found = get_training(path.slug, session=current_session())
    return jsonify(training_to_json(found.training))


@bp.post(
    "",
    responses={"200": TrainingBody},
    summary="Publish a training",
    description=f"The body is a file of the schema `{TRAINING_SCHEMA}`. It becomes the next "
    "version of its short name; one that is in force already stays as it is.",
)
def publish() -> Response:
    """Publish the training in the body."""
    made = publish_training(
        decode_text(request.get_data(), where="body"),
        where="body",
        floors=floors_of(current_settings()),
        session=current_session(),
        actor=api_actor(Scope.QUALIFICATIONS_WRITE),
        now=now(),
    )
    return jsonify(_body(made).model_dump())


def _body(standing: StandingTraining) -> TrainingBody:
    training = standing.training
    return TrainingBody(
        slug=training.slug,
        version=standing.number,
        domain=training.domain,
        title=training.title,
        rubric=training.rubric,
        minutes=training.price.expected_minutes,
        pay_minor_units=training.price.minor_units,
        pay_currency=training.price.currency,
        n_pages=len(training.pages),
        n_pairs=len(training.items),
        n_right_needed=training.n_right_needed,
    )
