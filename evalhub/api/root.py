"""Start the JSON API: its description and its front door.

Every other part of the API follows this pattern: a module-level ``ApiPart`` under
``/api/v1``, pydantic schemas for what comes in and goes out, ``api_actor(scope)`` first,
one service call, one schema out.
"""

from http import HTTPStatus
from typing import Any, TypeAlias

from flask import Response, current_app, jsonify
from flask_openapi3 import Info, OpenAPI, SecurityScheme, Tag
from pydantic import BaseModel

from evalhub import __version__
from evalhub.api.describing import ApiPart, Body, description_of
from evalhub.api.problems import ErrorResponse

PREFIX = "/api/v1"
INFO = Info(
    title="EvalHub",
    version=__version__,
    description="Upload prompts, follow pulls, read boards and download releases.",
)
SECURITY_SCHEMES: dict[str, SecurityScheme | dict[str, Any]] = {
    "key": {"type": "http", "scheme": "bearer"}
}
SECURITY: list[dict[str, list[Any]]] = [{"key": []}]
"""What an ``ApiPart`` passes as ``abp_security``."""
Responses: TypeAlias = dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None]
_STATUSES = ("400", "401", "403", "404", "409", "413", "422", "503")


def _described(status: str) -> dict[str, Any]:
    """Return the response of a failure, by reference to the schema that it shares with others."""
    schema = {"$ref": f"#/components/schemas/{ErrorResponse.__name__}"}
    return {
        "description": HTTPStatus(int(status)).phrase,
        "content": {"application/json": {"schema": schema}},
    }


# Only the first is a class: its schema would be worked out anew for each status of each address,
# which took a fifth of a second of every start.
RESPONSES: Responses = {
    status: _described(status) if i else ErrorResponse for i, status in enumerate(_STATUSES)
}
"""What an ``ApiPart`` passes as ``abp_responses``.

Any address can answer with each of them: a body is read before its address looks at it, and the
database may be away. A client made from the description meets no status that it does not know.
"""

TAG = Tag(name="service", description="What answers here.")
bp = ApiPart("api_root", __name__, url_prefix=PREFIX, abp_tags=[TAG])


class ServiceBody(Body):
    """Names the service and where its description lies."""

    service: str
    version: str
    openapi: str


# With and without the slash: few clients follow a redirect by themselves, and a first look at an
# API is typed either way.
@bp.get("/", strict_slashes=False, responses={"200": ServiceBody}, summary="Name the service")
def show_service() -> Response:
    """Say what answers here and where its description lies."""
    body = ServiceBody(service="EvalHub", version=__version__, openapi=f"{PREFIX}/openapi.json")
    return jsonify(body.model_dump())


@bp.get("/openapi.json", doc_ui=False)
def show_description() -> Response:
    """Return the OpenAPI description of the whole API."""
    app: OpenAPI = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the proxy hides the subclass
    return jsonify(description_of(app))
