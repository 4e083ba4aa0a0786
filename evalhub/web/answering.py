"""Answer a form that was sent: with its page and a message, or with its page and what is wrong."""

from collections.abc import Callable, Sequence

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from evalhub.errors import BadInput, Conflict, Forbidden, NotFound, Problem
from evalhub.web.context import only_read
from evalhub.web.problems import problems_of, status_of


def done(message: str, page: str) -> ResponseReturnValue:
    """Lead back to the address ``page`` of the page with the form, which says ``message`` once."""
    flash(message, "good")
    # Asked for anew: reloading the page must not send the form again.
    return redirect(page, code=303)


def refused(
    page: Callable[[Sequence[Problem]], str], error: BadInput | Conflict | Forbidden | NotFound
) -> ResponseReturnValue:
    """Draw ``page`` again with what is wrong, from what stands without this request."""
    only_read()
    return page(problems_of(error)), status_of(error)
