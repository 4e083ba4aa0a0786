"""A form that comes late or from another device never replaces what was said since."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import col, select

from evalhub.db.engine import Database
from evalhub.db.models import Draft, Judgment
from evalhub.errors import BadInput, Conflict, StaleForm
from evalhub.services.judging.drafts import find_draft, save_draft
from evalhub.services.judging.submitting import SubmissionKind, submit
from tests.services.judging.conftest import Desk, Form, changed, only

MINUTE = timedelta(minutes=1)
FIRST, SECOND, THIRD = changed(overall="-1"), changed(overall="1"), changed(overall="3")
CANNOT = only(overall="cannot_judge", cannot_judge_reason="contested")


def preferences(desk: Desk) -> list[int | None]:
    """Return what was said, revision by revision."""
    query = select(Judgment.preference).where(Judgment.assignment_id == desk.lease.id)
    return list(desk.session.exec(query.order_by(col(Judgment.revision))))


def save(desk: Desk, fields: Form, *, over: int, after: timedelta = timedelta()) -> None:
    save_draft(
        desk.lease.token,
        [*fields, ("revision", str(over))],
        person_id=desk.lease.person_id,
        session=desk.session,
        now=desk.now + after,
    )


@pytest.mark.parametrize(
    ("late", "over"), [(FIRST, 0), (SECOND, 1)], ids=["first-form", "second-form"]
)
def test_an_earlier_form_repeated_late_is_no_revision(desk: Desk, late: Form, over: int) -> None:
    desk.submit(FIRST)
    desk.submit(SECOND, over=1, at=desk.now + MINUTE)
    desk.submit(THIRD, over=2, at=desk.now + 2 * MINUTE)

    again = desk.submit(late, over=over, at=desk.now + 3 * MINUTE)

    assert again.kind is SubmissionKind.REPEATED
    assert again.judgment is not None
    assert again.judgment.revision == 3
    assert preferences(desk) == [-1, 1, 3]


def test_a_form_over_an_older_version_is_a_conflict(desk: Desk) -> None:
    desk.submit(FIRST)
    desk.submit(SECOND, over=1, at=desk.now + MINUTE)

    with pytest.raises(StaleForm, match="in force"):
        desk.submit(THIRD, over=1, at=desk.now + 2 * MINUTE)

    assert preferences(desk) == [-1, 1]


def test_a_second_device_cannot_judge_over_the_first(desk: Desk) -> None:
    desk.submit(FIRST)

    with pytest.raises(StaleForm):
        desk.submit(SECOND, over=0)
    same = desk.submit(FIRST, over=0)

    assert same.kind is SubmissionKind.REPEATED
    assert preferences(desk) == [-1]


def test_going_back_to_what_was_said_first_is_a_revision(desk: Desk) -> None:
    desk.submit(FIRST)
    desk.submit(SECOND, over=1)

    back = desk.submit(FIRST, over=2)

    assert back.kind is SubmissionKind.REVISED
    assert preferences(desk) == [-1, 1, -1]


def test_a_form_that_changes_nothing_stores_nothing(desk: Desk) -> None:
    desk.submit(FIRST)

    assert desk.submit(FIRST, over=1).kind is SubmissionKind.REPEATED
    assert preferences(desk) == [-1]


def test_a_stale_form_is_told_so_before_it_is_told_what_it_lacks(desk: Desk) -> None:
    desk.submit(FIRST)

    with pytest.raises(StaleForm):
        desk.submit(only(overall="3"), over=0)


def test_a_return_repeated_late_is_no_revision(desk: Desk) -> None:
    desk.submit(FIRST)
    away = only(triage__competence="out_of_scope")
    desk.submit(away, over=1)
    desk.submit(SECOND, over=2)

    assert desk.submit(away, over=1).kind is SubmissionKind.REPEATED
    assert preferences(desk) == [-1, None, 1]


@pytest.mark.parametrize("named", ["1", "999999999", "x", "-1", "", "9" * 10, "\u0661"])
def test_a_version_that_no_page_named_is_refused(desk: Desk, named: str) -> None:
    with pytest.raises(BadInput, match="version"):
        submit(
            desk.lease.token,
            changed(revision=named),
            person_id=desk.lease.person_id,
            session=desk.session,
            now=desk.now,
        )

    assert preferences(desk) == []


def test_two_versions_in_one_form_are_refused(desk: Desk) -> None:
    with pytest.raises(BadInput, match="version"):
        desk.submit([*FIRST, ("revision", "1")], over=0)


def test_two_devices_at_once_store_one_judgment(desk: Desk, database: Database) -> None:
    desk.session.commit()
    barrier, kinds = threading.Barrier(2), list[object]()

    def send(fields: Form) -> None:
        barrier.wait()
        try:
            with database.transaction() as session:
                person_id = desk.lease.person_id
                done = submit(
                    desk.lease.token, fields, person_id=person_id, session=session, now=desk.now
                )
            kinds.append(done.kind)
        except StaleForm:
            kinds.append("stale")

    threads = [threading.Thread(target=send, args=[fields]) for fields in (FIRST, SECOND)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, kinds)) == ["judged", "stale"]
    assert len(preferences(desk)) == 1


def test_a_draft_that_comes_after_the_judgment_is_refused_for_good(desk: Desk) -> None:
    desk.submit(FIRST)

    with pytest.raises(StaleForm):
        save(desk, only(overall="2"), over=0, after=MINUTE)

    assert desk.session.exec(select(Draft)).all() == []


def test_a_draft_of_an_overtaken_revision_is_refused(desk: Desk) -> None:
    desk.submit(FIRST)
    save(desk, only(overall="2"), over=1)
    desk.submit(SECOND, over=1)

    with pytest.raises(StaleForm):
        save(desk, only(overall="2"), over=1, after=MINUTE)

    assert find_draft(desk.lease, session=desk.session, revision=2) is None


def test_a_draft_over_the_judgment_in_force_is_kept(desk: Desk) -> None:
    desk.submit(FIRST)

    save(desk, only(overall="2"), over=1)

    draft = find_draft(desk.lease, session=desk.session, revision=1)
    assert draft is not None
    assert (draft.fields, draft.revision) == ((("overall", "2"),), 1)


def test_a_change_of_a_cannot_judge_keeps_its_draft(desk: Desk) -> None:
    desk.submit(CANNOT)

    save(desk, only(overall="2"), over=1)

    assert find_draft(desk.lease, session=desk.session, revision=1) is not None


def test_a_draft_of_what_stands_for_good_is_refused(desk: Desk) -> None:
    desk.submit(FIRST)

    with pytest.raises(Conflict, match="ten minutes"):
        save(desk, only(overall="2"), over=1, after=11 * MINUTE)


def test_a_draft_from_a_lease_that_ran_out_is_not_of_the_judgment(desk: Desk) -> None:
    later = desk.now + 120 * MINUTE
    again = desk.campaign.must_lease(desk.campaign.people[0], later)
    submit(again.token, FIRST, person_id=again.person_id, session=desk.session, now=later)

    save(desk, only(overall="2"), over=0, after=125 * MINUTE)

    assert find_draft(again, session=desk.session, revision=1) is None
