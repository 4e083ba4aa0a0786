"""State credentials of people and decide about them; both are only ever added."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.free_words import plain_words
from evalhub.core.people import Actor
from evalhub.core.qualifying.credentials import (
    NEXT_DECISIONS,
    Credential,
    CredentialDecision,
    CredentialStanding,
    check_credential,
    check_reason,
    standing_of,
)
from evalhub.db import tables as t
from evalhub.db.models import Credential as CredentialRow
from evalhub.db.models import CredentialDecision as DecisionRow
from evalhub.db.models import Person
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound, Sentence
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.qualifying.deciding import QUALIFIERS, decider_of

MAX_WAITING = 20
"""How many credentials of one person may wait for a decision; more could bury those who verify."""


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """Hold one decision about a credential: what, why, when and by whom."""

    decision: CredentialDecision
    reason: str
    decided_at: datetime
    decided_by: str


@dataclass(frozen=True, slots=True)
class HeldCredential:
    """Hold one credential of a person with every decision about it, the latest last."""

    public_id: str
    credential: Credential
    standing: CredentialStanding
    stated_at: datetime
    decisions: tuple[DecisionLine, ...]

    @property
    def next_decisions(self) -> tuple[CredentialDecision, ...]:
        """Return what may be decided now."""
        return NEXT_DECISIONS[self.decisions[-1].decision if self.decisions else None]


def state_credential(
    person_id: int, credential: Credential, *, session: Session, actor: Actor, now: datetime
) -> str:
    """Add a credential of a person and return its public id; it counts once it is verified.

    People state their own, coordinators and admins also those of others. Raise ``BadInput`` with
    every broken rule, ``Forbidden`` for others, ``Conflict`` where too many wait already. The
    same again is the credential that waits already, since a button pressed twice sends twice.
    """
    if actor.person_id is None or not (actor.person_id == person_id or actor.has(*QUALIFIERS)):
        raise Forbidden(Sentence("Credentials of others are stated by coordinators and admins."))
    problems = check_credential(credential, now.date())
    if problems:
        raise BadInput(problems)
    # Of many sent at once each would count before the others are there.
    lock(f"credentials of {person_id}", session=session)
    credential = replace(credential, issuer=credential.issuer.strip())
    held = credentials_of(person_id, session=session, now=now)
    waiting = [one for one in held if one.standing is CredentialStanding.STATED]
    for one in waiting:
        if one.credential == credential:
            return one.public_id
    if len(waiting) >= MAX_WAITING:
        raise Conflict(
            Sentence("%(n)s credentials wait for a decision already; wait for it.", n=MAX_WAITING)
        )
    row = CredentialRow(
        public_id=secrets.token_hex(8),
        person_id=person_id,
        credential_class=credential.credential_class,
        domain=credential.domain,
        jurisdiction=credential.jurisdiction,
        specialty=credential.specialty,
        issuer=credential.issuer,
        issued_on=credential.issued_on,
        expires_on=credential.expires_on,
        stated_at=now,
        stated_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    _record("credential.state", row, "", session=session, actor=actor, now=now)
    return row.public_id


def decide_credential(
    public_id: str,
    decision: CredentialDecision,
    *,
    reason: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Append a decision about a credential.

    Raise ``BadInput`` without a reason, ``Forbidden`` for who may not decide, ``NotFound``, and
    ``Conflict`` where the latest decision does not lead to this one.
    """
    row = session.exec(select(CredentialRow).where(CredentialRow.public_id == public_id)).first()
    if row is None:
        raise NotFound(Sentence("There is no such credential."))
    decided_by = decider_of(actor, about=row.person_id)
    problems = check_reason(reason)
    if problems:
        raise BadInput(problems)
    # Of two who decide at once the second must see what the first decided.
    lock(f"credential {row.id}", session=session)
    latest = _latest(row.id, session)
    _refuse_illegal(latest.decision if latest else None, decision)
    session.add(
        DecisionRow(
            credential_id=row.id,
            number=latest.number + 1 if latest else 1,
            decision=decision,
            reason=plain_words(reason),
            decided_at=now,
            decided_by=decided_by,
        )
    )
    session.flush()
    _record(f"credential.{decision.value}", row, reason, session=session, actor=actor, now=now)


def credentials_of(person_id: int, *, session: Session, now: datetime) -> list[HeldCredential]:
    """Return every credential of a person as it stands at ``now``, the first stated first."""
    return credentials_of_people([person_id], session=session, now=now).get(person_id, [])


def credentials_of_people(
    person_ids: Collection[int], *, session: Session, now: datetime
) -> dict[int, list[HeldCredential]]:
    """Return the credentials of several people in two queries, for lists of people."""
    column = t.credential.c
    # As plain rows: fifty people of the registry have a hundred and more, whose objects would take
    # half the time of the page.
    query = sa.select(t.credential).where(column.person_id.in_(person_ids)).order_by(column.id)
    rows = session.connection().execute(query).all()
    lines = _lines([row.id for row in rows], session)
    found: dict[int, list[HeldCredential]] = {}
    for row in rows:
        credential, decisions = credential_of(row), tuple(lines.get(row.id, ()))
        latest = decisions[-1].decision if decisions else None
        standing = standing_of(credential, latest, now.date())
        held = HeldCredential(row.public_id, credential, standing, row.stated_at, decisions)
        found.setdefault(row.person_id, []).append(held)
    return found


def credential_of(row: "CredentialRow | sa.Row[*tuple[Any, ...]]") -> Credential:
    """Return what a row of ``credential`` states."""
    return Credential(
        credential_class=row.credential_class,
        domain=row.domain,
        issuer=row.issuer,
        issued_on=row.issued_on,
        expires_on=row.expires_on,
        jurisdiction=row.jurisdiction,
        specialty=row.specialty,
    )


def _lines(credential_ids: Sequence[int], session: Session) -> dict[int, list[DecisionLine]]:
    found: dict[int, list[DecisionLine]] = {}
    decided = t.credential_decision.c
    query = (
        sa.select(
            decided.credential_id,
            decided.decision,
            decided.reason,
            decided.decided_at,
            t.person.c.name,
        )
        .join(t.person, t.person.c.id == decided.decided_by)
        .where(decided.credential_id.in_(credential_ids))
        .order_by(decided.credential_id, decided.number)
    )
    for credential_id, *told in session.connection().execute(query):
        found.setdefault(credential_id, []).append(DecisionLine(*told))
    return found


def _latest(credential_id: int, session: Session) -> DecisionRow | None:
    query = select(DecisionRow).where(DecisionRow.credential_id == credential_id)
    return session.exec(query.order_by(col(DecisionRow.number).desc()).limit(1)).first()


def _refuse_illegal(before: CredentialDecision | None, to: CredentialDecision) -> None:
    if to in NEXT_DECISIONS[before]:
        return
    if before is None:
        raise Conflict(
            Sentence("The credential was never verified, so there is nothing to revoke.")
        )
    raise Conflict(
        Sentence(
            "The credential is %(before)s, so it cannot be %(to)s.",
            before=Sentence(before.value),
            to=Sentence(to.value),
        )
    )


def _record(
    action: str,
    row: CredentialRow,
    reason: str,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    person = session.get_one(Person, row.person_id)
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"person:{person.public_id}",
        details={
            "credential": row.public_id,
            "class": row.credential_class,
            "domain": row.domain,
            "reason": plain_words(reason),
        },
        now=now,
    )
