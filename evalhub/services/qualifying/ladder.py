"""Show where people stand on the ladder, and let a person decide about the next step."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.canonical import Json, canonical_json
from evalhub.core.free_words import plain_words
from evalhub.core.people import Actor, Role
from evalhub.core.qualifying.credentials import check_reason
from evalhub.core.qualifying.ladder import (
    LADDER,
    Criterion,
    Evidence,
    Rung,
    criteria_of,
    level_after,
    next_level,
)
from evalhub.core.qualifying.levels import LadderOutcome, Level, LevelDecision
from evalhub.db import tables as t
from evalhub.db.models import LadderReview, Person
from evalhub.errors import BadInput, Conflict, Sentence, StaleForm
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.paging import PAGE_SIZE, Listing, count_rows, offset_of
from evalhub.services.qualifying.deciding import decider_of
from evalhub.services.qualifying.evidence import domains_judged_in, evidence_of
from evalhub.services.qualifying.letting_in import qualifications_of
from evalhub.services.qualifying.levels import decide_level, levels_of


@dataclass(frozen=True, slots=True)
class Review:
    """Hold one decision about somebody's step: what, why, by whom and when."""

    outcome: LadderOutcome
    level_before: Level
    level_after: Level
    reason: str
    decided_at: datetime
    decided_by: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold where somebody stands in one domain, and what the next level asks of them.

    ``level`` is the one that was given last, also when its time is over: it is renewed as it was.
    """

    domain: str
    level: Level
    latest: LevelDecision | None
    is_expired: bool
    evidence: Evidence
    next_level: Level | None
    rung: Rung | None
    criteria: tuple[Criterion, ...]
    reviews: tuple[Review, ...]
    n_decisions: int
    """How much was decided about them here: a form says which of it its reader had before them."""

    @property
    def n_met(self) -> int:
        """Return how many of the criteria of the next level are met."""
        return sum(one.is_met for one in self.criteria)


@dataclass(frozen=True, slots=True)
class Step:
    """Hold what a person decides about somebody's step, for how many days and why.

    ``seen`` is ``n_decisions`` of the standing that they had before them.
    """

    outcome: LadderOutcome
    seen: int
    days: int
    reason: str


@dataclass(frozen=True, slots=True)
class Climber:
    """Hold one expert of a domain in the list of those who decide."""

    public_id: str
    name: str
    standing: Standing


def standing_in(person_id: int, domain: str, *, session: Session, now: datetime) -> Standing:
    """Return where somebody stands in a domain."""
    decisions = [one for one in levels_of(person_id, session=session) if one.domain == domain]
    latest = decisions[-1] if decisions else None
    level = latest.level if latest else Level.NONE
    above = next_level(level)
    rung = LADDER[above] if above else None
    evidence = evidence_of(person_id, domain, session=session, now=now)
    reviews = _reviews(person_id, domain, session)
    return Standing(
        domain=domain,
        level=level,
        latest=latest,
        is_expired=latest is not None and latest.holds_at(now) is not level,
        evidence=evidence,
        next_level=above,
        rung=rung,
        criteria=criteria_of(rung, evidence) if rung else (),
        reviews=reviews,
        n_decisions=len(decisions) + len(reviews),
    )


def own_standings(person_id: int, *, session: Session, now: datetime) -> list[Standing]:
    """Return where somebody stands in every domain that has anything of them."""
    held = qualifications_of(person_id, session=session)
    domains = {
        *domains_judged_in(person_id, session=session),
        *held.accepted,
        *(one.domain for one in held.levels),
        *(one.credential.domain for one in held.credentials),
    }
    return [standing_in(person_id, one, session=session, now=now) for one in sorted(domains)]


def list_climbers(
    domain: str, *, session: Session, now: datetime, page: int = 1
) -> Listing[Climber]:
    """Return a page of the experts who have judged in a domain or hold a level there, by name.

    They are not ordered by any figure: the list is for looking, and ranks nobody.
    """
    judged = (
        sa.select(t.judgment.c.person_id)
        .join(t.project, t.project.c.id == t.judgment.c.project_id)
        .where(t.project.c.domain == domain)
    )
    levelled = sa.select(t.level_decision.c.person_id).where(t.level_decision.c.domain == domain)
    experts = sa.select(t.role_grant.c.person_id).where(t.role_grant.c.role == Role.ANNOTATOR)
    person = t.person.c
    query = (
        sa.select(person.id, person.public_id, person.name)
        .where(
            person.id.in_(experts),
            person.disabled_at.is_(None),
            sa.or_(person.id.in_(judged), person.id.in_(levelled)),
        )
        .order_by(sa.func.lower(person.name), person.id)
    )
    rows = session.connection().execute(query.limit(PAGE_SIZE).offset(offset_of(page))).all()
    items = [
        Climber(row.public_id, row.name, standing_in(row.id, domain, session=session, now=now))
        for row in rows
    ]
    return Listing(items, page, count_rows(query, session=session))


def review_level(
    person_id: int,
    domain: str,
    step: Step,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Decide about somebody's step with a reason, and keep the figures it was decided on.

    Nothing but this moves a level. The same form sent twice is one step, and so are two
    people's. Raise ``StaleForm`` where another decision came between, ``Forbidden`` for who may
    not, ``BadInput``, and ``Conflict`` for a step that there is not.
    """
    by = decider_of(actor, about=person_id)
    problems = check_reason(step.reason)
    if problems:
        raise BadInput(problems)
    lock(f"level of {person_id} in {domain}", session=session)
    before = standing_in(person_id, domain, session=session, now=now)
    after = _level_after(step, before)
    if after or before.level:
        decide_level(
            person_id,
            domain,
            after,
            days=step.days,
            reason=step.reason,
            session=session,
            actor=actor,
            now=now,
        )
    session.add(
        LadderReview(
            person_id=person_id,
            domain=domain,
            outcome=step.outcome,
            level_before=before.level,
            level_after=after,
            reason=plain_words(step.reason),
            evidence=canonical_json(asdict(before.evidence)),
            decided_at=now,
            decided_by=by,
        )
    )
    session.flush()
    moved: dict[str, Json] = {"domain": domain, "before": int(before.level), "after": int(after)}
    action = f"ladder.{step.outcome.value}"
    _record(action, person_id, moved, session=session, actor=actor, now=now)


def _level_after(step: Step, before: Standing) -> Level:
    """Return where the step leads; raise ``StaleForm`` or ``Conflict`` where it leads nowhere."""
    if before.n_decisions != step.seen:
        raise StaleForm(
            Sentence("Something was decided about them since you opened this page. Look again.")
        )
    after = level_after(step.outcome, before.level)
    if after is None:
        raise Conflict(Sentence("There is no level beyond the one they have."))
    return after


def _reviews(person_id: int, domain: str, session: Session) -> tuple[Review, ...]:
    rows = session.exec(
        select(LadderReview, Person.name)
        .join(Person, col(Person.id) == col(LadderReview.decided_by))
        .where(LadderReview.person_id == person_id, LadderReview.domain == domain)
        .order_by(col(LadderReview.id).desc())
    )
    return tuple(
        Review(
            outcome=row.outcome,
            level_before=Level(row.level_before),
            level_after=Level(row.level_after),
            reason=row.reason,
            decided_at=row.decided_at,
            decided_by=name,
        )
        for row, name in rows
    )


def _record(
    action: str,
    person_id: int,
    details: Mapping[str, Json],
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    person = session.get_one(Person, person_id)
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"person:{person.public_id}",
        details=details,
        now=now,
    )
