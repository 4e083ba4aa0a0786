"""Say which parts of EvalHub each role finds in the head of its pages, and where it starts."""

from dataclasses import dataclass

from evalhub.core.people import Actor, Role
from evalhub.web.language import N_, translated


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the main navigation; no roles means everyone who is signed in."""

    text: str
    path: str
    roles: frozenset[Role] = frozenset()
    parts: tuple[str, ...] = ()
    """Where its pages begin, when that is not its path alone."""

    @property
    def label(self) -> str:
        """Return what the link says in the reader's language."""
        return translated(self.text)


ENTRIES = (
    Entry(N_("Work"), "/work", frozenset({Role.ANNOTATOR})),
    Entry(
        N_("Qualifications"),
        "/qualifications",
        frozenset({Role.ANNOTATOR}),
        parts=("/qualifications", "/apply", "/training", "/ladder", "/how-assessed", "/portfolio"),
    ),
    Entry(
        N_("Prompt sets"),
        "/prompt-sets",
        frozenset({Role.RESEARCHER}),
        parts=("/prompt-sets", "/uploads", "/prompt-imports"),
    ),
    Entry(N_("Endpoints"), "/endpoints", frozenset({Role.RESEARCHER})),
    Entry(N_("Pulls"), "/pulls", frozenset({Role.RESEARCHER})),
    Entry(
        N_("Projects"), "/projects", frozenset({Role.RESEARCHER, Role.COORDINATOR, Role.REVIEWER})
    ),
    Entry(
        N_("Operations"),
        "/operations",
        frozenset({Role.ADMIN, Role.COORDINATOR}),
        parts=("/operations", "/teams", "/capacity", "/exceptions"),
    ),
    Entry(
        N_("Registry"),
        "/registry",
        frozenset({Role.ADMIN, Role.COORDINATOR}),
        parts=("/registry", "/applications", "/training-desk", "/contests", "/ladder-desk"),
    ),
    Entry(N_("Reviews"), "/reviews", frozenset({Role.REVIEWER, Role.COORDINATOR, Role.ADMIN})),
    Entry(
        N_("Disputes"),
        "/disputes",
        frozenset({Role.COORDINATOR, Role.ADMIN}),
        parts=("/disputes", "/removals"),
    ),
    Entry(N_("Rubrics"), "/rubrics"),
    Entry(
        N_("Releases"),
        "/releases",
        frozenset({Role.LAB, Role.AUDITOR, Role.RESEARCHER}),
        parts=("/releases", "/release-builds"),
    ),
    Entry(N_("Audit"), "/admin/audit", frozenset({Role.AUDITOR})),
    Entry(N_("Admin"), "/admin/people", frozenset({Role.ADMIN}), parts=("/admin",)),
)

STARTS: tuple[tuple[Role, str], ...] = (
    (Role.ANNOTATOR, "/work"),
    (Role.RESEARCHER, "/projects"),
    (Role.COORDINATOR, "/operations"),
    (Role.REVIEWER, "/reviews"),
    (Role.LAB, "/releases"),
    (Role.AUDITOR, "/releases"),
    (Role.ADMIN, "/admin/people"),
)
"""Where a person starts: the page of the first of these roles that they hold."""


def entries_for(actor: Actor) -> list[Entry]:
    """Return the links an actor may follow."""
    return [entry for entry in ENTRIES if not entry.roles or actor.has(*entry.roles)]


def start_of(actor: Actor) -> str:
    """Return the path of the page an actor came for."""
    return next((path for role, path in STARTS if actor.has(role)), "/account")


def is_here(entry: Entry, path: str) -> bool:
    """Tell whether ``path`` lies in a part that ``entry`` leads to."""
    parts = entry.parts or (entry.path,)
    return any(path == part or path.startswith(part + "/") for part in parts)
