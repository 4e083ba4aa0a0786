"""Say roles, scopes and origins in the words that pages use."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from evalhub.core.people import Origin, Role, Scope
from evalhub.core.pulling.dialects import DialectName
from evalhub.web.language import N_, Words, _, n_, ngettext, translated

ROLE_NAMES: Mapping[Role, str] = Words(
    {
        Role.ADMIN: N_("admin"),
        Role.RESEARCHER: N_("researcher"),
        Role.ANNOTATOR: N_("expert"),
        Role.REVIEWER: N_("reviewer"),
        Role.COORDINATOR: N_("coordinator"),
        Role.LAB: N_("lab"),
        Role.AUDITOR: N_("auditor"),
    }
)

ROLE_NOTES: Mapping[Role, str] = Words(
    {
        Role.ADMIN: N_("manages people and roles, and reads the audit log"),
        Role.RESEARCHER: N_(
            "uploads prompt sets, registers endpoints, pulls, runs projects, reads scores"
        ),
        Role.ANNOTATOR: N_("compares answers"),
        Role.REVIEWER: N_("reads projects, scores and judgments with their reasons"),
        Role.COORDINATOR: N_("opens, pauses and staffs projects"),
        Role.LAB: N_("downloads releases"),
        Role.AUDITOR: N_("reads everything behind a release and changes nothing"),
    }
)

SCOPE_NOTES: Mapping[Scope, str] = Words(
    {
        Scope.PROMPTS_WRITE: N_("upload, confirm and freeze prompt sets"),
        Scope.ENDPOINTS_WRITE: N_("register, change, retire and list endpoints"),
        Scope.PULLS_WRITE: N_("start, follow and cancel pulls"),
        Scope.PROJECTS_READ: N_("read projects and boards"),
        Scope.RELEASES_READ: N_("list and download releases"),
        Scope.REPORTS_WRITE: N_("report rows of releases"),
        Scope.OPERATIONS_WRITE: N_("read what is stuck, pause, take back, look after teams"),
        Scope.QUALIFICATIONS_WRITE: N_(
            "publish trainings, decide about applications and levels in your name"
        ),
        Scope.CONSENT_WITHDRAW: N_("read what your judgments may be used for, and take it back"),
    }
)

ORIGIN_NAMES: Mapping[Origin, str] = Words(
    {
        Origin.ACCOUNT: N_("has an account"),
        Origin.IMPORTED: N_("named in imported judgments"),
        Origin.SIMULATED: N_("simulated"),
    }
)

# Makers' own names stay as they are; what is said around them is translated.
DIALECT_NAMES: Mapping[DialectName, str] = Words(
    {
        DialectName.CHAT_COMPLETIONS: N_("OpenAI chat completions, and all who speak them"),
        DialectName.RESPONSES: N_("OpenAI responses"),
        DialectName.ANTHROPIC_MESSAGES: N_("Anthropic messages"),
        DialectName.GEMINI: N_("Google generateContent (Gemini, Vertex AI)"),
        DialectName.AZURE_OPENAI: N_("Azure OpenAI deployment"),
    }
)

PLACE_NAMES: Mapping[str, str] = Words(
    {
        "a": N_("Answer A"),
        "accepts": N_("Answers that are right"),
        "action": N_("The button that was pressed"),
        "as": N_("What you sign as"),
        "b": N_("Answer B"),
        "background": N_("Your background"),
        "baseline": N_("Baseline"),
        "call_text": N_("What applicants read"),
        "classes": N_("Classes that are enough"),
        "credential_class": N_("Class"),
        "credit": N_("Name to thank you by"),
        "criterion": N_("What it is about"),
        "days": N_("Days it is valid"),
        "decision": N_("Decision"),
        "dialect": N_("Dialect"),
        "domain": N_("Domain"),
        "email": N_("E-mail address"),
        "endpoints": N_("Endpoints"),
        "expected_minutes": N_("Expected minutes"),
        "expires_on": N_("Expires on"),
        "extra_minutes": N_("Minutes more"),
        "file": N_("File"),
        "form": N_("This form"),
        "issued_on": N_("Issued on"),
        "issuer": N_("Issuer"),
        "jurisdiction": N_("Jurisdiction"),
        "jurisdictions": N_("Jurisdictions that are enough"),
        "key": N_("Key"),
        "key_env": N_("Variable that holds the key"),
        "kind": N_("What is wrong"),
        "languages": N_("Languages"),
        "lease_minutes": N_("Minutes to judge in"),
        "level": N_("Level"),
        "min_level": N_("Level"),
        "minutes": N_("Minutes"),
        "name": N_("Name"),
        "overlap": N_("Judgments wanted per pair"),
        "overlap_rule": N_("When a pair has enough"),
        "outcome": N_("Outcome"),
        "pair_id": N_("Pair"),
        "pairs": N_("Comparisons that show it"),
        "pairs_per_prompt": N_("Pairs a prompt gets"),
        "pass_percent": N_("Right pairs to pass, per cent"),
        "pass_share": N_("Right pairs to pass, per cent"),
        "pay": N_("Pay"),
        "pay_currency": N_("Currency"),
        "pay_tier": N_("Tier of pay"),
        "preference": N_("Preference"),
        "prompt": N_("Prompt"),
        "prompt_set": N_("Prompt set"),
        "purpose": N_("Purpose"),
        "reason": N_("Reason"),
        "releases": N_("Releases that a key opens"),
        "request_timeout_s": N_("Longest wait for a reply"),
        "role": N_("Role"),
        "roles": N_("Roles"),
        "rubric": N_("Rubric"),
        "samples_per_endpoint": N_("Samples of each endpoint"),
        "scopes": N_("What it may do"),
        "seed": N_("Seed"),
        "selection_mode": N_("Which comparison comes next"),
        "skill": N_("Skill"),
        "slug": N_("Short name"),
        "specialties": N_("Specialties that are enough"),
        "specialty": N_("Specialty"),
        "state": N_("What becomes of it"),
        "status": N_("Status"),
        "step": N_("Answer"),
        "strategy": N_("Which pairs are made"),
        "terms": N_("Terms"),
        "share": N_("Judgments drawn for review, in percent"),
        "text": N_("In words"),
        "title": N_("Title"),
        "total_timeout_s": N_("Longest time for all tries"),
        "url": N_("Address"),
        "version": N_("Version"),
        "week_hours": N_("Hours a week"),
        "words": N_("Your words"),
    }
)
"""Names of fields in what programs send, and what a person who reads a page would call them."""

VOCABULARY = (
    # Domains of the rubrics that are shipped.
    *(N_("general"), N_("law"), N_("medicine")),
    # States of projects, rubrics and people.
    *(N_("draft"), N_("open"), N_("paused"), N_("closed"), N_("active"), N_("retired")),
    *(N_("account"), N_("imported"), N_("simulated")),
    # Responses, and what went wrong with those that failed.
    *(N_("answered"), N_("empty"), N_("truncated"), N_("refused"), N_("error")),
    *(
        N_("rejected"),
        N_("unauthorised"),
        N_("quota"),
        N_("rate limited"),
        N_("server"),
        N_("timeout"),
        N_("connection"),
        N_("malformed"),
        N_("blocked"),
    ),
    # On what the expected length of answers rests.
    *(N_("earlier answers"), N_("limit"), N_("guess")),
    # Prompts: who speaks, whom they are for, what they may touch, where they come from.
    *(N_("system"), N_("user"), N_("assistant"), N_("tool")),
    *(N_("patient"), N_("clinician"), N_("client"), N_("counsel"), N_("court"), N_("public")),
    *(N_("none"), N_("sensitive"), N_("hazard")),
    *(N_("train"), N_("eval"), N_("gold"), N_("holdout")),
    *(N_("written"), N_("user log"), N_("synthetic"), N_("red team")),
    # Rubrics and projects.
    *(N_("critical"), N_("major"), N_("minor"), N_("fixed"), N_("on conflict")),
    *(N_("all"), N_("balanced"), N_("baseline"), N_("rank"), N_("winner"), N_("uniform")),
    *(N_("a tie is a third answer"), N_("ties are left out")),
    *(N_("a tie is the middle of the scale"), N_("the scale has no ties")),
)
"""Members of vocabularies that pages show by their own name, with underscores as blanks."""

NOUNS = (
    n_("%(num)s answer", "%(num)s answers"),
    n_("%(num)s expert", "%(num)s experts"),
    n_("%(num)s judgment", "%(num)s judgments"),
    n_("%(num)s model", "%(num)s models"),
    n_("%(num)s more judgment", "%(num)s more judgments"),
    n_("%(num)s pair", "%(num)s pairs"),
    n_("%(num)s prompt", "%(num)s prompts"),
    n_("%(num)s prompt or expert", "%(num)s prompts or experts"),
    n_("%(num)s source", "%(num)s sources"),
    n_("%(num)s test", "%(num)s tests"),
)
"""What ``counted`` counts on pages."""

_NUMBERED = {"item": N_("Pair %(number)s"), "page": N_("Page %(number)s")}
"""Parts of a document that are counted, and what a form calls them."""

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
    names = _(" or ").join(sorted(role_name(role) for role in roles))
    return _(
        "This page is for the role %(names)s, which you do not hold. An admin can give it to you.",
        names=names,
    )


def place_words(where: str) -> str:
    """Return what a page calls the field ``where``; any other place is named already.

    A form that is read as a document has places within: ``the form, item 2, key, reason`` is the
    reason of the second pair, for whoever has filled it in.
    """
    whole, *parts = where.split(", ")
    if not parts or whole != _("the form"):
        return PLACE_NAMES.get(where, where)
    return ", ".join(_part(part) for part in parts if part != "key")


def _part(part: str) -> str:
    name, _space, number = part.partition(" ")
    if name in _NUMBERED and number.isdigit():
        return _(_NUMBERED[name], number=number)
    return PLACE_NAMES.get(part, part)


def word(member: StrEnum) -> str:
    """Return what a member of a vocabulary is called, such as ``on conflict``."""
    return translated(member.value.replace("_", " "))


def counted(n: int, noun: str, plural: str = "") -> str:
    """Return ``n`` with its noun in the reader's language, such as "2 prompts"."""
    one, many = f"%(num)s {noun}", f"%(num)s {plural or noun + 's'}"
    return ngettext(one, many, n)


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
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return user_agent[:SHOWN_LENGTH] or _("unknown")
