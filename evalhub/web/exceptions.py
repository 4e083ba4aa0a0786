"""Show what went wrong without anybody saying so, and let coordinators answer it."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import Role
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.services.operating.exceptions import (
    ANSWERERS,
    answer_exceptions,
    list_exceptions,
    take_exceptions,
)
from evalhub.web import operating_words as say
from evalhub.web.answering import done, refused
from evalhub.web.context import current_actor, current_session, now, requires
from evalhub.web.language import _
from evalhub.web.sent import sent_text

bp = Blueprint("exceptions", __name__, url_prefix="/exceptions")


@bp.get("")
@requires(*ANSWERERS)
def show() -> ResponseReturnValue:
    """List what nobody has answered, what is due first before the rest."""
    return _page()


@bp.post("")
@requires(*ANSWERERS)
def answer() -> ResponseReturnValue:
    """Take what is ticked in hand, or answer it with what was done about it."""
    keys, session, actor = request.form.getlist("keys"), current_session(), current_actor()
    try:
        if request.form.get("action") == "take":
            take_exceptions(keys, session=session, actor=actor, now=now())
            return done(_("That is in your hands now."), url_for("exceptions.show"))
        answer_exceptions(keys, sent_text("reason"), session=session, actor=actor, now=now())
    except (BadInput, Conflict) as error:
        return refused(_page, error)
    return done(_("That is answered, with your name."), url_for("exceptions.show"))


def _page(problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "operations/exceptions.html",
        exceptions=list_exceptions(session=current_session(), now=now()),
        can_open_pulls=current_actor().has(Role.ADMIN, Role.RESEARCHER),
        ticked=request.form.getlist("keys"),
        typed=request.form.get("reason", ""),
        problems=problems,
        say=say,
    )
