"""The page of a comparison shows both texts alike and nothing that tells the models apart."""

from dataclasses import asdict
from datetime import timedelta

from sqlmodel import select

from evalhub.core.judging.answers import SIDES
from evalhub.core.judging.masking import MASK
from evalhub.db.models import Endpoint, Response
from evalhub.services.assigning.releasing import release
from evalhub.services.judging.drafts import keep_draft, save_draft
from evalhub.services.judging.sheets import Sheet, SheetState, get_sheet
from evalhub.services.judging.submitting import submit
from tests.services.judging.conftest import FORM, Desk, changed, only

MINUTE = timedelta(minutes=1)


def sheet_of(desk: Desk, after: timedelta = timedelta()) -> Sheet:
    return get_sheet(
        desk.lease.token,
        person_id=desk.lease.person_id,
        session=desk.session,
        now=desk.now + after,
    )


def test_an_open_sheet_is_empty(desk: Desk) -> None:
    sheet = sheet_of(desk)

    assert (sheet.state, sheet.fields, sheet.judgment) == (SheetState.OPEN, (), None)
    assert sheet.revisable_until is None
    assert sheet.state.has_form


def test_the_sides_follow_the_lease(desk: Desk) -> None:
    pair = desk.pair()
    first = pair.response_y_id if desk.lease.is_swapped else pair.response_x_id

    assert sheet_of(desk).matter.a.text == desk.session.get_one(Response, first).text
    assert sheet_of(desk).matter.shown("b").text != sheet_of(desk).matter.shown("a").text


def test_a_text_that_names_either_model_is_masked(desk: Desk) -> None:
    pair = desk.pair()
    x, y = (desk.session.get_one(Response, i) for i in (pair.response_x_id, pair.response_y_id))
    name_of_y = desk.session.get_one(Endpoint, y.endpoint_id).slug
    x.text = f"I answer better than {name_of_y}."
    desk.session.flush()

    texts = {sheet_of(desk).matter.shown(side).text for side in SIDES}

    assert f"I answer better than {MASK}." in texts


def test_no_model_or_endpoint_is_on_the_sheet(desk: Desk) -> None:
    endpoints = desk.session.exec(select(Endpoint)).all()

    everything = str(asdict(sheet_of(desk)))

    for endpoint in endpoints:
        assert endpoint.slug not in everything
        assert endpoint.model not in everything


def test_a_draft_fills_the_form(desk: Desk) -> None:
    fields = only(overall="-3", active_seconds="5")
    save_draft(
        desk.lease.token,
        fields,
        person_id=desk.lease.person_id,
        session=desk.session,
        now=desk.now + MINUTE,
    )

    sheet = sheet_of(desk, 2 * MINUTE)

    assert sheet.fields == (("overall", "-3"),)
    assert (sheet.active_seconds, sheet.saved_at) == (5, desk.now + MINUTE)


def test_a_judgment_can_be_reopened_for_ten_minutes(desk: Desk) -> None:
    desk.submit()

    sheet = sheet_of(desk, 10 * MINUTE)

    assert sheet.state is SheetState.REVISING
    assert set(sheet.fields) == set(FORM) - {("csrf_token", "x")}
    assert sheet.revisable_until == desk.now + 10 * MINUTE


def test_a_draft_of_a_revision_comes_before_the_judgment(desk: Desk) -> None:
    desk.submit()
    save_draft(
        desk.lease.token,
        changed(overall="3", revision="1"),
        person_id=desk.lease.person_id,
        session=desk.session,
        now=desk.now + MINUTE,
    )

    assert ("overall", "3") in sheet_of(desk, 2 * MINUTE).fields


def test_a_judgment_comes_before_the_draft_of_a_lease_that_ran_out(desk: Desk) -> None:
    person_id, session = desk.lease.person_id, desk.session
    save_draft(
        desk.lease.token, only(overall="2"), person_id=person_id, session=session, now=desk.now
    )
    later = desk.now + 120 * MINUTE
    again = desk.campaign.must_lease(desk.campaign.people[0], later)
    submit(again.token, FORM, person_id=person_id, session=session, now=later)

    sheet = get_sheet(again.token, person_id=person_id, session=session, now=later + MINUTE)

    assert (sheet.state, sheet.saved_at) == (SheetState.REVISING, None)
    assert set(sheet.fields) == set(FORM) - {("csrf_token", "x")}


def test_a_draft_over_an_older_version_is_not_shown_over_the_judgment(desk: Desk) -> None:
    desk.submit()
    # As a server without the check would have stored it: the page must not trust the row.
    keep_draft(desk.lease, only(overall="2"), session=desk.session, now=desk.now + MINUTE)

    sheet = sheet_of(desk, 2 * MINUTE)

    assert ("overall", "-1") in sheet.fields
    assert (sheet.active_seconds, sheet.saved_at, sheet.revision) == (0, None, 1)


def test_later_it_is_done(desk: Desk) -> None:
    desk.submit()

    sheet = sheet_of(desk, 11 * MINUTE)

    assert sheet.state is SheetState.DONE
    assert not sheet.state.has_form


def test_a_lease_that_ran_out_is_late(desk: Desk) -> None:
    desk.campaign.lease(desk.campaign.people[1], desk.now + 60 * MINUTE)

    assert sheet_of(desk, 60 * MINUTE).state is SheetState.LATE


def test_what_was_given_back_says_so(desk: Desk) -> None:
    release(desk.lease.token, person_id=desk.lease.person_id, session=desk.session, now=desk.now)

    assert sheet_of(desk).state is SheetState.RETURNED


def test_what_stands_lists_its_versions(desk: Desk) -> None:
    desk.submit()
    desk.submit(changed(overall="3"), at=desk.now + MINUTE, over=1)

    versions = sheet_of(desk, 12 * MINUTE).versions

    assert [(it.revision, it.preference) for it in versions] == [(1, -1), (2, 3)]
    assert versions[1].created_at == desk.now + MINUTE
