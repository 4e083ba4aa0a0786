"""Decide which prompts of a project go to a person, by the few routes that its prompts have.

A route is what a prompt says of who should judge it: its language, its jurisdiction and its
specialty. A project of a hundred thousand prompts has a handful of them, so a claim asks about
those and not about prompts.
"""

from dataclasses import dataclass
from datetime import datetime

from evalhub.core.qualifying.credentials import CredentialStanding, standing_of
from evalhub.core.qualifying.languages import primary_tag
from evalhub.core.qualifying.requirements import Qualifications, Requirement, fit_of, lies_in


@dataclass(frozen=True, slots=True)
class Route:
    """Hold what a prompt says of who should judge it; jurisdiction and specialty may be empty."""

    language: str
    jurisdiction: str = ""
    specialty: str = ""

    @property
    def key(self) -> str:
        """Return the route as it is stored, such as ``sw|KE|cardiology``."""
        return f"{self.language}|{self.jurisdiction}|{self.specialty}"


def route_of(language: str, jurisdiction: str | None = None, specialty: str | None = None) -> Route:
    """Return the route of a prompt with these fields; regions of a language are one."""
    return Route(primary_tag(language), (jurisdiction or "").upper(), specialty or "")


def parse_route(key: str) -> Route:
    """Return the route that ``Route.key`` wrote."""
    language, jurisdiction, specialty = key.split("|")
    return Route(language, jurisdiction, specialty)


def class_on(
    route: Route, requirement: Requirement, held: Qualifications, now: datetime
) -> str | None:
    """Return the class of credential by which prompts of ``route`` go to somebody.

    It is empty where none is asked for, and None where they do not go to them. What the project
    asks of everybody is asked apart from this, by ``fit_of``. A prompt that names no place and no
    specialty asks for no more than that. One credential has to fit the place, the specialty and
    what the project asks for together: a dentist in Kenya who is a cardiologist nowhere judges
    no heart of Kenya.
    """
    if requirement.matches_language and route.language not in held.languages:
        return None
    place = route.jurisdiction if requirement.matches_jurisdiction else ""
    specialty = route.specialty if requirement.matches_specialty else ""
    if not (place or specialty):
        return fit_of(requirement, held, now).credential_class
    for one in held.credentials:
        fits = (
            requirement.fits(one.credential)
            and (not place or lies_in(one.credential.jurisdiction, place))
            and specialty in {"", one.credential.specialty}
        )
        standing = standing_of(one.credential, one.decision, now.date())
        if fits and standing is CredentialStanding.VERIFIED:
            return one.credential.credential_class
    return None
