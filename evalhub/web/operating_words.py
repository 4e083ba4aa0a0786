"""Say how a project goes, and what is stuck and why, in the words that pages use."""

from collections.abc import Mapping
from enum import StrEnum

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.operating.backlog import Backlog, Capacity, Stuck, StuckReason
from evalhub.core.operating.exceptions import ExceptionKind, ExceptionLevel
from evalhub.core.qualifying.routes import Route
from evalhub.web.language import N_, Words, _, decimal, ngettext
from evalhub.web.qualifying_words import plain

_MINUTES_AN_HOUR = 60


class Wanted(StrEnum):
    """What a coordinator can make of a project here; closing it for good is done on its page."""

    OPEN = ProjectStatus.OPEN.value
    """Comparisons can be claimed."""
    PAUSED = ProjectStatus.PAUSED.value
    """Nothing new is claimed; what is held can be finished."""


STATE_WORDS: Mapping[ProjectStatus, str] = Words(
    {
        ProjectStatus.DRAFT: N_("a draft"),
        ProjectStatus.OPEN: N_("open"),
        ProjectStatus.PAUSED: N_("paused"),
        ProjectStatus.CLOSED: N_("closed"),
    }
)

WANTED_VERBS: Mapping[Wanted, str] = Words(
    {Wanted.OPEN: N_("Open the project"), Wanted.PAUSED: N_("Pause the project")}
)

WANTED_SAID: Mapping[Wanted, str] = Words(
    {
        Wanted.OPEN: N_("The project is open. Comparisons can be claimed."),
        Wanted.PAUSED: N_("The project is paused. What experts hold they may finish."),
    }
)

EXCEPTION_NAMES: Mapping[ExceptionKind, str] = Words(
    {
        ExceptionKind.EXPIRED_CLAIM: N_("A claim ran out"),
        ExceptionKind.ENDPOINT_FAILURE: N_("An endpoint failed"),
    }
)

EXCEPTION_LEVELS: Mapping[ExceptionLevel, str] = Words(
    {
        ExceptionLevel.COORDINATION: N_("Coordination"),
        ExceptionLevel.ADMINISTRATION: N_("Coordination and administration"),
    }
)

WHAT_HELPS: Mapping[StuckReason, str] = Words(
    {
        StuckReason.NO_EXPERTS: N_("Put experts on the project."),
        StuckReason.NOBODY_QUALIFIED: N_(
            "Put somebody on the project who may judge them, verify a credential, or ask for less."
        ),
        StuckReason.TOO_FEW_EXPERTS: N_(
            "Nobody judges a pair twice. Put further experts on the project, or lower the overlap."
        ),
        StuckReason.STANDS_STILL: N_("Ask the experts what keeps them, or look at the offer."),
        StuckReason.LAPSED_CLAIMS: N_("The next claim in the project takes them back."),
    }
)


def wanted_of(status: ProjectStatus) -> Wanted:
    """Return what a running project can be made from where it is."""
    return Wanted.PAUSED if status is ProjectStatus.OPEN else Wanted.OPEN


def stuck_words(stuck: Stuck) -> str:
    """Return what is stuck, and why."""
    kind = kind_words(stuck.domain, stuck.route) if stuck.route else ""
    if stuck.reason is StuckReason.NOBODY_QUALIFIED:
        return ngettext(
            "%(num)s judgment is wanted where nobody on the project may judge: %(kind)s.",
            "%(num)s judgments are wanted where nobody on the project may judge: %(kind)s.",
            stuck.n,
            kind=kind,
        )
    if stuck.reason is StuckReason.TOO_FEW_EXPERTS:
        return ngettext(
            "%(num)s judgment is wanted of more experts than may judge: %(kind)s.",
            "%(num)s judgments are wanted of more experts than may judge: %(kind)s.",
            stuck.n,
            kind=kind,
        )
    if stuck.reason is StuckReason.NO_EXPERTS:
        return ngettext(
            "%(num)s judgment is wanted, and no expert is on the project.",
            "%(num)s judgments are wanted, and no expert is on the project.",
            stuck.n,
        )
    if stuck.reason is StuckReason.STANDS_STILL:
        return ngettext(
            "%(num)s judgment is wanted, and nobody has judged for a week.",
            "%(num)s judgments are wanted, and nobody has judged for a week.",
            stuck.n,
        )
    return ngettext(
        "The time of %(num)s claim ran out.", "The time of %(num)s claims ran out.", stuck.n
    )


def kind_words(domain: str, route: Route) -> str:
    """Return one kind of prompt: its domain, language, jurisdiction and specialty."""
    parts = (plain(domain), route.language, route.jurisdiction, plain(route.specialty))
    return ", ".join(part for part in parts if part)


def backlog_words(one: Backlog) -> str:
    """Return which kind of prompt a line of the backlog is about."""
    return kind_words(one.domain, one.route)


def hours(minutes: int) -> str:
    """Return minutes as hours, such as ``12.5 h``."""
    return f"{decimal(minutes / _MINUTES_AN_HOUR, 1)}\u00a0h"


def weeks_words(capacity: Capacity) -> str:
    """Return how long the rest takes, as pledged and as worked, or why that cannot be said."""
    told = [
        _("%(n)s weeks as pledged", n=decimal(capacity.weeks_as_pledged, 1))
        if capacity.weeks_as_pledged is not None
        else _("no hours are pledged"),
        _("%(n)s weeks at the pace of the last seven days", n=decimal(capacity.weeks_as_worked, 1))
        if capacity.weeks_as_worked is not None
        else _("nothing was worked in the last seven days"),
    ]
    return "; ".join(told)
