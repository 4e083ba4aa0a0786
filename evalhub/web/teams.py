"""Let coordinators form teams, and let each team's lead see how it does."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.errors import BadInput, Conflict, NotFound, Problem, Sentence
from evalhub.rim.fields import whole_number
from evalhub.services.teams import (
    TEAM_MAKERS,
    create_team,
    end_stay,
    find_led_team,
    get_team,
    list_teams,
    put_in_team,
    team_page,
)
from evalhub.services.teams.reading import LEAST_PEOPLE, TOLD_DAYS
from evalhub.web import operating_words as say
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    now,
    own_id,
    requires,
)
from evalhub.web.language import _

bp = Blueprint("teams", __name__, url_prefix="/teams")


@bp.get("")
@requires(*TEAM_MAKERS)
def show_all() -> ResponseReturnValue:
    """List the teams."""
    return _list()


@bp.post("")
@requires(*TEAM_MAKERS)
def create() -> ResponseReturnValue:
    """Add a team without anybody in it."""
    form = request.form
    try:
        team = create_team(
            form.get("slug", "").strip(),
            form.get("title", ""),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(lambda problems: _list(problems, form), error)
    return done(_("The team is made. Put people in it."), url_for("teams.show", slug=team.slug))


@bp.get("/mine")
@requires()
def mine() -> ResponseReturnValue:
    """Lead to the team that the reader leads."""
    slug = find_led_team(own_id(), session=current_session())
    if slug is None:
        raise NotFound(Sentence("There is no such team for you to see."))
    return redirect(url_for("teams.show", slug=slug))


@bp.get("/<slug>")
@requires()
def show(slug: str) -> ResponseReturnValue:
    """Show one team to its lead and to those who form teams."""
    return _page(slug)


@bp.post("/<slug>/members")
@requires(*TEAM_MAKERS)
def put_in(slug: str) -> ResponseReturnValue:
    """Put somebody in the team, or change what they pledged."""
    form = request.form
    try:
        put_in_team(
            slug,
            email=form.get("email", ""),
            week_hours=whole_number(form.get("week_hours", ""), where="week_hours"),
            is_lead=form.get("is_lead") == "yes",
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(lambda problems: _page(slug, problems, form), error)
    return done(_("That is kept."), url_for("teams.show", slug=slug))


@bp.post("/<slug>/members/<public_id>/leave")
@requires(*TEAM_MAKERS)
def leave(slug: str, public_id: str) -> ResponseReturnValue:
    """Let somebody leave the team."""
    end_stay(slug, public_id, session=current_session(), actor=current_actor(), now=now())
    return done(
        _("They are in the team no more. Their work stays theirs."),
        url_for("teams.show", slug=slug),
    )


def _list(problems: Sequence[Problem] = (), typed: Mapping[str, str] | None = None) -> str:
    return render_template(
        "teams/list.html",
        teams=list_teams(session=current_session()),
        problems=problems,
        typed=typed or {},
    )


def _page(
    slug: str, problems: Sequence[Problem] = (), typed: Mapping[str, str] | None = None
) -> str:
    session, actor = current_session(), current_actor()
    team = get_team(slug, session=session, actor=actor)
    return render_template(
        "teams/show.html",
        team=team_page(team, session=session, now=now()),
        can_form=actor.has(*TEAM_MAKERS),
        told_days=TOLD_DAYS,
        least_people=LEAST_PEOPLE,
        say=say,
        problems=problems,
        typed=typed or {},
    )
