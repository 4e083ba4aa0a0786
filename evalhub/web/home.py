"""Bring people to the page they came for, and tell machines that the service lives."""

from flask import Blueprint, jsonify, redirect
from flask.typing import ResponseReturnValue

from evalhub.rim.state import runtime
from evalhub.services.health import is_answering
from evalhub.web.context import current_actor, requires
from evalhub.web.navigation import start_of

bp = Blueprint("home", __name__)


@bp.get("/")
@requires()
def show_start() -> ResponseReturnValue:
    """Send a person to the main page of their role."""
    return redirect(start_of(current_actor()), code=303)


@bp.get("/health")
def health() -> ResponseReturnValue:
    """Say that the process answers."""
    return jsonify(status="ok")


@bp.get("/ready")
def ready() -> ResponseReturnValue:
    """Say whether the database answers."""
    if is_answering(runtime().database):
        return jsonify(status="ok")
    return jsonify(status="the database does not answer"), 503
