"""Tell the owner of a key what their judgments may be used for, and let them take it back."""

from flask import Response, jsonify
from flask_openapi3 import Tag
from pydantic import ConfigDict, Field

from evalhub.api.context import api_actor, current_session, now
from evalhub.api.describing import ApiPart, Body
from evalhub.api.root import PREFIX, RESPONSES, SECURITY
from evalhub.core.consent import PURPOSE_WORDS, ConsentPurpose, ConsentStanding, standing_on
from evalhub.core.people import Scope
from evalhub.services.consenting.answers import answers_of, withdraw
from evalhub.services.consenting.texts import current_text

TAG = Tag(name="consent", description="What an expert's judgments may be used for.")
bp = ApiPart(
    "api_consent",
    __name__,
    url_prefix=f"{PREFIX}/consent",
    abp_tags=[TAG],
    abp_security=SECURITY,
    abp_responses={**RESPONSES},
)


class PurposeBody(Body):
    """Tells where the owner of the key stands on one purpose."""

    purpose: ConsentPurpose
    words: str
    standing: ConsentStanding


class ConsentBody(Body):
    """Tells where the owner of the key stands; dates are null where they never answered.

    ``text_version`` is the text in force and ``answered_version`` the one they answered last.
    """

    text_version: int
    answered_version: int | None
    answered_at: str | None
    purposes: list[PurposeBody]


class WithdrawalBody(Body):
    """Names the purposes to take back; all of them where none is named."""

    model_config = ConfigDict(extra="forbid")

    purposes: list[ConsentPurpose] = Field(default_factory=list, max_length=len(ConsentPurpose))


@bp.get("", responses={"200": ConsentBody}, summary="Read your consent")
def show() -> Response:
    """Say where the owner of the key stands on each purpose."""
    return _state(api_actor(Scope.CONSENT_WITHDRAW).person_id or 0)


@bp.post(
    "/withdraw",
    responses={"200": ConsentBody},
    summary="Take your consent back",
    description="Grants nothing: that is done on the page, by a person who reads the text.",
)
def take_back(body: WithdrawalBody) -> Response:
    """Take the consent of the key's owner back, and say where they stand then."""
    actor = api_actor(Scope.CONSENT_WITHDRAW)
    withdraw(
        actor.person_id or 0,
        body.purposes or tuple(ConsentPurpose),
        session=current_session(),
        actor=actor,
        now=now(),
    )
    return _state(actor.person_id or 0)


def _state(person_id: int) -> Response:
    session = current_session()
    answers = answers_of(person_id, session=session)
    latest = answers[-1] if answers else None
    body = ConsentBody(
        text_version=current_text(session=session).version,
        answered_version=latest.text_version if latest else None,
        answered_at=latest.answered_at.isoformat() if latest else None,
        purposes=[
            PurposeBody(
                purpose=purpose,
                words=PURPOSE_WORDS[purpose],
                standing=standing_on(answers, purpose),
            )
            for purpose in ConsentPurpose
        ],
    )
    return jsonify(body.model_dump(mode="json"))
