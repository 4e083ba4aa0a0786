"""Say roles, scopes and origins in the words that pages use."""

from collections.abc import Mapping

from evalhub.core.people import Origin, Role, Scope

ROLE_NAMES: Mapping[Role, str] = {**{role: role.value for role in Role}, Role.ANNOTATOR: "expert"}

ROLE_NOTES: Mapping[Role, str] = {
    Role.ADMIN: "manages people and roles, and reads the audit log",
    Role.RESEARCHER: "uploads prompt sets, registers endpoints, pulls, runs projects, reads scores",
    Role.ANNOTATOR: "compares answers",
    Role.REVIEWER: "reads judgments with their reasons and settles disagreements",
    Role.COORDINATOR: "opens, pauses and staffs projects",
    Role.LAB: "downloads releases",
    Role.AUDITOR: "reads everything behind a release and changes nothing",
}

SCOPE_NOTES: Mapping[Scope, str] = {
    Scope.PROMPTS_WRITE: "upload, confirm and freeze prompt sets",
    Scope.PULLS_WRITE: "start, follow and cancel pulls",
    Scope.PROJECTS_READ: "read projects and boards",
    Scope.RELEASES_READ: "list and download releases",
}

ORIGIN_NAMES: Mapping[Origin, str] = {
    Origin.ACCOUNT: "has an account",
    Origin.IMPORTED: "named in imported judgments",
    Origin.SIMULATED: "simulated",
}

BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""Marks in the order that decides: Edge and Opera also say Chrome, and Chrome says Safari."""

SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
SHOWN_LENGTH = 60


def role_name(role: Role) -> str:
    """Return what a role is called."""
    return ROLE_NAMES[role]


def role_note(role: Role) -> str:
    """Return what a role does."""
    return ROLE_NOTES[role]


def scope_note(scope: Scope) -> str:
    """Return what a scope allows."""
    return SCOPE_NOTES[scope]


def origin_name(origin: Origin) -> str:
    """Return how a person came to be known."""
    return ORIGIN_NAMES[origin]


def browser_name(user_agent: str) -> str:
    """Return a browser's name and system as far as its own long name tells."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    if browser and system:
        return f"{browser} on {system}"
    return user_agent[:SHOWN_LENGTH] or "unknown"
