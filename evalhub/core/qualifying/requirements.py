"""What a project asks of those who judge in it, and what somebody lacks of that.

A project that asks for nothing is open to every expert on it. One credential must fit all that is
asked of credentials at once: a licence from one country and a specialty from another profession
make no specialist of that country.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from evalhub.core.canonical import Json
from evalhub.core.qualifying.credentials import (
    Credential,
    CredentialDecision,
    CredentialStanding,
    is_jurisdiction,
    jurisdiction_rule,
    name_rule,
    standing_of,
)
from evalhub.core.qualifying.levels import Level, LevelDecision, level_at
from evalhub.core.rubrics.texts import is_slug
from evalhub.errors import BadInput, Problem, Sentence

REQUIREMENT_SCHEMA = "evalhub.requirement/1"
MAX_NAMES = 40


@dataclass(frozen=True, slots=True)
class Requirement:
    """Hold what a project asks for; the default asks for nothing.

    ``classes``, ``specialties`` and ``jurisdictions`` each name what is enough; an empty one asks
    for nothing of its kind. With ``matches_language`` a prompt goes only to those who work in its
    language; with ``matches_jurisdiction`` and ``matches_specialty`` one that names a place or a
    specialty goes only to those with a verified credential of it. With ``accepted_only`` work goes
    only to those whose application for the domain was accepted and who have answered what their
    judgments may be used for. Of ``trainings`` each one has to be passed.
    """

    domain: str = ""
    needs_credential: bool = False
    classes: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    min_level: int = 0
    matches_language: bool = False
    accepted_only: bool = False
    matches_jurisdiction: bool = False
    matches_specialty: bool = False
    trainings: tuple[str, ...] = ()

    @property
    def asks_credential(self) -> bool:
        """Tell whether a verified credential is asked for."""
        narrowed = self.classes or self.specialties or self.jurisdictions
        return self.needs_credential or bool(narrowed)

    @property
    def is_open(self) -> bool:
        """Tell whether nothing is asked for."""
        asks = (self.asks_credential, self.min_level, self.routes_prompts, self.accepted_only)
        return not (any(asks) or self.trainings)

    @property
    def routes_prompts(self) -> bool:
        """Tell whether prompts of the project go to different people."""
        return self.matches_language or self.matches_jurisdiction or self.matches_specialty

    def fits(self, credential: Credential) -> bool:
        """Tell whether one credential is of the domain, class, specialty and place asked for."""
        return (
            credential.domain == self.domain
            and _is_among(credential.credential_class, self.classes)
            and _is_among(credential.specialty, self.specialties)
            and (
                not self.jurisdictions
                or any(lies_in(credential.jurisdiction, place) for place in self.jurisdictions)
            )
        )


NO_REQUIREMENT = Requirement()


@dataclass(frozen=True, slots=True)
class DecidedCredential:
    """Hold a credential with the latest decision about it."""

    credential: Credential
    decision: CredentialDecision | None


@dataclass(frozen=True, slots=True)
class Qualifications:
    """Hold all that a person can show: credentials, levels and languages as primary tags.

    ``accepted`` are the domains for which their application was accepted, ``trained`` the names
    of the trainings that they have passed.
    """

    credentials: tuple[DecidedCredential, ...] = ()
    levels: tuple[LevelDecision, ...] = ()
    languages: frozenset[str] = frozenset()
    accepted: frozenset[str] = frozenset()
    has_consented: bool = False
    trained: frozenset[str] = frozenset()


class LackKind(StrEnum):
    """What somebody lacks of a requirement."""

    CREDENTIAL = "credential"
    """No credential of theirs fits."""
    UNVERIFIED = "unverified"
    """One fits and waits for a person to verify it."""
    EXPIRED = "expired"
    """The one that fitted has run out."""
    LEVEL = "level"
    """Their level in the domain is lower, or has run out."""
    LANGUAGE = "language"
    """They have named no language that they work in."""
    ACCEPTANCE = "acceptance"
    """No application of theirs for the domain was accepted."""
    CONSENT = "consent"
    """They have not answered what their judgments may be used for."""
    TRAINING = "training"
    """They have not passed a training."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Hold what somebody lacks of a requirement, and the class they come in with."""

    lacks: tuple[LackKind, ...]
    credential_class: str


