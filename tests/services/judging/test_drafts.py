"""Drafts are kept on the server as they are, and keep the lease alive."""

from datetime import timedelta

import pytest

from evalhub.errors import BadInput, LeaseLost, StaleDraft
from evalhub.services.assigning.releasing import release
from evalhub.services.assigning.standing import LeaseStanding
from evalhub.services.judging.drafts import (
    MAX_DRAFT_CHARACTERS,
    KeptDraft,
    drop_draft,
    find_draft,
    save_draft,
)
from tests.services.judging.conftest import Desk, Form, only

HOUR = timedelta(hours=1)
PARTIAL: Form = only(csrf_token="x", overall="-2", why__text="Because…", active_seconds="30")


def save(desk: Desk, fields: Form, after: timedelta = timedelta(), *, over: str = "") -> KeptDraft:
    """Save a form that was filled in over the draft named ``over``."""
    return save_draft(
        desk.lease.token,
        [*fields, ("draft", over)],
        person_id=desk.lease.person_id,
        session=desk.session,
        now=desk.now + after,
    )


def test_a_draft_is_kept_without_the_pages_own_fields(desk: Desk) -> None:
    save(desk, PARTIAL, timedelta(minutes=5))

    draft = find_draft(desk.lease, session=desk.session)
    assert draft is not None
    assert draft.fields == (("overall", "-2"), ("why.text", "Because…"))
    assert (draft.active_seconds, draft.saved_at) == (30, desk.now + timedelta(minutes=5))


def test_the_newest_draft_counts(desk: Desk) -> None:
    first = save(desk, PARTIAL)
    save(desk, only(overall="2"), over=first.tag)

    draft = find_draft(desk.lease, session=desk.session)
    assert draft is not None
    assert draft.fields == (("overall", "2"),)


def test_saving_extends_the_lease(desk: Desk) -> None:
    kept = save(desk, PARTIAL, timedelta(minutes=50))

    assert kept.standing is LeaseStanding.HELD
    assert kept.lease.expires_at == desk.now + timedelta(minutes=50) + HOUR


def test_a_draft_survives_its_lease_and_comes_back_with_the_pair(desk: Desk) -> None:
    save(desk, PARTIAL)
    person = desk.campaign.people[0]

    again = desk.campaign.must_lease(person, desk.now + 2 * HOUR)

    assert again.id != desk.lease.id
    draft = find_draft(again, session=desk.session)
    assert draft is not None
    assert ("overall", "-2") in draft.fields


def test_dropping_forgets_the_drafts_of_leases_that_ran_out_too(desk: Desk) -> None:
    save(desk, PARTIAL)
    again = desk.campaign.must_lease(desk.campaign.people[0], desk.now + 2 * HOUR)

    drop_draft(again, session=desk.session)

    assert find_draft(desk.lease, session=desk.session) is None


def test_dropping_leaves_other_peoples_drafts(desk: Desk) -> None:
    save(desk, PARTIAL)
    other = desk.campaign.must_lease(desk.campaign.people[1], desk.now + 2 * HOUR)

    drop_draft(other, session=desk.session)

    assert find_draft(desk.lease, session=desk.session) is not None


def test_without_a_draft_there_is_none(desk: Desk) -> None:
    assert find_draft(desk.lease, session=desk.session) is None


def test_what_was_given_back_keeps_no_draft(desk: Desk) -> None:
    release(desk.lease.token, person_id=desk.lease.person_id, session=desk.session, now=desk.now)

    with pytest.raises(LeaseLost):
        save(desk, PARTIAL)


def test_a_form_longer_than_any_real_one_is_refused(desk: Desk) -> None:
    with pytest.raises(BadInput, match="characters"):
        save(desk, only(why__text="x" * MAX_DRAFT_CHARACTERS))


def test_a_page_left_open_does_not_replace_a_newer_draft(desk: Desk) -> None:
    opened = save(desk, PARTIAL)
    save(desk, only(overall="2"), over=opened.tag)

    with pytest.raises(StaleDraft, match="on another device"):
        save(desk, only(overall="-1"), over=opened.tag)

    draft = find_draft(desk.lease, session=desk.session)
    assert draft is not None
    assert draft.fields == (("overall", "2"),)


def test_of_two_pages_opened_blank_the_second_to_save_is_refused(desk: Desk) -> None:
    save(desk, PARTIAL)

    with pytest.raises(StaleDraft):
        save(desk, only(confidence="1"))


def test_the_same_answers_again_are_no_conflict(desk: Desk) -> None:
    first = save(desk, PARTIAL)

    again = save(desk, PARTIAL, timedelta(minutes=1))

    assert again.tag == first.tag


def test_saving_over_the_newer_draft_is_a_choice_one_may_take(desk: Desk) -> None:
    newer = save(desk, PARTIAL)

    save(desk, only(overall="-1"), over=newer.tag)

    draft = find_draft(desk.lease, session=desk.session)
    assert draft is not None
    assert draft.fields == (("overall", "-1"),)


def test_a_save_over_a_draft_that_is_gone_replaces_nothing(desk: Desk) -> None:
    gone = save(desk, PARTIAL)
    drop_draft(desk.lease, session=desk.session)

    assert save(desk, only(overall="1"), over=gone.tag).standing is LeaseStanding.HELD


def test_a_save_says_that_the_lease_is_lost(desk: Desk) -> None:
    first = save(desk, PARTIAL)
    desk.campaign.must_lease(desk.campaign.people[1], desk.now + 2 * HOUR)

    kept = save(desk, only(overall="1"), 2 * HOUR, over=first.tag)

    assert kept.standing is LeaseStanding.WITH_ANOTHER


def test_a_draft_of_a_change_has_no_lease_to_lose(desk: Desk) -> None:
    desk.submit()

    kept = save(desk, only(overall="1", revision="1"), timedelta(minutes=9))

    assert kept.standing is LeaseStanding.HELD
