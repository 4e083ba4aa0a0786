"""Let experts make portfolios of what they can show, and take them back."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import Role
from evalhub.errors import Conflict, Problem
from evalhub.services.qualifying.portfolios import (
    make_portfolio,
    own_portfolios,
    revoke_portfolio,
)
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    current_settings,
    now,
    own_id,
    requires,
)
from evalhub.web.language import _

bp = Blueprint("portfolio", __name__)


@bp.get("/portfolio")
@requires(Role.ANNOTATOR)
def show_own() -> ResponseReturnValue:
    """List the person's portfolios, with the form that makes one."""
    return _own_page()


@bp.post("/portfolio")
@requires(Role.ANNOTATOR)
def make() -> ResponseReturnValue:
    """Sign what the person can show now."""
    settings = current_settings()
    try:
        make_portfolio(
            is_named=request.form.get("named") == "yes",
            issuer=settings.public_url,
            secret=settings.secret_key,
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except Conflict as error:
        return refused(_own_page, error)
    return done(
        _("The portfolio is signed. Whoever has its address can check it."),
        url_for("portfolio.show_own"),
    )


@bp.post("/portfolio/<public_id>/revoke")
@requires(Role.ANNOTATOR)
def revoke(public_id: str) -> ResponseReturnValue:
    """Take a portfolio back."""
    revoke_portfolio(public_id, session=current_session(), actor=current_actor(), now=now())
    return done(
        _("The portfolio is taken back. Its address says so from now on."),
        url_for("portfolio.show_own"),
    )


def _own_page(problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "portfolio/own.html",
        portfolios=own_portfolios(own_id(), session=current_session()),
        problems=problems,
    )
