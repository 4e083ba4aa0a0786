"""Say roles, scopes and origins in the words that pages use."""

from collections.abc import Collection, Mapping

from evalhub.core.people import Origin, Role, Scope

ROLE_NAMES: Mapping[Role, str] = {**{role: role.value for role in Role}, Role.ANNOTATOR: "expert"}

ROLE_NOTES: Mapping[Role, str] = {
    Role.ADMIN: "manages people and roles, and reads the audit log",
    Role.RESEARCHER: "uploads prompt sets, registers endpoints, pulls, runs projects, reads scores",
    Role.ANNOTATOR: "compares answers",
    Role.REVIEWER: "reads projects, scores and judgments with their reasons",
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

PLACE_NAMES: Mapping[str, str] = {
    "action": "The button that was pressed",
    "baseline": "Baseline",
    "days": "Days it is valid",
    "dialect": "Dialect",
    "email": "E-mail address",
    "endpoints": "Endpoints",
    "expected_minutes": "Expected minutes",
    "file": "File",
    "form": "This form",
    "key": "Key",
    "lease_minutes": "Minutes to judge in",
    "name": "Name",
    "overlap": "Judgments wanted per pair",
    "overlap_rule": "When a pair has enough",
    "pairs_per_prompt": "Pairs a prompt gets",
    "pay": "Pay",
    "pay_currency": "Currency",
    "prompt_set": "Prompt set",
    "purpose": "Purpose",
    "request_timeout_s": "Longest wait for a reply",
    "role": "Role",
    "roles": "Roles",
    "rubric": "Rubric",
    "scopes": "What it may do",
    "seed": "Seed",
    "selection_mode": "Which comparison comes next",
    "slug": "Short name",
    "status": "Status",
    "strategy": "Which pairs are made",
    "terms": "Terms",
    "title": "Title",
    "total_timeout_s": "Longest time for all tries",
    "url": "Address",
    "version": "Version",
}
"""Names of fields in what programs send, and what a person who reads a page would call them."""

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


def refusal_words(roles: Collection[Role]) -> str:
    """Return what somebody is told who holds none of ``roles``, and whom to ask for one."""
    names = " or ".join(sorted(role_name(role) for role in roles))
    return f"This page is for the role {names}, which you do not hold. An admin can give it to you."


def place_words(where: str) -> str:
    """Return what a page calls the field ``where``; any other place is named already."""
    return PLACE_NAMES.get(where, where)


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
