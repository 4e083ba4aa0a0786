"""Let experts make portfolios of what they can show, and take them back."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import Role
from evalhub.errors import Conflict, Problem
from evalhub.services.qualifying.portfolios import (
    make_portfolio,
    own_portfolios,
    revoke_portfolio,
)
from evalhub.web.context import (
    current_actor,
    current_session,
    current_settings,
    now,
    only_read,
    own_id,
    requires,
)
from evalhub.web.language import _
from evalhub.web.problems import problems_of, status_of

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
        only_read()
        return _own_page(problems_of(error)), status_of(error)
    flash(_("The portfolio is signed. Whoever has its address can check it."), "good")
    return redirect(url_for("portfolio.show_own"), code=303)


@bp.post("/portfolio/<public_id>/revoke")
@requires(Role.ANNOTATOR)
def revoke(public_id: str) -> ResponseReturnValue:
    """Take a portfolio back."""
    revoke_portfolio(public_id, session=current_session(), actor=current_actor(), now=now())
    flash(_("The portfolio is taken back. Its address says so from now on."), "good")
    return redirect(url_for("portfolio.show_own"), code=303)


def _own_page(problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "portfolio/own.html",
        portfolios=own_portfolios(own_id(), session=current_session()),
        problems=problems,
    )
