"""Give people levels in domains, renew them and take them back; every decision stays."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from evalhub.core.free_words import plain_words
from evalhub.core.people import Actor
from evalhub.core.qualifying.levels import Level, LevelDecision, check_level
from evalhub.db.models import LevelDecision as LevelRow
from evalhub.db.models import Person
from evalhub.errors import BadInput, Conflict, Sentence
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.qualifying.deciding import decider_of


def decide_level(
    person_id: int,
    domain: str,
    level: int,
    *,
    days: int,
    reason: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Give a person a level in a domain for ``days``; 0 takes back the one they have.

    The same level again renews it. Raise ``BadInput`` with every broken rule, ``Forbidden`` for
    who may not decide, and ``Conflict`` for taking back what nobody gave.
    """
    decided_by = decider_of(actor, about=person_id)
    problems = check_level(domain, level, days, reason)
    if problems:
        raise BadInput(problems)
    # Two decisions at once would leave it to chance which one is the latest.
    lock(f"level of {person_id} in {domain}", session=session)
    given = [one for one in levels_of(person_id, session=session) if one.domain == domain]
    before = given[-1].level if given else Level.NONE
    if level == Level.NONE and before is Level.NONE:
        raise Conflict(Sentence("There is no level in %(domain)s to take back.", domain=domain))
    session.add(
        LevelRow(
            person_id=person_id,
            domain=domain,
            level=level,
            reason=plain_words(reason),
            decided_at=now,
            decided_by=decided_by,
            expires_at=now + timedelta(days=days) if level else None,
        )
    )
    session.flush()
    person = session.get_one(Person, person_id)
    audit.record(
        "level.decide",
        session=session,
        actor=actor,
        subject=f"person:{person.public_id}",
        details={
            "domain": domain,
            "before": int(before),
            "level": level,
            "days": days,
            "reason": plain_words(reason),
        },
        now=now,
    )


def levels_of(person_id: int, *, session: Session) -> tuple[LevelDecision, ...]:
    """Return every decision about a person's levels, the latest last."""
    return levels_of_people([person_id], session=session).get(person_id, ())


def levels_of_people(
    person_ids: Collection[int], *, session: Session
) -> dict[int, tuple[LevelDecision, ...]]:
    """Return the decisions about several people in one query, for lists of people."""
    query = (
        select(LevelRow, Person.name)
        .join(Person, col(Person.id) == col(LevelRow.decided_by))
        .where(col(LevelRow.person_id).in_(person_ids))
        .order_by(col(LevelRow.id))
    )
    found: dict[int, tuple[LevelDecision, ...]] = {}
    for row, name in session.exec(query):
        decision = LevelDecision(
            domain=row.domain,
            level=Level(row.level),
            reason=row.reason,
            decided_at=row.decided_at,
            expires_at=row.expires_at,
            decided_by=name,
        )
        found[row.person_id] = (*found.get(row.person_id, ()), decision)
    return found
