"""Say who may sign a release, as what, and what a signature must hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evalhub.core.free_words import is_clean, says_something
from evalhub.core.people import Actor, Role
from evalhub.core.rubrics.texts import MAX_TEXT
from evalhub.errors import BadInput, Problem


class SignOffRole(StrEnum):
    """Say as what somebody signs."""

    STEWARD = "steward"
    """Answers for the data: a researcher or an administrator."""
    AUDITOR = "auditor"
    """Has examined the dossier and built nothing: an auditor."""


SIGNERS: Mapping[SignOffRole, frozenset[Role]] = {
    SignOffRole.STEWARD: frozenset({Role.RESEARCHER, Role.ADMIN}),
    SignOffRole.AUDITOR: frozenset({Role.AUDITOR}),
}
"""The roles of which a signer must hold one."""


@dataclass(frozen=True, slots=True)
class SignOffText:
    """Hold what a signer says, and what they leave open; the latter may be empty."""

    statement: str
    open_findings: str = ""


@dataclass(frozen=True, slots=True)
class SignOff:
    """Hold one signature; ``is_of_this`` tells whether the manifest still has the signed hash."""

    name: str
    role: SignOffRole
    statement: str
    open_findings: str
    manifest_sha256: str
    signed_at: datetime
    is_of_this: bool


def signing_roles(actor: Actor) -> tuple[SignOffRole, ...]:
    """Return as what ``actor`` may sign."""
    return tuple(role for role, held in SIGNERS.items() if actor.has(*held))


def check_sign_off(text: SignOffText) -> None:
    """Raise ``BadInput`` naming each field that cannot be signed."""
    problems = []
    if not says_something(text.statement):
        problems.append(Problem("statement", "must say what you vouch for"))
    for name, value in (("statement", text.statement), ("open findings", text.open_findings)):
        if len(value) > MAX_TEXT or not is_clean(value):
            rule = f"must be at most {MAX_TEXT} characters and no control characters"
            problems.append(Problem(name, rule))
    if problems:
        raise BadInput(problems)
