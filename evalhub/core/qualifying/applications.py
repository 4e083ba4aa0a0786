"""Applications: a person's way into a domain, from what they write to a decision with a reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from evalhub.core.free_words import check_words
from evalhub.errors import Problem, Sentence

MAX_BACKGROUND = 4_000
MAX_CALL_TEXT = 4_000
MAX_WEEK_HOURS = 60


class ApplicationDecision(StrEnum):
    """What was decided about an application."""

    ACCEPTED = "accepted"
    """Welcome: the person is an expert now."""
    DECLINED = "declined"
    """Not now, for the reason given."""
    WITHDRAWN = "withdrawn"
    """Taken back by the person."""


NEXT_DECISIONS: dict[ApplicationDecision | None, tuple[ApplicationDecision, ...]] = {
    None: tuple(ApplicationDecision),
    # A person may look again and find otherwise; what was said first stays beside it.
    ApplicationDecision.DECLINED: (ApplicationDecision.ACCEPTED,),
    ApplicationDecision.ACCEPTED: (),
    ApplicationDecision.WITHDRAWN: (),
}
"""What may follow each decision. Who was accepted keeps what they earned by it: work is ended by
taking roles or levels back, which are decisions of their own."""


@dataclass(frozen=True, slots=True)
class Application:
    """Hold what an applicant writes: background in their words, hours a week they could give."""

    background: str
    week_hours: int


def check_application(application: Application) -> Iterator[Problem]:
    """Yield every rule that an application breaks."""
    yield from check_words(application.background, most=MAX_BACKGROUND, where="background")
    if not 1 <= application.week_hours <= MAX_WEEK_HOURS:
        rule = Sentence(
            "%(value)s does not lie between %(least)s and %(most)s",
            value=application.week_hours,
            least=1,
            most=MAX_WEEK_HOURS,
        )
        yield Problem("week_hours", rule)
