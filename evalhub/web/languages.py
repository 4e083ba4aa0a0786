"""Let everybody choose the language of the pages, signed in or not."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from evalhub.errors import BadInput
from evalhub.rim.fields import shown
from evalhub.services.accounts.languages import set_language
from evalhub.web.context import current_session, current_settings, find_current
from evalhub.web.language import COOKIE, LANGUAGES
from evalhub.web.redirects import is_local

bp = Blueprint("languages", __name__)

A_YEAR_S = 31_536_000


@bp.post("/language")
def choose() -> ResponseReturnValue:
    """Keep a choice of language, and go back to the page it was made on.

    It is kept with the account as well as in the browser: the page that asks who is there is
    then read in the same language.
    """
    language, target = request.form.get("language", ""), request.form.get("next", "")
    if language not in LANGUAGES:
        raise BadInput.at("language", f"{shown(language)} is not one of {', '.join(LANGUAGES)}")
    me = find_current()
    if me is not None:
        set_language(me.person_id, language, session=current_session())
    response = redirect(target if is_local(target) else "/", code=303)
    response.set_cookie(
        COOKIE,
        language,
        max_age=A_YEAR_S,
        secure=current_settings().is_https,
        httponly=True,
        samesite="Lax",
    )
    return response
