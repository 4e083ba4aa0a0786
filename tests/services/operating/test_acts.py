"""The overlap of a running project changes with a reason, and takes nothing from anybody."""

from datetime import datetime

import pytest
from sqlmodel import Session, col, select

from evalhub.core.campaigns import AssignmentStatus, OverlapRule, ProjectStatus, SelectionMode
from evalhub.core.judging.answers import Choice
from evalhub.core.people import command_actor
from evalhub.db.models import AuditEvent, Matchup, Pair, Project
from evalhub.errors import BadInput, Conflict
from evalhub.services.operating.acts import change_overlap
from evalhub.services.projects.statuses import change_status
from tests.factories import make_assignment, make_judgment
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.services.selecting.tournaments import make_tournament

REASON = "Two of three are enough by now."


def change(
    project: Project, overlap: int, session: Session, now: datetime, reason: str = REASON
) -> int:
    actor = command_actor()
    return change_overlap(
        project.slug, overlap, reason=reason, session=session, actor=actor, now=now
    )


def places(session: Session, project: Project) -> list[tuple[int, int]]:
    """Return the places taken and in all of each pair of a project."""
    session.expire_all()
    query = select(Pair).where(Pair.project_id == project.id).order_by(col(Pair.id))
    return [(pair.n_taken, pair.overlap) for pair in session.exec(query)]


@pytest.fixture
def campaign(session: Session) -> Campaign:
    """Add a project of three pairs with two places each, of which one pair is judged twice."""
    make_campaign(session, n_pairs=1, overlap=2)
    campaign = make_campaign(session, n_pairs=3, overlap=2)
    for person in campaign.people:
        pair = campaign.pairs[0]
        made = make_assignment(session, pair, person, status=AssignmentStatus.SUBMITTED)
        make_judgment(session, pair, person, assignment=made)
    return campaign


def test_f10_more_judgments_a_pair_open_places(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    n_left = change(campaign.project, 3, session, now)

    assert places(session, campaign.project) == [(2, 3), (0, 3), (0, 3)]
    assert n_left == 7
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "project.overlap")).one()
    assert '"after":3,"before":2' in event.details
    assert REASON in event.details


def test_f10_fewer_judgments_a_pair_take_none_away(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    assert change(campaign.project, 1, session, now) == 2

    assert places(session, campaign.project) == [(2, 2), (0, 1), (0, 1)]


def test_f10_on_conflict_only_what_disagrees_gets_a_further_place(
    session: Session, now: datetime
) -> None:
    campaign = make_campaign(session, n_pairs=3, overlap=3, n_people=4)
    campaign.project.overlap_rule = OverlapRule.ON_CONFLICT
    agreed, split = campaign.pairs[:2]
    for pair, choices in ((agreed, "aa"), (split, "abt")):
        pair.overlap = max(2, len(choices))
        for person, choice in zip(campaign.people, choices, strict=False):
            made = make_assignment(session, pair, person, status=AssignmentStatus.SUBMITTED)
            said = {"a": Choice.A, "b": Choice.B, "t": Choice.TIE}[choice]
            make_judgment(session, pair, person, assignment=made, choice=said)
    campaign.pairs[2].overlap = 2
    session.flush()

    change(campaign.project, 5, session, now)

    assert places(session, campaign.project) == [(2, 2), (3, 4), (0, 2)]


def test_f10_a_plan_is_drawn_anew_for_pairs_that_have_room_again(
    session: Session, now: datetime
) -> None:
    tournament = make_tournament(session, n_prompts=1, n_people=1)
    tournament.project.selection_mode = SelectionMode.RANK
    for first, second in ((0, 1), (0, 2), (1, 2)):
        tournament.judge(first, second)
    tournament.plan(now)
    chances = select(Matchup.probability).where(Matchup.project_id == tournament.project.id)
    before = session.exec(chances).all()

    change(tournament.project, 4, session, now)

    session.expire_all()
    assert [one for one in session.exec(chances) if one is not None]
    assert before != session.exec(chances).all()


@pytest.mark.parametrize(
    ("overlap", "reason", "rule"),
    [
        (0, REASON, "0 does not lie between 1 and 100"),
        (101, REASON, "101 does not lie"),
        (3, "", "reason"),
    ],
)
def test_f10_what_makes_no_sense_changes_nothing(
    campaign: Campaign, session: Session, now: datetime, overlap: int, reason: str, rule: str
) -> None:
    with pytest.raises(BadInput, match=rule):
        change(campaign.project, overlap, session, now, reason)

    assert places(session, campaign.project) == [(2, 2), (0, 2), (0, 2)]


def test_f10_a_closed_project_and_the_same_overlap_are_refused(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    with pytest.raises(Conflict, match="holds already"):
        change(campaign.project, 2, session, now)
    campaign.project.status = ProjectStatus.CLOSED
    session.flush()
    with pytest.raises(Conflict, match="closed for good"):
        change(campaign.project, 3, session, now)


def test_f10_a_pause_is_kept_with_its_reason(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    def pause(reason: str) -> None:
        change_status(
            campaign.project,
            ProjectStatus.PAUSED,
            session=session,
            actor=command_actor(),
            now=now,
            reason=reason,
        )

    with pytest.raises(BadInput, match="reason"):
        pause(" ")
    pause(REASON)

    event = session.exec(select(AuditEvent).where(AuditEvent.action == "project.paused")).one()
    assert REASON in event.details
