"""Name who may do what: roles, API scopes and the actor behind a request or command."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person does in EvalHub; one person may hold several."""

    ADMIN = "admin"
    """Manage people, roles, keys and settings."""
    RESEARCHER = "researcher"
    """Upload prompt sets, register endpoints, pull, run projects, read scores."""
    ANNOTATOR = "annotator"
    """Judge pairs (shown as "expert")."""
    REVIEWER = "reviewer"
    """Read judgments with their reasons and settle disagreements."""
    COORDINATOR = "coordinator"
    """Open, pause and staff projects."""
    LAB = "lab"
    """Download releases."""
    AUDITOR = "auditor"
    """Read everything behind a release; change nothing."""


class Scope(StrEnum):
    """What an API key may be used for; never more than its owner's roles allow."""

    PROMPTS_WRITE = "prompts:write"
    """Upload, confirm and freeze prompt sets."""
    ENDPOINTS_WRITE = "endpoints:write"
    """Register, change, retire and list endpoints."""
    PULLS_WRITE = "pulls:write"
    """Start, follow and cancel pulls."""
    PROJECTS_READ = "projects:read"
    """Read projects and boards."""
    RELEASES_READ = "releases:read"
    """List and download releases."""
    REPORTS_WRITE = "reports:write"
    """Report rows of releases and read what became of it."""
    OPERATIONS_WRITE = "operations:write"
    """Read what is stuck in projects and do what coordinators do about it; look after teams."""
    QUALIFICATIONS_WRITE = "qualifications:write"
    """Publish trainings; read applications and evidence for levels, and decide about them."""
    CONSENT_WITHDRAW = "consent:withdraw"
    """Read what one's judgments may be used for, and take that back."""


class Origin(StrEnum):
    """How a person came to be known."""

    ACCOUNT = "account"
    """Accepted an invitation and can sign in."""
    IMPORTED = "imported"
    """Named in an imported file of judgments; cannot sign in."""
    SIMULATED = "simulated"
    """Made up by a simulation; every figure that rests on it says so."""


SCOPE_ROLES: dict[Scope, frozenset[Role]] = {
    Scope.PROMPTS_WRITE: frozenset({Role.ADMIN, Role.RESEARCHER}),
    Scope.ENDPOINTS_WRITE: frozenset({Role.ADMIN, Role.RESEARCHER}),
    Scope.PULLS_WRITE: frozenset({Role.ADMIN, Role.RESEARCHER}),
    Scope.PROJECTS_READ: frozenset(
        {Role.ADMIN, Role.RESEARCHER, Role.COORDINATOR, Role.REVIEWER, Role.AUDITOR}
    ),
    Scope.RELEASES_READ: frozenset({Role.ADMIN, Role.RESEARCHER, Role.LAB, Role.AUDITOR}),
    Scope.REPORTS_WRITE: frozenset({Role.ADMIN, Role.RESEARCHER, Role.LAB}),
    Scope.OPERATIONS_WRITE: frozenset({Role.ADMIN, Role.COORDINATOR}),
    Scope.QUALIFICATIONS_WRITE: frozenset({Role.ADMIN, Role.COORDINATOR}),
    # Everybody: who is no expert any more still has judgments to take a consent back for.
    Scope.CONSENT_WITHDRAW: frozenset(Role),
}
"""Roles of which the owner needs at least one for a key of theirs to carry the scope."""

RELEASE_SCOPES = frozenset({Scope.RELEASES_READ, Scope.REPORTS_WRITE})
"""What a key that is limited to some releases may carry; the rest of the API knows no release."""


@dataclass(frozen=True, slots=True)
class ReleaseLimit:
    """Hold what a key is limited to: ``PROJECT`` for all its releases, ``PROJECT@VERSION`` for one.

    A limit names at least one; whoever may open everything has none.
    """

    names: tuple[str, ...]

    def allows(self, project: str, version: str) -> bool:
        """Tell whether the release ``version`` of ``project`` is within the limit."""
        return project in self.names or f"{project}@{version}" in self.names


@dataclass(frozen=True, slots=True)
class Actor:
    """Stand for whoever acts: a signed-in person, an API key's owner, or a command.

    ``person_id`` is None only for commands run by the operator on the server itself, which
    hold every role. ``scopes`` and ``key_id`` are None unless an API key is used; ``limit`` is
    None unless that key opens only some releases.
    """

    person_id: int | None
    name: str
    roles: frozenset[Role]
    scopes: frozenset[Scope] | None = None
    key_id: int | None = None
    limit: ReleaseLimit | None = None

    def has(self, *roles: Role) -> bool:
        """Tell whether the actor holds at least one of ``roles``."""
        return not self.roles.isdisjoint(roles)

    def may_open(self, project: str, version: str) -> bool:
        """Tell whether a release is within the limit of the actor's key, if it has any."""
        return self.limit is None or self.limit.allows(project, version)


def command_actor(name: str = "command line") -> Actor:
    """Return the actor for a command run on the server by its operator."""
    return Actor(person_id=None, name=name, roles=frozenset(Role))
