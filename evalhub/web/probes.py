"""Answer machines that watch the service: alive, ready, and its figures."""

import hmac

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from evalhub.errors import NotFound
from evalhub.rim.metrics import CONTENT_TYPE
from evalhub.rim.state import current_session, now, runtime
from evalhub.services.health import is_answering
from evalhub.services.operations import OperationFigures, operation_figures

bp = Blueprint("probes", __name__)


@bp.get("/health")
@bp.get("/health/live", endpoint="live")
def health() -> ResponseReturnValue:
    """Say that the process answers; it asks nobody else, so that nobody restarts it in vain."""
    return jsonify(status="ok")


@bp.get("/ready")
@bp.get("/health/ready", endpoint="readiness")
def ready() -> ResponseReturnValue:
    """Say whether the database answers, and so whether to send people here."""
    if is_answering(runtime().database):
        return jsonify(status="ok")
    return jsonify(status="the database does not answer"), 503


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Give the figures to who sends the token that the operator set; without one, to nobody.

    They tell how busy the experts are and which parts are slow, which is not for strangers.
    """
    token = runtime().settings.metrics_token
    if not token:
        raise NotFound("There is nothing at this address, or not for you.")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        # Not our sign-in page: a scraper could not follow it.
        return Response(
            "Send the metrics token as a bearer token.\n",
            401,
            {"WWW-Authenticate": 'Bearer realm="EvalHub metrics"'},
            mimetype="text/plain",
        )
    return Response(runtime().metrics.exposition(_figures()), content_type=CONTENT_TYPE)


def _figures() -> OperationFigures | None:
    # Asked first: what this process counted is wanted most while the database is away.
    if not is_answering(runtime().database):
        return None
    return operation_figures(session=current_session(), now=now())
