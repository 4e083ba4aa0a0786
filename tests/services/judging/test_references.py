"""A reference answer is shown only when nothing the person may still say could follow it."""

from datetime import timedelta

import pytest
from sqlmodel import select

from evalhub.core.assigning import Lease
from evalhub.core.campaigns import ProjectStatus
from evalhub.core.canonical import canonical_json
from evalhub.core.rubrics.canonical import rubric_to_json
from evalhub.db.models import Prompt, RubricVersion
from evalhub.services.assigning.expiring import reclaim_expired
from evalhub.services.assigning.releasing import release
from evalhub.services.judging.sheets import Sheet, get_sheet
from evalhub.services.judging.submitting import submit
from tests.core.rubrics.small import small
from tests.factories import add_member
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.services.judging.conftest import FORM, Desk

MINUTE = timedelta(minutes=1)
LATER = 11 * MINUTE
REFERENCE = ("Rest.",)


def show_reference(desk: Desk, when: str) -> None:
    """Give every prompt a reference answer and let the rubric say when it is shown."""
    rubric = desk.session.get_one(RubricVersion, desk.campaign.project.rubric_version_id)
    changed_rubric = small("show_reference: never", f"show_reference: {when}")
    rubric.document = canonical_json(rubric_to_json(changed_rubric))
    for prompt in desk.session.exec(select(Prompt)):
        prompt.document = prompt.document[:-1] + ',"reference":["Rest."]}'
    desk.session.flush()


def sheet_of(desk: Desk, after: timedelta = timedelta()) -> Sheet:
    return get_sheet(
        desk.lease.token,
        person_id=desk.lease.person_id,
        session=desk.session,
        now=desk.now + after,
    )


def twin_of(desk: Desk) -> Campaign:
    """Add another project that asks the same, with the person at the desk among its people."""
    rubric = desk.session.get_one(RubricVersion, desk.campaign.project.rubric_version_id)
    twin = make_campaign(desk.session, rubric=rubric)
    add_member(desk.session, twin.project, desk.campaign.people[0])
    return twin


def lease_twin(twin: Campaign, desk: Desk, after: timedelta = timedelta()) -> Lease:
    return twin.must_lease(desk.campaign.people[0], desk.now + after)


def is_shown(desk: Desk, after: timedelta) -> bool:
    """Tell whether the reference stands on the page; else it must say that it is held back."""
    sheet = sheet_of(desk, after)
    assert sheet.is_reference_held is not bool(sheet.reference)
    return sheet.reference == REFERENCE


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        ("never", [(), (), ()]),
        ("always", [REFERENCE, REFERENCE, REFERENCE]),
        ("after_answer", [(), (), REFERENCE]),
    ],
    ids=["never", "always", "after-answer"],
)
def test_the_reference_is_shown_when_the_rubric_says(
    desk: Desk, when: str, shown: list[tuple[str, ...]]
) -> None:
    show_reference(desk, when)

    at_first = sheet_of(desk).reference
    desk.submit()
    fresh, settled = sheet_of(desk, 10 * MINUTE).reference, sheet_of(desk, LATER).reference

    assert [at_first, fresh, settled] == shown


def test_a_prompt_without_a_reference_holds_none_back(desk: Desk) -> None:
    rubric = desk.session.get_one(RubricVersion, desk.campaign.project.rubric_version_id)
    document = rubric_to_json(small("show_reference: never", "show_reference: after_answer"))
    rubric.document = canonical_json(document)
    desk.session.flush()

    assert not sheet_of(desk).is_reference_held


def test_it_is_held_back_while_another_comparison_of_the_prompt_may_come(desk: Desk) -> None:
    twin = twin_of(desk)
    show_reference(desk, "after_answer")
    desk.submit()

    while_open = is_shown(desk, LATER)
    twin.project.status = ProjectStatus.CLOSED
    desk.session.flush()

    assert (while_open, is_shown(desk, LATER)) == (False, True)


def test_a_pair_that_is_not_offered_holds_nothing_back(desk: Desk) -> None:
    twin_of(desk).pairs[0].is_offered = False
    show_reference(desk, "after_answer")
    desk.submit()

    assert is_shown(desk, LATER)


def test_it_is_held_back_while_another_comparison_is_in_hand(desk: Desk) -> None:
    twin = twin_of(desk)
    show_reference(desk, "after_answer")
    lease_twin(twin, desk)
    # Whoever holds a comparison when its project closes may still finish it.
    twin.project.status = ProjectStatus.CLOSED
    desk.submit()

    assert not is_shown(desk, LATER)


def test_it_is_held_back_while_another_judgment_may_be_changed(desk: Desk) -> None:
    twin = twin_of(desk)
    show_reference(desk, "after_answer")
    desk.submit()
    lease = lease_twin(twin, desk, 5 * MINUTE)
    person_id, session = lease.person_id, desk.session
    submit(lease.token, FORM, person_id=person_id, session=session, now=desk.now + 5 * MINUTE)

    assert [is_shown(desk, after * MINUTE) for after in (11, 15, 16)] == [False, False, True]


def test_it_is_held_back_while_a_lease_that_ran_out_can_still_be_judged(desk: Desk) -> None:
    twin = twin_of(desk)
    show_reference(desk, "after_answer")
    lease = lease_twin(twin, desk)
    desk.submit()
    twin.pairs[0].is_offered = False
    later = desk.now + 90 * MINUTE
    reclaim_expired(lease.project_id, session=desk.session, now=later)

    assert not is_shown(desk, 90 * MINUTE)


def test_what_was_given_back_shows_no_reference(desk: Desk) -> None:
    show_reference(desk, "after_answer")
    release(desk.lease.token, person_id=desk.lease.person_id, session=desk.session, now=desk.now)

    sheet = sheet_of(desk, LATER)

    assert (sheet.reference, sheet.is_reference_held) == ((), False)
