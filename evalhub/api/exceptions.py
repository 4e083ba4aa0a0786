"""List exceptions, and take or answer them."""

from datetime import datetime

from flask import Response
from pydantic import ConfigDict, Field

from evalhub.api.answering import told
from evalhub.api.context import api_actor, current_session, now
from evalhub.api.describing import ApiPart, Body
from evalhub.api.operations import MAX_TEXT, TAG
from evalhub.api.root import PREFIX, RESPONSES, SECURITY
from evalhub.core.operating.exceptions import ExceptionKind, ExceptionLevel
from evalhub.core.people import Scope
from evalhub.services.operating.exceptions import (
    answer_exceptions,
    list_exceptions,
    take_exceptions,
)

MAX_KEYS = 400
bp = ApiPart(
    "api_exceptions",
    __name__,
    url_prefix=f"{PREFIX}/exceptions",
    abp_tags=[TAG],
    abp_security=SECURITY,
    abp_responses=RESPONSES,
)


class KeysBody(Body):
    """Names exceptions by their keys."""

    model_config = ConfigDict(extra="forbid")

    keys: list[str] = Field(max_length=MAX_KEYS)


class AnswerBody(KeysBody):
    """Says what was done about exceptions."""

    words: str = Field(max_length=MAX_TEXT)


class StandingBody(Body):
    """Tells who owes an answer until when, and who has it in hand."""

    level: ExceptionLevel
    due_at: datetime
    is_overdue: bool
    owner: str | None


class ExceptionBody(Body):
    """Tells one exception; ``n`` counts the prompts without an answer, or is 1."""

    key: str
    kind: ExceptionKind
    about: str
    path: str
    who: str
    n: int
    since: datetime
    standing: StandingBody


class ExceptionsBody(Body):
    """Lists what nobody has answered, what is due first before the rest."""

    exceptions: list[ExceptionBody]


@bp.get("", responses={"200": ExceptionsBody}, summary="List exceptions")
def show() -> Response:
    """List what nobody has answered."""
    api_actor(Scope.OPERATIONS_WRITE)
    return _answer()


@bp.post("/take", responses={"200": ExceptionsBody}, summary="Take exceptions in hand")
def take(body: KeysBody) -> Response:
    """Take exceptions in hand, so that nobody else works on them."""
    actor = api_actor(Scope.OPERATIONS_WRITE)
    take_exceptions(body.keys, session=current_session(), actor=actor, now=now())
    return _answer()


@bp.post("/answer", responses={"200": ExceptionsBody}, summary="Answer exceptions")
def answer(body: AnswerBody) -> Response:
    """Answer exceptions with what was done about them."""
    actor = api_actor(Scope.OPERATIONS_WRITE)
    answer_exceptions(body.keys, body.words, session=current_session(), actor=actor, now=now())
    return _answer()


def _answer() -> Response:
    found = {"exceptions": list_exceptions(session=current_session(), now=now())}
    return told(ExceptionsBody, found)
