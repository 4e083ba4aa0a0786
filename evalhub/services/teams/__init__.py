"""Teams of experts: who is in one, what they pledged and worked, and how the team judges."""

from evalhub.services.teams.finding import (
    TEAM_MAKERS,
    OwnStay,
    TeamLine,
    find_led_team,
    find_own_stay,
    get_team,
    hours_in_teams,
    list_teams,
)
from evalhub.services.teams.forming import (
    create_team,
    end_stay,
    put_in_team,
)
from evalhub.services.teams.reading import MemberLine, TeamPage, team_page

__all__ = [
    "TEAM_MAKERS",
    "MemberLine",
    "OwnStay",
    "TeamLine",
    "TeamPage",
    "create_team",
    "end_stay",
    "find_led_team",
    "find_own_stay",
    "get_team",
    "hours_in_teams",
    "list_teams",
    "put_in_team",
    "team_page",
]
