"""Bring people to the page they came for."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from evalhub.web.context import current_actor, requires
from evalhub.web.navigation import start_of

bp = Blueprint("home", __name__)


@bp.get("/")
@requires()
def show_start() -> ResponseReturnValue:
    """Send a person to the main page of their role."""
    return redirect(start_of(current_actor()), code=303)
