"""Gather what the judgments of a release were offered, and what the ledger of its project holds.

Both stop at the newest judgment: what is booked or changed later would otherwise make another
release of the same judgments.
"""

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import Purpose
from evalhub.core.pay.disputes import DisputeStep
from evalhub.core.pay.tiers import Price
from evalhub.core.people import Origin
from evalhub.core.releasing.dossier.paying import LedgerFacts, Offer, Share, ledger_facts
from evalhub.db import tables as t
from evalhub.services.releasing.gathering import Source


def offers_of(source: Source, *, session: Session) -> tuple[Offer, ...]:
    """Return the versions of the terms under which judgments were claimed, the oldest first.

    Imported judgments were claimed under none; of a project without others the present terms are
    stated, with no judgment under them.
    """
    project, a = source.project, t.assignment.c
    claimed = (
        sa.select(a.terms_number, a.pay_minor_units, a.pay_currency, _n_distinct(a.id).label("n"))
        .join(t.judgment, t.judgment.c.assignment_id == a.id)
        .where(
            a.project_id == project.id,
            # What checks quality is paid alike but is no judgment of the release.
            a.purpose == Purpose.WORK,
            t.judgment.c.created_at <= source.newest_at,
        )
        .group_by(a.terms_number, a.pay_minor_units, a.pay_currency)
        .order_by(a.terms_number, a.pay_minor_units, a.pay_currency)
    )
    written = sa.select(t.project_terms).where(t.project_terms.c.project_id == project.id)
    connection = session.connection()
    terms = {row.number: row for row in connection.execute(written)}
    offers = []
    for number, minor_units, currency, n in connection.execute(claimed):
        # Terms that were never changed stand in the project's row alone.
        of = terms.get(number, project)
        price = Price(minor_units, currency, of.expected_minutes)
        offers.append(Offer(number, of.pay_tier.value, price, n))
    if offers:
        return tuple(offers)
    price = Price(project.pay_minor_units, project.pay_currency, project.expected_minutes)
    return (Offer(project.terms_number, project.pay_tier.value, price, 0),)


def ledger_of(source: Source, *, session: Session) -> LedgerFacts:
    """Return what may be said of the ledger; whom its parts are of goes no further than here."""
    connection, p = session.connection(), t.pay_entry.c
    of_people = (p.project_id == source.project.id, t.person.c.origin != Origin.SIMULATED)
    rows = connection.execute(
        sa.select(
            p.person_id,
            p.currency,
            p.unpaid_reason,
            sa.func.coalesce(sa.func.sum(p.seconds), 0).label("seconds"),
            sa.func.sum(p.minor_units).label("minor_units"),
            sa.func.sum(sa.case((p.seconds.is_not(None), p.minor_units), else_=0)).label("timed"),
            sa.func.sum(sa.case((p.seconds.is_(None), 1), else_=0)).label("n_untimed"),
        )
        .join(t.person, t.person.c.id == p.person_id)
        .where(*of_people, p.booked_at <= source.newest_at)
        .group_by(p.person_id, p.currency, p.unpaid_reason)
    )
    teams = _team_by_person(source, session)
    # PostgreSQL adds up to another type of number than it stores.
    shares = [
        Share(
            row.person_id,
            row.currency,
            row.unpaid_reason,
            int(row.seconds),
            int(row.minor_units),
            int(row.timed),
            int(row.n_untimed),
            teams.get(row.person_id),
        )
        for row in rows
    ]
    d, answer = t.dispute.c, t.dispute_answer.c
    disputed = (
        sa.select(_n_distinct(d.id), _n_distinct(d.person_id), _n_distinct(answer.dispute_id))
        .join(t.pay_entry, p.id == d.pay_entry_id)
        .join(t.person, t.person.c.id == d.person_id)
        .outerjoin(
            t.dispute_answer,
            sa.and_(
                answer.dispute_id == d.id,
                answer.step == DisputeStep.UPHELD,
                answer.answered_at <= source.newest_at,
            ),
        )
        .where(*of_people, d.opened_at <= source.newest_at)
    )
    n_disputes, n_disputing, n_upheld = connection.execute(disputed).one()
    return ledger_facts(shares, n_disputes=n_disputes, n_upheld=n_upheld, n_disputing=n_disputing)


def _team_by_person(source: Source, session: Session) -> dict[int, int]:
    """Return the place of each person's team, of all teams by short name, at the newest judgment.

    Numbers of rows differ between databases, places do not.
    """
    stay = t.team_member.c
    query = (
        sa.select(stay.person_id, t.team.c.slug)
        .join(t.team, t.team.c.id == stay.team_id)
        .where(
            stay.joined_at <= source.newest_at,
            sa.or_(stay.left_at.is_(None), stay.left_at > source.newest_at),
        )
    )
    rows = session.connection().execute(query).all()
    place = {slug: number for number, slug in enumerate(sorted({row.slug for row in rows}))}
    return {row.person_id: place[row.slug] for row in rows}


def _n_distinct(column: "sa.ColumnElement[int]") -> "sa.Function[int]":
    return sa.func.count(sa.distinct(column))
