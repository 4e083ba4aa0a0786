"""Register, change, retire and list endpoints."""

from collections.abc import Mapping
from datetime import datetime

from flask import Response, jsonify
from flask_openapi3 import Tag
from pydantic import ConfigDict, Field

from evalhub.api.context import api_actor, current_session, current_settings, now
from evalhub.api.describing import ApiPart, Body
from evalhub.api.root import PREFIX, RESPONSES, SECURITY
from evalhub.core.canonical import Json
from evalhub.core.people import Scope
from evalhub.core.pulling.costs import parse_price, written_micro
from evalhub.core.pulling.dialects import DialectName
from evalhub.services.endpoints import (
    EndpointDraft,
    EndpointView,
    get_endpoint,
    list_endpoints,
    register_endpoint,
    retire_endpoint,
    revise_endpoint,
    vary_endpoint,
)

TAG = Tag(name="endpoints", description="Models that are asked, where, and with which settings.")
KEY_PREFIX = "env:"
bp = ApiPart(
    "api_endpoints",
    __name__,
    url_prefix=f"{PREFIX}/endpoints",
    abp_tags=[TAG],
    abp_security=SECURITY,
    abp_responses=RESPONSES,
)


class SettingsBody(Body):
    """Says which model is asked, where and how."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(max_length=200, description="As its server names it.")
    url: str = Field(max_length=2000, description="Base address of its server.")
    dialect: DialectName = DialectName.CHAT_COMPLETIONS
    key_env: str | None = Field(
        default=None, max_length=190, description="Environment variable that holds the key."
    )
    # Read as they are: what may stand in them is a rule of the service, with its own messages.
    parameters: dict[str, object] = Field(default_factory=dict, description="Sent as they stand.")
    max_concurrency: int = 8
    max_attempts: int = 5
    request_timeout_s: float = 120.0
    total_timeout_s: float = 600.0
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    account: str | None = Field(
        default=None, max_length=80, description="Whose limits a minute it shares."
    )
    prompt_price: str = Field(default="", max_length=20, description="For a million tokens.")
    completion_price: str = Field(default="", max_length=20, description="For a million tokens.")
    price_currency: str = Field(default="", max_length=3, description="Such as USD.")
    output_terms: str = Field(default="unknown", max_length=200)
    simulated: bool = False


class EndpointBody(SettingsBody):
    """Registers an endpoint under a name."""

    slug: str = Field(max_length=80)


class VariantsBody(Body):
    """Says which values parameters are to take; every combination becomes an endpoint."""

    model_config = ConfigDict(extra="forbid")

    parameters: dict[str, list[object]] = Field(description="Such as temperature: [0, 0.5, 1].")


class EndpointPath(Body):
    """Names an endpoint."""

    slug: str = Field(max_length=80)


class EndpointsQuery(Body):
    """Says which endpoints are listed."""

    retired: bool = Field(default=False, description="Also those that were retired.")


class EndpointViewBody(SettingsBody):
    """One revision of one endpoint."""

    slug: str
    revision: int
    created_at: datetime
    retired_at: datetime | None


class EndpointsBody(Body):
    """The endpoints, by name, the newest revision first."""

    endpoints: list[EndpointViewBody]


@bp.get("", responses={"200": EndpointsBody}, summary="List endpoints")
def list_all(query: EndpointsQuery) -> Response:
    """List the endpoints that can be asked."""
    api_actor(Scope.ENDPOINTS_WRITE)
    views = list_endpoints(session=current_session(), with_retired=query.retired)
    return jsonify(EndpointsBody(endpoints=[_body(v) for v in views]).model_dump(mode="json"))


@bp.post("", responses={"201": EndpointViewBody}, summary="Register an endpoint")
def register(body: EndpointBody) -> tuple[Response, int]:
    """Add an endpoint; a name in use is a conflict."""
    view = register_endpoint(
        _draft(body.slug, body),
        session=current_session(),
        actor=api_actor(Scope.ENDPOINTS_WRITE),
        now=now(),
        allowed_hosts=current_settings().allowed_hosts,
        key_patterns=current_settings().key_patterns,
    )
    return _answer(view), 201


@bp.get("/<slug>", responses={"200": EndpointViewBody}, summary="Show an endpoint")
def show(path: EndpointPath) -> Response:
    """Show the revision in use."""
    api_actor(Scope.ENDPOINTS_WRITE)
    return _answer(get_endpoint(path.slug, session=current_session()))


@bp.put("/<slug>", responses={"200": EndpointViewBody}, summary="Change an endpoint")
def change(path: EndpointPath, body: SettingsBody) -> Response:
    """Put all settings in use as the next revision; what is left out takes its default."""
    view = revise_endpoint(
        _draft(path.slug, body),
        session=current_session(),
        actor=api_actor(Scope.ENDPOINTS_WRITE),
        now=now(),
        allowed_hosts=current_settings().allowed_hosts,
        key_patterns=current_settings().key_patterns,
    )
    return _answer(view)


@bp.post("/<slug>/variants", responses={"201": EndpointsBody}, summary="Register variants")
def vary(path: EndpointPath, body: VariantsBody) -> tuple[Response, int]:
    """Register an endpoint for each combination of values; those there are stay."""
    views = vary_endpoint(
        path.slug,
        {name: _values_of(values) for name, values in body.parameters.items()},
        session=current_session(),
        actor=api_actor(Scope.ENDPOINTS_WRITE),
        now=now(),
        allowed_hosts=current_settings().allowed_hosts,
        key_patterns=current_settings().key_patterns,
    )
    found = EndpointsBody(endpoints=[_body(view) for view in views])
    return jsonify(found.model_dump(mode="json")), 201


@bp.post("/<slug>/retire", responses={"204": None}, summary="Retire an endpoint")
def retire(path: EndpointPath) -> tuple[str, int]:
    """Take the endpoint out of use; its responses stay."""
    actor = api_actor(Scope.ENDPOINTS_WRITE)
    retire_endpoint(path.slug, session=current_session(), actor=actor, now=now())
    return "", 204


def _draft(slug: str, body: SettingsBody) -> EndpointDraft:
    return EndpointDraft(
        slug=slug,
        model=body.model,
        url=body.url,
        api_key_ref=None if body.key_env is None else KEY_PREFIX + body.key_env,
        parameters=_json_of(body.parameters),
        dialect=body.dialect,
        max_concurrency=body.max_concurrency,
        max_attempts=body.max_attempts,
        request_timeout_s=body.request_timeout_s,
        total_timeout_s=body.total_timeout_s,
        requests_per_minute=body.requests_per_minute,
        tokens_per_minute=body.tokens_per_minute,
        account=body.account,
        price=parse_price(body.prompt_price, body.completion_price, body.price_currency),
        output_terms=body.output_terms,
        is_simulated=body.simulated,
    )


def _json_of(parameters: Mapping[str, object]) -> Mapping[str, Json]:
    """Return what a JSON body held; whatever came from one is JSON."""
    return parameters  # type: ignore[return-value]  # pydantic cannot name the recursive type


def _values_of(values: list[object]) -> list[Json]:
    return values  # type: ignore[return-value]  # pydantic cannot name the recursive type


def _answer(view: EndpointView) -> Response:
    return jsonify(_body(view).model_dump(mode="json"))


def _body(view: EndpointView) -> EndpointViewBody:
    draft = view.draft
    return EndpointViewBody(
        slug=draft.slug,
        revision=view.revision,
        created_at=view.created_at,
        retired_at=view.retired_at,
        model=draft.model,
        url=draft.url,
        dialect=DialectName(draft.dialect),
        key_env=None if draft.api_key_ref is None else draft.api_key_ref.removeprefix(KEY_PREFIX),
        parameters=dict(draft.parameters),
        max_concurrency=draft.max_concurrency,
        max_attempts=draft.max_attempts,
        request_timeout_s=draft.request_timeout_s,
        total_timeout_s=draft.total_timeout_s,
        requests_per_minute=draft.requests_per_minute,
        tokens_per_minute=draft.tokens_per_minute,
        account=draft.account,
        prompt_price=written_micro(draft.price.prompt) if draft.price else "",
        completion_price=written_micro(draft.price.completion) if draft.price else "",
        price_currency=draft.price.currency if draft.price else "",
        output_terms=draft.output_terms,
        simulated=draft.is_simulated,
    )
