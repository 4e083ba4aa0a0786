"""Let experts state what they are qualified for, and see what counts and what is missing."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import Role
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.rim.fields import names
from evalhub.services.assigning.work import list_withheld
from evalhub.services.qualifying.credentials import state_credential
from evalhub.services.qualifying.languages import set_languages
from evalhub.services.qualifying.registry import own_qualifications
from evalhub.services.qualifying.requirements import classes_asked
from evalhub.web import qualifying_words as say
from evalhub.web.answering import done, refused
from evalhub.web.context import current_actor, current_session, now, own_id, requires
from evalhub.web.credential_form import credential_of_form
from evalhub.web.language import _

bp = Blueprint("qualifications", __name__, url_prefix="/qualifications")


@bp.get("")
@requires(Role.ANNOTATOR)
def show() -> ResponseReturnValue:
    """Show credentials, levels, languages and the projects that wait for one of them."""
    return _page()


@bp.post("/credentials")
@requires(Role.ANNOTATOR)
def state() -> ResponseReturnValue:
    """State a credential, which then waits for a person to verify it."""
    try:
        state_credential(
            own_id(),
            credential_of_form(),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_page, "credential"), error)
    return done(
        _("The credential is kept. It counts once a person has verified it."),
        url_for("qualifications.show"),
    )


@bp.post("/languages")
@requires(Role.ANNOTATOR)
def choose_languages() -> ResponseReturnValue:
    """Set the languages in which the person works."""
    try:
        set_languages(
            own_id(),
            names(request.form.get("languages", "")),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except BadInput as error:
        return refused(partial(_page, "languages"), error)
    return done(_("Your languages are kept."), url_for("qualifications.show"))


def _page(refused: str = "", problems: Sequence[Problem] = ()) -> str:
    session = current_session()
    return render_template(
        "qualifying/own.html",
        me_as=own_qualifications(own_id(), session=session, now=now()),
        withheld=list_withheld(own_id(), session=session, now=now()),
        moment_now=now(),
        classes=classes_asked(session=session),
        say=say,
        refused=refused,
        problems=problems,
        form=request.form,
    )
