"""Forms are taken in once; what was said is never overwritten."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from evalhub.core.campaigns import AssignmentStatus, JudgmentOrigin, OverlapRule, ProjectStatus
from evalhub.core.judging.answers import Choice
from evalhub.core.people import Origin, Role, command_actor
from evalhub.db import tables as t
from evalhub.db.models import Assignment, Draft, Judgment, Pair
from evalhub.errors import BadInput, Conflict, LeaseLost, NotFound
from evalhub.services.assigning.expiring import reclaim_expired
from evalhub.services.assigning.releasing import release
from evalhub.services.judging.drafts import save_draft
from evalhub.services.judging.submitting import SubmissionKind, submit
from evalhub.services.projects.members import remove_member
from tests.factories import add_member
from tests.services.assigning.conftest import make_campaign
from tests.services.judging.conftest import FORM, Desk, Form, changed, only

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

CANNOT = only(overall="cannot_judge", cannot_judge_reason="missing_context")


def judgments(desk: Desk) -> list[Judgment]:
    query = select(Judgment).order_by(col(Judgment.revision))
    return list(desk.session.exec(query))


def status_of(desk: Desk) -> AssignmentStatus:
    desk.session.expire_all()
    return desk.session.get_one(Assignment, desk.lease.id).status


def take_the_place(desk: Desk) -> None:
    """Let the lease run out and someone else take the pair."""
    assert desk.campaign.lease(desk.campaign.people[1], desk.now + 2 * HOUR) is not None


def test_a_judgment_is_stored_as_shown(desk: Desk) -> None:
    submission = desk.submit()

    stored = judgments(desk)[0]
    assert submission.kind is SubmissionKind.JUDGED
    assert (stored.choice, stored.preference, stored.confidence) == (Choice.A, -1, 2)
    assert stored.is_swapped is desk.lease.is_swapped
    assert stored.rubric_version_id == desk.campaign.project.rubric_version_id
    assert stored.origin is JudgmentOrigin.FORM
    assert stored.why.startswith("A is right")
    assert status_of(desk) is AssignmentStatus.SUBMITTED
    assert desk.pair().n_taken == 1


def test_a_simulated_annotators_judgment_says_so(desk: Desk) -> None:
    desk.campaign.people[0].origin = Origin.SIMULATED
    desk.session.flush()

    desk.submit()

    assert judgments(desk)[0].origin is JudgmentOrigin.SIMULATED


def test_the_same_form_again_gives_the_same_judgment(desk: Desk) -> None:
    first = desk.submit()
    again = desk.submit(at=desk.now + HOUR)

    assert again.kind is SubmissionKind.REPEATED
    assert again.judgment == first.judgment
    assert len(judgments(desk)) == 1


def test_another_form_within_ten_minutes_is_a_revision(desk: Desk) -> None:
    desk.submit()

    submission = desk.submit(changed(overall="1"), at=desk.now + 10 * MINUTE, over=1)

    assert submission.kind is SubmissionKind.REVISED
    assert [(j.revision, j.choice) for j in judgments(desk)] == [(1, Choice.A), (2, Choice.B)]
    assert submission.revisable_until == desk.now + 10 * MINUTE
    assert desk.pair().n_taken == 1


def test_after_ten_minutes_a_judgment_stands(desk: Desk) -> None:
    desk.submit()
    desk.submit(changed(overall="1"), at=desk.now + 9 * MINUTE, over=1)

    with pytest.raises(Conflict, match="ten minutes"):
        desk.submit(changed(overall="3"), at=desk.now + 11 * MINUTE, over=2)

    assert len(judgments(desk)) == 2


def test_an_incomplete_form_is_refused_by_question(desk: Desk) -> None:
    with pytest.raises(BadInput) as caught:
        desk.submit(only(triage__competence="in_scope", overall="-1"))

    places = [problem.where for problem in caught.value.problems]
    assert places == ["flags-a", "flags-b", "correct", "clear", "confidence"]
    assert judgments(desk) == []


def test_nobody_elses_form_is_taken(desk: Desk) -> None:
    other = desk.campaign.people[1]

    with pytest.raises(NotFound):
        submit(desk.lease.token, FORM, person_id=other.id, session=desk.session, now=desk.now)


def test_a_late_form_is_taken_while_the_pair_has_room(desk: Desk) -> None:
    desk.campaign.lease(desk.campaign.people[1], desk.now + HOUR)
    release_of_the_other(desk)

    submission = desk.submit(at=desk.now + 2 * HOUR)

    assert submission.kind is SubmissionKind.JUDGED
    assert status_of(desk) is AssignmentStatus.SUBMITTED
    assert desk.pair().n_taken == 1


def release_of_the_other(desk: Desk) -> None:
    """Give back what the second person took after the first lease ran out."""
    other = desk.campaign.people[1]
    token = desk.session.exec(
        select(Assignment.token).where(Assignment.person_id == other.id)
    ).one()
    release(token, person_id=other.id, session=desk.session, now=desk.now + HOUR)


def test_a_late_form_for_a_full_pair_is_refused_and_says_why(desk: Desk) -> None:
    take_the_place(desk)

    with pytest.raises(LeaseLost, match="kept as a draft"):
        desk.submit(at=desk.now + 2 * HOUR)

    assert judgments(desk) == []
    assert desk.pair().n_taken == 1


def test_a_late_form_for_a_pair_one_holds_again_is_sent_there(desk: Desk) -> None:
    desk.campaign.must_lease(desk.campaign.people[0], desk.now + 2 * HOUR)

    with pytest.raises(LeaseLost, match="handed to you again"):
        desk.submit(at=desk.now + 2 * HOUR)


def test_a_late_cannot_judge_for_a_pair_one_holds_again_is_sent_there(desk: Desk) -> None:
    desk.campaign.must_lease(desk.campaign.people[0], desk.now + 2 * HOUR)

    with pytest.raises(LeaseLost, match="handed to you again"):
        desk.submit(CANNOT, at=desk.now + 2 * HOUR)

    assert judgments(desk) == []
    assert desk.pair().n_taken == 1


def test_a_late_return_of_a_pair_one_holds_again_is_sent_there(desk: Desk) -> None:
    desk.campaign.must_lease(desk.campaign.people[0], desk.now + 2 * HOUR)

    with pytest.raises(LeaseLost, match="handed to you again"):
        desk.submit(only(triage__competence="out_of_scope"), at=desk.now + 2 * HOUR)

    assert status_of(desk) is AssignmentStatus.EXPIRED


@pytest.mark.parametrize("is_cannot_judge", [True, False], ids=["cannot-judge", "judgment"])
def test_of_two_leases_that_ran_out_one_is_judged(desk: Desk, *, is_cannot_judge: bool) -> None:
    again = desk.campaign.must_lease(desk.campaign.people[0], desk.now + 2 * HOUR)
    reclaim_expired(again.project_id, session=desk.session, now=desk.now + 4 * HOUR)
    desk.submit(CANNOT, at=desk.now + 4 * HOUR)

    with pytest.raises(LeaseLost, match="handed to you again"):
        submit(
            again.token,
            CANNOT if is_cannot_judge else FORM,
            person_id=again.person_id,
            session=desk.session,
            now=desk.now + 4 * HOUR,
        )

    assert len(judgments(desk)) == 1


def test_a_lease_held_when_the_project_closes_can_be_finished(desk: Desk) -> None:
    desk.campaign.project.status = ProjectStatus.CLOSED
    desk.session.flush()

    assert desk.submit().kind is SubmissionKind.JUDGED


def test_after_its_lease_ran_out_a_closed_project_takes_nothing(desk: Desk) -> None:
    take_the_place(desk)
    desk.campaign.project.status = ProjectStatus.CLOSED
    desk.session.flush()

    with pytest.raises(LeaseLost, match="closed"):
        desk.submit(at=desk.now + 2 * HOUR)


@pytest.mark.parametrize("form", [FORM, CANNOT], ids=["judgment", "cannot-judge"])
def test_who_left_the_project_judges_nothing_after_their_lease_ran_out(
    desk: Desk, form: Form
) -> None:
    noise = make_campaign(desk.session)
    add_member(desk.session, noise.project, desk.campaign.people[0])
    reclaim_expired(desk.campaign.project.id, session=desk.session, now=desk.now + 2 * HOUR)
    leave(desk)

    with pytest.raises(LeaseLost, match="no longer on this project"):
        desk.submit(form, at=desk.now + 2 * HOUR)

    assert judgments(desk) == []
    assert desk.pair().n_taken == 0


def test_who_left_the_project_makes_no_judgment_of_a_cannot_judge(desk: Desk) -> None:
    desk.submit(CANNOT)
    leave(desk)

    with pytest.raises(LeaseLost, match="no longer on this project"):
        desk.submit(over=1)

    assert [judgment.choice for judgment in judgments(desk)] == [Choice.CANNOT_JUDGE]


def leave(desk: Desk) -> None:
    """Take the annotator off the project."""
    remove_member(
        desk.campaign.project,
        public_id=desk.campaign.people[0].public_id,
        role=Role.ANNOTATOR,
        reason="Away for months.",
        session=desk.session,
        actor=command_actor(),
        now=desk.now,
    )


def test_what_was_given_back_is_not_judged(desk: Desk) -> None:
    release(desk.lease.token, person_id=desk.lease.person_id, session=desk.session, now=desk.now)

    with pytest.raises(LeaseLost, match="was given back"):
        desk.submit()


def test_cannot_judge_is_kept_and_the_pair_goes_to_someone_else(desk: Desk) -> None:
    desk.submit(CANNOT)

    assert [j.choice for j in judgments(desk)] == [Choice.CANNOT_JUDGE]
    assert status_of(desk) is AssignmentStatus.RELEASED
    assert desk.campaign.lease(desk.campaign.people[0], desk.now) is None
    assert desk.campaign.lease(desk.campaign.people[1], desk.now) is not None


def test_a_late_cannot_judge_needs_no_place(desk: Desk) -> None:
    take_the_place(desk)

    assert desk.submit(CANNOT, at=desk.now + 2 * HOUR).kind is SubmissionKind.JUDGED
    assert desk.pair().n_taken == 1


def test_a_judgment_can_become_a_cannot_judge_and_back(desk: Desk) -> None:
    desk.submit()
    desk.submit(CANNOT, at=desk.now + MINUTE, over=1)
    assert desk.pair().n_taken == 0

    desk.submit(changed(overall="3"), at=desk.now + 2 * MINUTE, over=2)

    assert [j.choice for j in judgments(desk)] == [Choice.A, Choice.CANNOT_JUDGE, Choice.B]
    assert desk.pair().n_taken == 1


def test_a_cannot_judge_whose_place_was_taken_stays_one(desk: Desk) -> None:
    desk.submit(CANNOT)
    assert desk.campaign.lease(desk.campaign.people[1], desk.now) is not None

    with pytest.raises(LeaseLost):
        desk.submit(at=desk.now + MINUTE, over=1)

    assert len(judgments(desk)) == 1


@pytest.mark.parametrize(
    ("option", "reason"),
    [("out_of_scope", "out_of_scope"), ("conflict", "prompt_blocked")],
)
def test_a_triage_answer_returns_the_pair_without_a_judgment(
    desk: Desk, option: str, reason: str
) -> None:
    submission = desk.submit(only(triage__competence=option))
    again = desk.submit(only(triage__competence=option))

    assert submission.kind is again.kind is SubmissionKind.RETURNED
    assert submission.revisable_until is None
    assert judgments(desk) == []
    assert desk.session.get_one(Assignment, desk.lease.id).release_reason == reason
    assert desk.pair().n_taken == 0


def test_a_late_return_frees_nothing_twice(desk: Desk) -> None:
    take_the_place(desk)

    desk.submit(only(triage__competence="out_of_scope"), at=desk.now + 2 * HOUR)

    assert status_of(desk) is AssignmentStatus.RELEASED
    assert desk.pair().n_taken == 1


def test_a_judgment_later_called_out_of_scope_is_kept_as_cannot_judge(desk: Desk) -> None:
    desk.submit()
    desk.submit(only(triage__competence="out_of_scope"), at=desk.now + MINUTE, over=1)

    newest = judgments(desk)[-1]
    assert (newest.revision, newest.choice) == (2, Choice.CANNOT_JUDGE)
    assert '"cannot_judge_reason":"outside_field"' in newest.answer


def test_submitting_ends_the_draft(desk: Desk) -> None:
    save_draft(
        desk.lease.token, FORM, person_id=desk.lease.person_id, session=desk.session, now=desk.now
    )
    desk.submit()

    assert desk.session.exec(select(Draft)).all() == []


@pytest.mark.parametrize(
    ("given", "stored"),
    [("90", 90.0), ("999999", 600.0), ("-5", None), ("soon", None), ("9" * 30, None), ("", None)],
    ids=["given", "more-than-passed", "negative", "word", "huge", "none"],
)
def test_time_at_work_is_kept_within_what_passed(
    desk: Desk, given: str, stored: float | None
) -> None:
    desk.submit(changed(active_seconds=given), at=desk.now + 10 * MINUTE)

    assert judgments(desk)[0].active_seconds == stored


def test_the_database_refuses_to_change_a_judgment(desk: Desk) -> None:
    desk.submit()

    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        desk.session.connection().execute(sa.update(t.judgment).values(why="Something else."))


@pytest.mark.parametrize(
    ("second", "places"), [("-1", 2), ("0", 2), ("1", 3)], ids=["agrees", "tie", "conflicts"]
)
def test_a_conflict_opens_a_place_where_the_project_says_so(
    desk: Desk, second: str, places: int
) -> None:
    pair = under_on_conflict(desk)
    desk.submit()

    judge_too(desk, overall=second)

    desk.session.refresh(pair)
    assert pair.overlap == places


def test_a_fixed_overlap_stays_whatever_people_say(desk: Desk) -> None:
    pair = under_on_conflict(desk)
    desk.campaign.project.overlap_rule = OverlapRule.FIXED
    desk.submit()

    judge_too(desk, overall="1")

    desk.session.refresh(pair)
    assert pair.overlap == 2


def under_on_conflict(desk: Desk) -> Pair:
    """Let the project ask a third time on a conflict; return its pair, which has two places."""
    pair = desk.pair()
    pair.overlap = 2
    desk.campaign.project.overlap_rule = OverlapRule.ON_CONFLICT
    desk.campaign.project.overlap = 3
    desk.session.flush()
    return pair


def judge_too(desk: Desk, *, overall: str) -> None:
    """Have a second person judge the pair, for the first response as the first person saw it."""
    other = desk.campaign.people[1]
    lease = desk.campaign.must_lease(other, desk.now)
    # The second person sees the sides turned round, so the same verdict has the other sign.
    turned = {"-1": "1", "1": "-1", "0": "0"}[overall]
    submit(
        lease.token,
        changed(overall=turned),
        person_id=other.id,
        session=desk.session,
        now=desk.now,
    )
