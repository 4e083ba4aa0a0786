"""Say credentials, levels and what projects ask for in the words that pages use."""

from collections.abc import Iterator, Mapping

from evalhub.core.qualifying.credentials import CredentialDecision, CredentialStanding
from evalhub.core.qualifying.levels import Level
from evalhub.core.qualifying.requirements import LackKind, Requirement
from evalhub.core.qualifying.trainings import Training
from evalhub.services.qualifying.letting_in import LACK_SENTENCES
from evalhub.web.language import N_, Words, _, translated

STANDING_WORDS: Mapping[CredentialStanding, str] = Words(
    {
        CredentialStanding.STATED: N_("waits to be verified"),
        CredentialStanding.VERIFIED: N_("verified"),
        CredentialStanding.EXPIRED: N_("expired"),
        CredentialStanding.REFUSED: N_("not confirmed"),
        CredentialStanding.REVOKED: N_("revoked"),
    }
)
DECISION_VERBS: Mapping[CredentialDecision, str] = Words(
    {
        CredentialDecision.VERIFIED: N_("Verify"),
        CredentialDecision.REFUSED: N_("Could not be confirmed"),
        CredentialDecision.REVOKED: N_("Revoke"),
    }
)
LEVEL_NAMES: Mapping[Level, str] = Words(
    {
        Level.NONE: N_("none"),
        Level.BEGINNER: N_("1, beginner"),
        Level.PRACTISED: N_("2, practised"),
        Level.PROFESSIONAL: N_("3, professional"),
        Level.SENIOR: N_("4, senior"),
        Level.LEAD: N_("5, lead"),
    }
)
LEVEL_NOTES: Mapping[Level, str] = Words(
    {
        Level.NONE: N_("nothing yet, or taken back"),
        Level.BEGINNER: N_("judges plain comparisons after training"),
        Level.PRACTISED: N_("judges without guidance"),
        Level.PROFESSIONAL: N_("judges what needs the profession's own knowledge"),
        Level.SENIOR: N_("settles disagreements"),
        Level.LEAD: N_("writes rubrics and keys"),
    }
)


LACK_WAYS: Mapping[LackKind, str] = {
    LackKind.CREDENTIAL: "/qualifications",
    LackKind.EXPIRED: "/qualifications",
    LackKind.LANGUAGE: "/qualifications",
    LackKind.ACCEPTANCE: "/apply",
    LackKind.CONSENT: "/consent",
    LackKind.TRAINING: "/training",
}
"""Where somebody gets what they lack; what others decide has no page to go to."""
LACK_STEPS: Mapping[LackKind, str] = Words(
    {
        LackKind.CREDENTIAL: N_("State a credential"),
        LackKind.EXPIRED: N_("State a credential"),
        LackKind.LANGUAGE: N_("Say your languages"),
        LackKind.ACCEPTANCE: N_("Apply"),
        LackKind.CONSENT: N_("Answer about consent"),
        LackKind.TRAINING: N_("Take the training"),
    }
)


def lack_words(lack: LackKind) -> str:
    """Return what somebody is told who lacks something."""
    return translated(LACK_SENTENCES[lack])


def plain(name: str) -> str:
    """Return a class, domain or specialty as people write it: ``in house counsel``."""
    return name.replace("_", " ").replace("-", " ")


def step_titles(training: Training) -> list[str]:
    """Return what the steps of a training are called: its pages by title, then its pairs."""
    pairs = range(1, len(training.items) + 1)
    return [page.title for page in training.pages] + [_("Pair %(n)s", n=n) for n in pairs]


def required(requirement: Requirement) -> Iterator[tuple[str, str]]:
    """Yield what a project asks for, each with its name; nothing where it is open to all."""
    if requirement.asks_credential:
        yield _("Credential"), _("verified, in %(domain)s", domain=plain(requirement.domain))
    for name, values in (
        (_("Class"), tuple(map(plain, requirement.classes))),
        (_("Specialty"), tuple(map(plain, requirement.specialties))),
        (_("Jurisdiction"), requirement.jurisdictions),
    ):
        if values:
            yield name, _(" or ").join(values)
    if requirement.min_level:
        level = LEVEL_NAMES[Level(requirement.min_level)]
        yield _("Level in %(domain)s", domain=plain(requirement.domain)), level
    if requirement.matches_language:
        yield _("Language"), _("the one of each prompt")
    if requirement.matches_jurisdiction:
        yield _("Jurisdiction"), _("a verified credential that holds where a prompt names a place")
    if requirement.matches_specialty:
        yield _("Specialty"), _("a verified credential in the specialty that a prompt names")
    if requirement.accepted_only:
        yield _("Application"), _("accepted, and an answer about consent")
    if requirement.trainings:
        yield _("Training"), ", ".join(map(plain, requirement.trainings))
