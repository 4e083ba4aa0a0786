"""Let into a project's work whom it asks for; asked by every claim, so in Core statements."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.qualifying.applications import ApplicationDecision
from evalhub.core.qualifying.credentials import Credential
from evalhub.core.qualifying.levels import Level, LevelDecision
from evalhub.core.qualifying.requirements import (
    DecidedCredential,
    LackKind,
    Qualifications,
    Requirement,
    fit_of,
)
from evalhub.db import tables as t
from evalhub.errors import Forbidden, Sentence
from evalhub.services.qualifying.languages import languages_of
from evalhub.services.qualifying.trained import trainings_passed

LACK_SENTENCES: Mapping[LackKind, Sentence] = {
    LackKind.CREDENTIAL: Sentence(
        "This project asks for a verified credential that you have not shown."
    ),
    LackKind.UNVERIFIED: Sentence(
        "The credential that this project asks for waits for a person to verify it."
    ),
    LackKind.EXPIRED: Sentence(
        "The credential that this project asks for has expired. Drafts that you have are kept."
    ),
    LackKind.LEVEL: Sentence(
        "This project asks for a higher level in its domain than you hold now. Drafts that you "
        "have are kept."
    ),
    LackKind.LANGUAGE: Sentence(
        "This project gives out prompts by language. Say first in which languages you work."
    ),
    LackKind.ACCEPTANCE: Sentence(
        "This project is for experts whose application for its field was accepted."
    ),
    LackKind.CONSENT: Sentence(
        "Say first what your judgments may be used for; any answer will do."
    ),
    LackKind.TRAINING: Sentence(
        "This project asks for a training that you have not finished. It can be taken at any time."
    ),
}
"""What somebody is told who lacks something; how to get it stands on the page they are led to."""


def class_let_in(
    requirement: Requirement, *, person_id: int, session: Session, now: datetime
) -> str | None:
    """Return the class of credential by which a person may claim; None where none is asked for.

    Raise ``Forbidden`` with what they lack first. It reads in the transaction of the claim, so a
    credential that is revoked before it counts no more, and one revoked after it changes nothing.
    """
    if requirement.is_open:
        return None
    held = qualifications_of(person_id, session=session)
    fit = fit_of(requirement, held, now)
    if fit.lacks:
        raise Forbidden(LACK_SENTENCES[fit.lacks[0]])
    return fit.credential_class or None


def qualifications_of(person_id: int, *, session: Session) -> Qualifications:
    """Return all that a person can show."""
    key = {"person": person_id}
    connection = session.connection()
    credentials = tuple(
        DecidedCredential(
            Credential(
                credential_class=row.credential_class,
                domain=row.domain,
                issuer=row.issuer,
                issued_on=row.issued_on,
                expires_on=row.expires_on,
                jurisdiction=row.jurisdiction,
                specialty=row.specialty,
            ),
            row.decision,
        )
        for row in connection.execute(_CREDENTIALS, key)
    )
    levels = tuple(
        LevelDecision(
            domain=row.domain,
            level=Level(row.level),
            reason=row.reason,
            decided_at=row.decided_at,
            expires_at=row.expires_at,
            decided_by="",
        )
        for row in connection.execute(_LEVELS, key)
    )
    return Qualifications(
        credentials,
        levels,
        languages_of(person_id, session=session),
        accepted=frozenset(connection.execute(_ACCEPTED, key).scalars()),
        has_consented=connection.execute(_CONSENTED, key).first() is not None,
        trained=trainings_passed(person_id, session=session),
    )


def _credentials() -> "sa.Select[*tuple[object, ...]]":
    credential, decided = t.credential, t.credential_decision
    later = decided.alias("later")
    newest = (
        sa.select(sa.func.max(later.c.number))
        .where(later.c.credential_id == credential.c.id)
        .correlate(credential)
        .scalar_subquery()
    )
    return (
        sa.select(credential, decided.c.decision)
        .select_from(credential)
        .outerjoin(
            decided,
            sa.and_(decided.c.credential_id == credential.c.id, decided.c.number == newest),
        )
        .where(credential.c.person_id == sa.bindparam("person"))
        .order_by(credential.c.id)
    )


def _accepted() -> "sa.Select[str]":
    application, decided = t.application.c, t.application_decision.c
    # Nothing follows acceptance, so a row that says so is the one in force.
    return (
        sa.select(application.domain)
        .join(t.application_decision, decided.application_id == application.id)
        .where(
            application.person_id == sa.bindparam("person"),
            decided.decision == ApplicationDecision.ACCEPTED,
        )
    )


# Built once: putting such a statement together costs more than running it.
_CREDENTIALS = _credentials()
_ACCEPTED = _accepted()
_CONSENTED = (
    sa.select(t.consent_answer.c.id)
    .where(t.consent_answer.c.person_id == sa.bindparam("person"))
    .limit(1)
)
_LEVELS = (
    sa.select(t.level_decision)
    .where(t.level_decision.c.person_id == sa.bindparam("person"))
    .order_by(t.level_decision.c.id)
)
