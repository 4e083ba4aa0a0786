"""Work is booked as it happens, once, and its minutes add up whatever happens in between."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from evalhub.core.assigning import Lease
from evalhub.core.pay.ledger import UnpaidReason
from evalhub.core.people import Actor, Origin, Role
from evalhub.db.models import Assignment, PayEntry, Person, Project
from evalhub.services.assigning.releasing import release
from evalhub.services.judging.drafts import save_draft
from evalhub.services.projects.members import remove_member
from tests.services.judging.conftest import FORM, Desk, changed, only

# What differs between the databases is tested beside the entries themselves.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MINUTE = timedelta(minutes=1)


def entries(session: Session, person_id: int) -> list[PayEntry]:
    return list(
        session.exec(
            select(PayEntry).where(PayEntry.person_id == person_id).order_by(sa.text("id"))
        )
    )


def booked(desk: Desk) -> list[tuple[int | None, int, UnpaidReason | None]]:
    """Return the time, the money and the reason of each entry of the desk's person."""
    rows = entries(desk.session, desk.lease.person_id)
    return [(row.seconds, row.minor_units, row.unpaid_reason) for row in rows]


def pay(desk: Desk, minor_units: int) -> None:
    """Let the project and the comparison in hand pay so much for ten minutes."""
    project = desk.session.get_one(Project, desk.lease.project_id)
    lease = desk.session.get_one(Assignment, desk.lease.id)
    project.pay_minor_units = lease.pay_minor_units = minor_units
    desk.session.flush()


def worked(seconds: int, form: list[tuple[str, str]] | None = None) -> list[tuple[str, str]]:
    return [*(FORM if form is None else form), ("active_seconds", str(seconds))]


def draft(desk: Desk, seconds: int, at: datetime, lease: Lease | None = None) -> None:
    save_draft(
        (lease or desk.lease).token,
        [("overall", "1"), ("active_seconds", str(seconds)), ("revision", "0")],
        person_id=desk.lease.person_id,
        session=desk.session,
        now=at,
    )


def test_a_judgment_is_booked_with_its_price_and_time(desk: Desk) -> None:
    pay(desk, 1_400)

    desk.submit(worked(480), at=desk.now + 8 * MINUTE)

    assert booked(desk) == [(480, 1_400, None)]


def test_f21_time_over_the_expected_minutes_is_unpaid(desk: Desk) -> None:
    pay(desk, 1_400)

    desk.submit(worked(900), at=desk.now + 15 * MINUTE)

    assert booked(desk) == [(600, 1_400, None), (300, 0, UnpaidReason.OVER_CAP)]


def test_a_form_that_arrives_twice_is_booked_once(desk: Desk) -> None:
    pay(desk, 1_400)

    desk.submit(worked(60), at=desk.now + MINUTE)
    desk.submit(worked(60), at=desk.now + 2 * MINUTE)

    assert booked(desk) == [(60, 1_400, None)]


def test_a_change_books_its_time_and_no_money(desk: Desk) -> None:
    pay(desk, 1_400)
    desk.submit(worked(590), at=desk.now + 10 * MINUTE)

    desk.submit(worked(30, changed(overall="3")), at=desk.now + 12 * MINUTE, over=1)

    assert booked(desk) == [(590, 1_400, None), (10, 0, None), (20, 0, UnpaidReason.OVER_CAP)]


def test_cannot_judge_is_paid_like_any_answer(desk: Desk) -> None:
    pay(desk, 1_400)
    form = only(overall="cannot_judge", cannot_judge_reason="contested")

    desk.submit(worked(120, [*FORM[:2], *form]), at=desk.now + 2 * MINUTE)

    assert booked(desk) == [(120, 1_400, None)]


def test_volunteered_work_is_booked_as_such(desk: Desk) -> None:
    desk.submit(worked(120), at=desk.now + 2 * MINUTE)

    assert booked(desk) == [(120, 0, UnpaidReason.VOLUNTEER)]


def test_a_made_up_annotator_is_owed_nothing(desk: Desk) -> None:
    pay(desk, 1_400)
    desk.session.get_one(Person, desk.lease.person_id).origin = Origin.SIMULATED
    desk.session.flush()

    desk.submit(worked(120), at=desk.now + 2 * MINUTE)

    assert booked(desk) == []


def test_giving_back_books_the_time_of_the_draft_as_unpaid(desk: Desk) -> None:
    draft(desk, 90, desk.now + 2 * MINUTE)

    for _ in range(2):
        release(
            desk.lease.token,
            person_id=desk.lease.person_id,
            session=desk.session,
            now=desk.now + 3 * MINUTE,
        )

    assert booked(desk) == [(90, 0, UnpaidReason.RETURNED)]


def test_a_triage_answer_that_sends_the_pair_back_books_the_time_of_its_form(desk: Desk) -> None:
    draft(desk, 20, desk.now + MINUTE)

    desk.submit(worked(45, changed(triage__competence="out_of_scope")), at=desk.now + MINUTE)

    assert booked(desk) == [(45, 0, UnpaidReason.RETURNED)]


def test_who_is_taken_off_a_project_sees_the_time_that_was_lost(desk: Desk) -> None:
    draft(desk, 90, desk.now + 2 * MINUTE)
    person = desk.session.get_one(Person, desk.lease.person_id)

    remove_member(
        desk.session.get_one(Project, desk.lease.project_id),
        public_id=person.public_id,
        role=Role.ANNOTATOR,
        reason="Away for months.",
        session=desk.session,
        actor=Actor(None, "x", frozenset(Role)),
        now=desk.now + 3 * MINUTE,
    )

    assert booked(desk) == [(90, 0, UnpaidReason.REMOVED)]


def test_time_that_ran_out_moves_into_the_judgment_of_the_pair(desk: Desk) -> None:
    pay(desk, 1_400)
    draft(desk, 300, desk.now + 5 * MINUTE)
    later = desk.now + 120 * MINUTE
    again = desk.campaign.must_lease(desk.campaign.people[0], later)
    assert booked(desk) == [(300, 0, UnpaidReason.EXPIRED)]

    Desk(desk.campaign, again, desk.session, later).submit(worked(480), at=later + 9 * MINUTE)

    assert booked(desk)[1:] == [(-300, 0, UnpaidReason.EXPIRED), (480, 1_400, None)]


def test_time_that_runs_out_twice_is_counted_once(desk: Desk) -> None:
    draft(desk, 300, desk.now + 5 * MINUTE)
    later, latest = desk.now + 120 * MINUTE, desk.now + 240 * MINUTE
    again = desk.campaign.must_lease(desk.campaign.people[0], later)
    draft(desk, 420, later + 8 * MINUTE, again)

    desk.campaign.must_lease(desk.campaign.people[0], latest)

    assert sum(seconds or 0 for seconds, *_rest in booked(desk)) == 420
    assert {reason for *_rest, reason in booked(desk)} == {UnpaidReason.EXPIRED}


def test_a_lease_that_ran_out_untouched_books_nothing(desk: Desk) -> None:
    desk.campaign.must_lease(desk.campaign.people[0], desk.now + 120 * MINUTE)

    assert booked(desk) == []


def test_entries_of_others_stay_theirs(desk: Desk) -> None:
    pay(desk, 1_400)
    desk.submit(worked(60), at=desk.now + MINUTE)

    assert entries(desk.session, desk.campaign.people[1].id) == []
