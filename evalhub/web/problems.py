"""Show failures as pages."""

from http import HTTPStatus
from urllib.parse import urlencode

from flask import flash, make_response, redirect, render_template, request
from flask import session as cookie
from werkzeug.wrappers import Response

from evalhub.errors import BadInput, Conflict, EvalHubError, Forbidden, NotFound, Problem
from evalhub.rim.failures import Failure, failure_of
from evalhub.rim.state import READING_METHODS, request_state
from evalhub.web.auth import sign_in_page
from evalhub.web.carried import Carried
from evalhub.web.language import N_, _
from evalhub.web.redirects import has_page

SIGNED_OUT = N_(
    "You are signed out, so what you just sent was not taken. Sign in to go back to its page."
)


def failure_page(failure: Failure) -> Response:
    """Answer with a page that says what went wrong and what to do.

    Who is not signed in is sent to sign in, and comes back here afterwards if they were
    only reading or where their form stood; a form they sent is not sent again for them. That of
    a comparison holds somebody's work, so the sign-in page holds on to it.
    """
    # Sent with 303, so that the browser asks the sign-in page with GET whatever it had sent.
    if failure.status == 401:  # noqa: PLR2004 - the status is the plain name of the case
        carried = Carried.of_request()
        if carried is not None:
            page = sign_in_page(target=_target(), carried=carried)
            return make_response(page, failure.status)
        if request.method not in READING_METHODS:
            flash(_(SIGNED_OUT), "caution")
        return redirect(_sign_in_path(), code=303)
    if request.method not in READING_METHODS and not request_state().has_committed:
        # Messages such as "Draft saved" are put into the cookie before the commit; when it
        # fails they would stand beside the page that says the opposite.
        cookie.pop("_flashes", None)
    page = render_template("errors/failure.html", failure=failure)
    response = make_response(page, failure.status)
    response.headers.update(failure.headers)
    return response


def problems_of(error: BadInput | Conflict | Forbidden | NotFound) -> tuple[Problem, ...]:
    """Return what stands above a form that came back: each broken rule, or what is in the way."""
    return error.problems if isinstance(error, BadInput) else (Problem("", error.message),)


def status_of(error: EvalHubError) -> HTTPStatus:
    """Return the status of a page that shows ``error`` at its form."""
    return failure_of(error).status


def _sign_in_path() -> str:
    if request.path == "/" or not has_page():
        return "/sign-in"
    return "/sign-in?" + urlencode({"next": _target()})


def _target() -> str:
    is_reading = request.method in READING_METHODS
    return request.full_path.rstrip("?") if is_reading else request.path