def fit_of(requirement: Requirement, held: Qualifications, now: datetime) -> Fit:
    """Return what ``held`` lacks of ``requirement`` at ``now``, and the class that counts.

    The class is that of a verified credential that fits, the first stated; where none is asked
    for, nobody's class is anybody's business and it is empty.
    """
    lacks: list[LackKind] = []
    credential_class = ""
    if requirement.asks_credential:
        standings = list(_standings(requirement, held, now))
        verified = [name for name, standing in standings if standing is CredentialStanding.VERIFIED]
        if verified:
            credential_class = verified[0]
        else:
            lacks.append(_why_none({standing for _name, standing in standings}))
    if level_at(held.levels, requirement.domain, now) < requirement.min_level:
        lacks.append(LackKind.LEVEL)
    if requirement.matches_language and not held.languages:
        lacks.append(LackKind.LANGUAGE)
    if requirement.accepted_only and requirement.domain not in held.accepted:
        lacks.append(LackKind.ACCEPTANCE)
    if requirement.accepted_only and not held.has_consented:
        lacks.append(LackKind.CONSENT)
    if not held.trained.issuperset(requirement.trainings):
        lacks.append(LackKind.TRAINING)
    return Fit(tuple(lacks), credential_class)


def check_requirement(requirement: Requirement) -> list[Problem]:
    """Return every rule that ``requirement`` breaks; empty when it can be stored."""
    return [*_name_problems(requirement), *_number_problems(requirement)]


def lies_in(place: str, wanted: str) -> bool:
    """Tell whether a jurisdiction is the wanted one or a part of it, as ``US-CA`` is of ``US``.

    Not the other way round: a licence of the whole country may not hold in each of its states.
    """
    return place == wanted or place.startswith(f"{wanted}-")


def requirement_to_json(requirement: Requirement) -> dict[str, Json]:
    """Return a requirement as it is kept."""
    told: dict[str, Json] = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(requirement).items()
    }
    return {"schema": REQUIREMENT_SCHEMA, **told}


def requirement_from_json(document: dict[str, Json]) -> Requirement:
    """Read what ``requirement_to_json`` wrote; raise ``BadInput`` for another schema."""
    told = dict(document)
    if told.pop("schema", None) != REQUIREMENT_SCHEMA:
        raise BadInput.at("requirement", f"is not of the schema {REQUIREMENT_SCHEMA}")
    return Requirement(
        domain=str(told["domain"]),
        needs_credential=bool(told["needs_credential"]),
        classes=_texts(told["classes"]),
        specialties=_texts(told["specialties"]),
        jurisdictions=_texts(told["jurisdictions"]),
        min_level=int(str(told["min_level"])),
        matches_language=bool(told["matches_language"]),
        # Versions from before these could be asked for do not name them.
        accepted_only=bool(told.get("accepted_only")),
        matches_jurisdiction=bool(told.get("matches_jurisdiction")),
        matches_specialty=bool(told.get("matches_specialty")),
        trainings=_texts(told.get("trainings")),
    )


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _is_among(text: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or text in wanted


def _standings(
    requirement: Requirement, held: Qualifications, now: datetime
) -> Iterator[tuple[str, CredentialStanding]]:
    for one in held.credentials:
        if requirement.fits(one.credential):
            standing = standing_of(one.credential, one.decision, now.date())
            yield one.credential.credential_class, standing


def _why_none(standings: set[CredentialStanding]) -> LackKind:
    """Return the nearest reason: what only waits comes before what has to be renewed."""
    if CredentialStanding.STATED in standings:
        return LackKind.UNVERIFIED
    if CredentialStanding.EXPIRED in standings:
        return LackKind.EXPIRED
    return LackKind.CREDENTIAL


def _name_problems(requirement: Requirement) -> Iterator[Problem]:
    # Of whichever of these there is: a credential and a level are always those of a domain.
    asks_domain = (
        requirement.asks_credential
        or requirement.min_level
        or requirement.accepted_only
        or requirement.matches_jurisdiction
        or requirement.matches_specialty
    )
    if (requirement.domain or asks_domain) and not is_slug(requirement.domain):
        yield Problem("domain", name_rule(requirement.domain))
    for where, names in (
        ("classes", requirement.classes),
        ("specialties", requirement.specialties),
        ("trainings", requirement.trainings),
    ):
        yield from (Problem(where, name_rule(name)) for name in names if not is_slug(name))
        yield from _too_many(where, names)
    for place in requirement.jurisdictions:
        if not is_jurisdiction(place):
            yield Problem("jurisdictions", jurisdiction_rule(place))
    yield from _too_many("jurisdictions", requirement.jurisdictions)


def _too_many(where: str, names: Iterable[str]) -> Iterator[Problem]:
    n = len(tuple(names))
    if n > MAX_NAMES:
        yield Problem(where, Sentence("names %(n)s; %(most)s are enough", n=n, most=MAX_NAMES))


def _number_problems(requirement: Requirement) -> Iterator[Problem]:
    if not 0 <= requirement.min_level <= max(Level):
        rule = Sentence(
            "%(value)s does not lie between %(least)s and %(most)s",
            value=requirement.min_level,
            least=0,
            most=int(max(Level)),
        )
        yield Problem("min_level", rule)
