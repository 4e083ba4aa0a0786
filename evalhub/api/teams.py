"""Read teams, form them, and say who is in one."""

from datetime import datetime
from typing import Any

from flask import Response
from flask_openapi3 import Tag
from pydantic import ConfigDict, Field, StrictInt

from evalhub.api.answering import told
from evalhub.api.context import api_actor, current_session, now
from evalhub.api.describing import ApiPart, Body
from evalhub.api.figures import ShareBody
from evalhub.api.root import PREFIX, RESPONSES, SECURITY
from evalhub.core.people import Actor, Scope
from evalhub.services.teams import (
    create_team,
    end_stay,
    get_team,
    list_teams,
    put_in_team,
    team_page,
)

TAG = Tag(name="teams", description="Who is in a team, what it pledged and worked, how it judges.")
bp = ApiPart(
    "api_teams",
    __name__,
    url_prefix=f"{PREFIX}/teams",
    abp_tags=[TAG],
    abp_security=SECURITY,
    abp_responses=RESPONSES,
)


class TeamPath(Body):
    """Names a team."""

    slug: str = Field(max_length=80)


class MemberPath(TeamPath):
    """Names a member of a team."""

    public_id: str = Field(max_length=40)


class NewTeamBody(Body):
    """Names a team that is to be made."""

    model_config = ConfigDict(extra="forbid")

    slug: str = Field(max_length=200)
    title: str = Field(max_length=1_000)


class StayBody(Body):
    """Says who is to be in a team, and what they pledge."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=1_000)
    week_hours: StrictInt = Field(description="Hours a week.")
    is_lead: bool = False


class LineBody(Body):
    """Tells what a list says of a team."""

    slug: str
    title: str
    leads: list[str]
    n_members: int
    week_hours: int


class TeamsBody(Body):
    """Lists teams by title."""

    teams: list[LineBody]


class MemberBody(Body):
    """Tells of a member: the minutes pledged and worked in the days told, and judgments given."""

    public_id: str
    name: str
    email: str | None
    is_lead: bool
    week_hours: int
    joined_at: datetime
    pledged_minutes: int
    worked_minutes: int
    n_judged: int


class TeamBody(Body):
    """Tells a team as its lead reads it, of the last 28 days."""

    slug: str
    title: str
    members: list[MemberBody]
    controls: ShareBody = Field(description="Answers to control items that are right.")
    agreement: ShareBody = Field(description="Judgments that prefer what the first other prefers.")
    paid: dict[str, int] | None = Field(
        description="Minor units by currency; null where fewer than five people were paid."
    )


@bp.get("", responses={"200": TeamsBody}, summary="List teams")
def show_all() -> Response:
    """List the teams with their leads and hours."""
    api_actor(Scope.OPERATIONS_WRITE)
    return told(TeamsBody, {"teams": list_teams(session=current_session())})


@bp.post("", responses={"201": TeamBody}, summary="Make a team")
def create(body: NewTeamBody) -> tuple[Response, int]:
    """Add a team without anybody in it."""
    actor = api_actor(Scope.OPERATIONS_WRITE)
    session, moment = current_session(), now()
    team = create_team(body.slug, body.title, session=session, actor=actor, now=moment)
    return _answer(team.slug, actor), 201


@bp.get("/<slug>", responses={"200": TeamBody}, summary="Read a team")
def show(path: TeamPath) -> Response:
    """Tell one team with its members' hours and how they judge together."""
    return _answer(path.slug, api_actor(Scope.OPERATIONS_WRITE))


@bp.post("/<slug>/members", responses={"200": TeamBody}, summary="Put somebody in a team")
def put_in(path: TeamPath, body: StayBody) -> Response:
    """Put an expert in the team, or change what they pledged or whether they lead it."""
    actor = api_actor(Scope.OPERATIONS_WRITE)
    said: dict[str, Any] = body.model_dump()
    put_in_team(path.slug, **said, session=current_session(), actor=actor, now=now())
    return _answer(path.slug, actor)


@bp.post(
    "/<slug>/members/<public_id>/leave",
    responses={"200": TeamBody},
    summary="Let somebody leave a team",
)
def leave(path: MemberPath) -> Response:
    """Let somebody leave the team; their work stays theirs."""
    actor = api_actor(Scope.OPERATIONS_WRITE)
    end_stay(path.slug, path.public_id, session=current_session(), actor=actor, now=now())
    return _answer(path.slug, actor)


def _answer(slug: str, actor: Actor) -> Response:
    session = current_session()
    found = team_page(get_team(slug, session=session, actor=actor), session=session, now=now())
    return told(TeamBody, found)
