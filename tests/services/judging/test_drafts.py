"""Drafts are kept on the server as they are, and keep the lease alive."""

from datetime import timedelta

import pytest

from evalhub.errors import BadInput, LeaseLost
from evalhub.services.assigning.releasing import release
from evalhub.services.judging.drafts import MAX_DRAFT_CHARACTERS, drop_draft, find_draft, save_draft
from tests.services.judging.conftest import Desk, Form, only

HOUR = timedelta(hours=1)
PARTIAL: Form = only(csrf_token="x", overall="-2", why__text="Because…", active_seconds="30")


def save(desk: Desk, fields: Form, after: timedelta = timedelta()) -> None:
    save_draft(
        desk.lease.token,
        fields,
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
    save(desk, PARTIAL)
    save(desk, only(overall="2"))

    draft = find_draft(desk.lease, session=desk.session)
    assert draft is not None
    assert draft.fields == (("overall", "2"),)


def test_saving_extends_the_lease(desk: Desk) -> None:
    lease = save_draft(
        desk.lease.token,
        PARTIAL,
        person_id=desk.lease.person_id,
        session=desk.session,
        now=desk.now + timedelta(minutes=50),
    )

    assert lease.expires_at == desk.now + timedelta(minutes=50) + HOUR


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
