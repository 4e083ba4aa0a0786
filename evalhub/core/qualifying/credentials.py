"""Credentials: what an operator has checked of a person's licence, as data and without its number.

A credential is stated once and never changed. What people decide about it is appended: it is
verified or refused, and a verified one may be revoked. Who renews a licence states a new one, so
that what held on a given day can always be told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from evalhub.core.free_words import check_words, says_something
from evalhub.core.prompts.patterns import JURISDICTION
from evalhub.core.rubrics.texts import MAX_SLUG, is_slug
from evalhub.errors import Problem, Sentence

MAX_ISSUER = 200
MAX_REASON = 1_000
MAX_JURISDICTION = 40
EARLIEST = date(1900, 1, 1)


class CredentialDecision(StrEnum):
    """What a person decides about a stated credential."""

    VERIFIED = "verified"
    """Seen at its issuer or in the original; counts from now on."""
    REFUSED = "refused"
    """Could not be confirmed; never counts."""
    REVOKED = "revoked"
    """Was verified and counts no longer."""


class CredentialStanding(StrEnum):
    """Where a credential stands on a day."""

    STATED = "stated"
    """Waits for a person to verify it."""
    VERIFIED = "verified"
    """Counts."""
    EXPIRED = "expired"
    """Was verified and has run out."""
    REFUSED = "refused"
    """Could not be confirmed."""
    REVOKED = "revoked"
    """Was taken back by a person."""


NEXT_DECISIONS: dict[CredentialDecision | None, tuple[CredentialDecision, ...]] = {
    None: (CredentialDecision.VERIFIED, CredentialDecision.REFUSED),
    CredentialDecision.VERIFIED: (CredentialDecision.REVOKED,),
    CredentialDecision.REFUSED: (),
    CredentialDecision.REVOKED: (),
}
"""What may be decided after each decision. Refused and revoked are for good: a mistake is mended by
stating the credential again, which leaves both decisions in the record."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Hold one credential; ``jurisdiction``, ``specialty`` and ``expires_on`` may be open.

    The number of the licence and the document stay with the operator: EvalHub needs to know what
    was checked, by whom and until when, and nothing that names the person to an issuer.
    """

    credential_class: str
    domain: str
    issuer: str
    issued_on: date
    expires_on: date | None = None
    jurisdiction: str = ""
    specialty: str = ""


def standing_of(
    credential: Credential, decision: CredentialDecision | None, today: date
) -> CredentialStanding:
    """Return where ``credential`` stands on ``today`` after the latest ``decision``.

    It holds through the whole of its last day.
    """
    if decision is None:
        return CredentialStanding.STATED
    if decision is not CredentialDecision.VERIFIED:
        return CredentialStanding(decision.value)
    is_over = credential.expires_on is not None and credential.expires_on < today
    return CredentialStanding.EXPIRED if is_over else CredentialStanding.VERIFIED


def check_credential(credential: Credential, today: date) -> list[Problem]:
    """Return every rule that ``credential`` breaks; empty when it can be stated."""
    return [*_names(credential), *_dates(credential, today)]


def _names(credential: Credential) -> Iterator[Problem]:
    for where, text, may_be_empty in (
        ("credential_class", credential.credential_class, False),
        ("domain", credential.domain, False),
        ("specialty", credential.specialty, True),
    ):
        if not (is_slug(text) or (may_be_empty and not text)):
            yield Problem(where, name_rule(text))
    if credential.jurisdiction and not is_jurisdiction(credential.jurisdiction):
        yield Problem("jurisdiction", jurisdiction_rule(credential.jurisdiction))
    issuer = credential.issuer.strip()
    if not (says_something(issuer) and len(issuer) <= MAX_ISSUER and issuer.isprintable()):
        rule = Sentence("needs one line of 1 to %(most)s printable characters", most=MAX_ISSUER)
        yield Problem("issuer", rule)


def _dates(credential: Credential, today: date) -> Iterator[Problem]:
    issued, expires = credential.issued_on, credential.expires_on
    if not EARLIEST <= issued <= today:
        rule = Sentence("%(day)s does not lie between 1900 and today", day=issued.isoformat())
        yield Problem("issued_on", rule)
    if expires is not None and expires < issued:
        rule = Sentence(
            "%(last)s lies before the day of issue, %(first)s",
            last=expires.isoformat(),
            first=issued.isoformat(),
        )
        yield Problem("expires_on", rule)


def check_reason(reason: str) -> list[Problem]:
    """Return what is wrong with the reason of a decision; every decision has one."""
    return list(check_words(reason, most=MAX_REASON))


def is_jurisdiction(text: str) -> bool:
    """Tell whether ``text`` names a jurisdiction as prompts do, such as ``DE`` or ``US-CA``."""
    return len(text) <= MAX_JURISDICTION and JURISDICTION.expression.fullmatch(text) is not None


def name_rule(text: str) -> Sentence:
    """Return the rule that a class, domain or specialty breaks; without text there is none yet."""
    if not text:
        return Sentence("say which, such as physician or emergency_medicine")
    return Sentence(
        "%(text)s needs the letters a to z and digits alone, at most %(most)s of them, such as "
        "physician or emergency_medicine",
        text=repr(text[:MAX_SLUG]),
        most=MAX_SLUG,
    )


def jurisdiction_rule(text: str) -> Sentence:
    """Return the rule that a jurisdiction breaks."""
    return Sentence(
        "%(text)s is not a country or a part of one, such as DE or US-CA",
        text=repr(text[:MAX_JURISDICTION]),
    )
