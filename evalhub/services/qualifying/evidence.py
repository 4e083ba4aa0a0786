"""Read what is known of somebody in a domain, as far as levels ask for it."""

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import is_revisable
from evalhub.core.campaigns import AnnotatorKind, Purpose
from evalhub.core.judging.answers import Choice
from evalhub.core.qualifying.credentials import CredentialStanding, standing_of
from evalhub.core.qualifying.ladder import Evidence, agreement_with_others
from evalhub.db import tables as t
from evalhub.db.in_force import is_newest
from evalhub.services.qualifying.attempts import find_attempt, grade_of
from evalhub.services.qualifying.letting_in import qualifications_of
from evalhub.services.qualifying.trained import domains_of

_CODES = {Choice.A: -1, Choice.TIE: 0, Choice.BOTH_GOOD: 0, Choice.BOTH_BAD: 0, Choice.B: 1}


def evidence_of(person_id: int, domain: str, *, session: Session, now: datetime) -> Evidence:
    """Return somebody's evidence in a domain at ``now``.

    It is read from judgments, results and credentials, and from nothing that tells what somebody
    skipped, gave back or objected to.
    """
    held = qualifications_of(person_id, session=session)
    attempt = find_attempt(person_id, domain, session=session, now=now)
    grade = grade_of(attempt, session=session) if attempt else None
    return Evidence(
        has_training=domain in domains_of(held.trained, session=session),
        is_assessed=grade is not None and grade.is_passed,
        has_credential=any(
            one.credential.domain == domain
            and standing_of(one.credential, one.decision, now.date()) is CredentialStanding.VERIFIED
            for one in held.credentials
        ),
        n_judgments=_n_judgments(person_id, domain, session),
        agreement=agreement_with_others(person_id, _answers(person_id, domain, session, now)),
    )


def domains_judged_in(person_id: int, *, session: Session) -> frozenset[str]:
    """Return the domains of the projects in which somebody has judged."""
    query = (
        sa.select(t.project.c.domain)
        .join(t.judgment, t.judgment.c.project_id == t.project.c.id)
        .where(t.judgment.c.person_id == person_id)
        .distinct()
    )
    return frozenset(session.connection().execute(query).scalars())


def _n_judgments(person_id: int, domain: str, session: Session) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(t.judgment)
        .join(t.project, t.project.c.id == t.judgment.c.project_id)
        .where(
            t.judgment.c.person_id == person_id,
            t.judgment.c.annotator_kind == AnnotatorKind.HUMAN,
            t.project.c.domain == domain,
            is_newest(),
        )
    )
    return session.connection().execute(query).scalar_one()


def _answers(
    person_id: int, domain: str, session: Session, now: datetime
) -> dict[int, dict[int, int]]:
    """Return what everybody said of the pairs that somebody judged, in each pair's own order.

    Only what was said alone: a version given after the ten minutes answers somebody's words, and
    whoever gives in would climb by it. A pair counts once none of its judgments can be mended, or
    the figure would tell what another said while one's own answer can still follow it. The first
    answer counts where somebody judged a pair twice.
    """
    own = t.judgment.alias("own")
    pairs = (
        sa.select(own.c.pair_id)
        .join(t.project, t.project.c.id == own.c.project_id)
        .where(own.c.person_id == person_id, t.project.c.domain == domain)
    )
    columns = t.judgment.c
    query = (
        sa.select(
            columns.id,
            columns.assignment_id,
            columns.pair_id,
            columns.person_id,
            columns.choice,
            columns.is_swapped,
            columns.created_at,
        )
        .where(
            columns.pair_id.in_(pairs),
            columns.annotator_kind == AnnotatorKind.HUMAN,
            # A pair that came back to somebody is no second opinion, and what others answer to a
            # control says less than its key.
            columns.purpose == Purpose.WORK,
        )
        .order_by(columns.id)
    )
    first_at: dict[int, datetime] = {}
    said: dict[int, tuple[int, int, int | None]] = {}
    unsettled: set[int] = set()
    for row in session.connection().execute(query):
        # Imported judgments have no assignment and no revisions: each stands for itself.
        key = row.assignment_id or -row.id
        first = first_at.setdefault(key, row.created_at)
        if is_revisable(first, now):
            unsettled.add(row.pair_id)
        if is_revisable(first, row.created_at):
            code = _CODES.get(row.choice)
            turned = -code if code and row.is_swapped else code
            said[key] = (row.pair_id, row.person_id, turned)
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for pair, person, turned in said.values():
        if turned is not None and pair not in unsettled:
            found[pair].setdefault(person, turned)
    return found
