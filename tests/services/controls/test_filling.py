"""Pools: which pairs leave the queue to check quality, once and for good."""

import json
import random
from datetime import datetime

import pytest
from sqlmodel import Session, col, select

from evalhub.core.assigning import ReleaseReason
from evalhub.core.campaigns import AssignmentStatus, ProjectStatus, Purpose, SelectionMode
from evalhub.core.judging.known import KeyAnswer
from evalhub.core.people import command_actor
from evalhub.core.quality import QualityShares
from evalhub.db.models import (
    AuditEvent,
    ControlItem,
    ControlKey,
    Endpoint,
    Pair,
    ProjectEndpoint,
    Prompt,
    SelectionPlan,
)
from evalhub.errors import BadInput, Conflict
from evalhub.services.assigning.claiming import go_on
from evalhub.services.assigning.releasing import end_lease
from evalhub.services.assigning.work import list_work
from evalhub.services.controls.sharing import set_shares
from evalhub.services.pairing.pool import add_item, fill_pool
from evalhub.services.paying.terms import terms_since
from evalhub.services.projects.statuses import change_status
from tests.factories import make_assignment
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.services.controls.scene import Scene, give_shares
from tests.services.judging.conftest import small_rubric

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def share(campaign: Campaign, now: datetime, *, reason: str = "Asked for.", **shares: int) -> int:
    """Give the project of a campaign its shares."""
    return set_shares(
        campaign.project.slug,
        QualityShares(**shares),
        reason=reason,
        session=campaign.session,
        actor=command_actor(),
        now=now,
    )


def state_answer(campaign: Campaign, pair: Pair, *, is_x_better: bool) -> None:
    """Let the prompt of a pair say which of its two models is better."""
    session = campaign.session
    prompt = session.get_one(Prompt, pair.prompt_id)
    low, high = session.exec(
        select(Endpoint.model).where(
            col(Endpoint.slug).in_([one.slug for one in _endpoints(campaign)])
        )
    ).all()
    better, worse = (low, high) if is_x_better else (high, low)
    document = json.loads(prompt.document)
    document |= {"split": "gold", "metadata": {"control": [{"better": better, "worse": worse}]}}
    prompt.document, prompt.split = json.dumps(document), "gold"
    session.flush()


def _endpoints(campaign: Campaign) -> list[Endpoint]:
    query = (
        select(Endpoint)
        .join(ProjectEndpoint)
        .where(ProjectEndpoint.project_id == campaign.project.id)
    )
    return list(campaign.session.exec(query.order_by(col(Endpoint.id))))


def items(session: Session, purpose: Purpose) -> list[int]:
    query = select(ControlItem.pair_id).where(ControlItem.purpose == purpose)
    return sorted(session.exec(query))


@pytest.mark.parametrize("is_x_better", [True, False], ids=["first better", "second better"])
def test_pairs_whose_prompt_states_the_answer_become_controls(
    session: Session, now: datetime, *, is_x_better: bool
) -> None:
    make_campaign(session, n_pairs=3)
    campaign = make_campaign(session, n_pairs=3)
    state_answer(campaign, campaign.pairs[1], is_x_better=is_x_better)

    assert share(campaign, now, control=5) == 1

    key = session.exec(select(ControlKey)).one()
    assert (key.pair_id, key.number) == (campaign.pairs[1].id, 1)
    assert key.accepted == ("x" if is_x_better else "y")
    session.refresh(campaign.pairs[1])
    assert [pair.is_offered for pair in campaign.pairs] == [True, False, True]


def test_opening_again_adds_what_came_since_and_offers_nothing_again(
    session: Session, now: datetime
) -> None:
    campaign = make_campaign(session, n_pairs=3)
    state_answer(campaign, campaign.pairs[0], is_x_better=True)
    share(campaign, now, control=5)
    change_status(
        campaign.project, ProjectStatus.PAUSED, session=session, actor=command_actor(), now=now
    )
    state_answer(campaign, campaign.pairs[2], is_x_better=True)

    change_status(
        campaign.project, ProjectStatus.OPEN, session=session, actor=command_actor(), now=now
    )

    assert items(session, Purpose.CONTROL) == [campaign.pairs[0].id, campaign.pairs[2].id]
    offered = select(Pair.id).where(
        Pair.project_id == campaign.project.id, col(Pair.is_offered).is_(True)
    )
    assert list(session.exec(offered)) == [campaign.pairs[1].id]


def test_anchors_are_drawn_once_among_pairs_nobody_had(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, n_pairs=22)
    campaign.must_lease(campaign.people[0], now)

    assert share(campaign, now, anchor=5) == 2
    drawn = items(session, Purpose.ANCHOR)
    assert share(campaign, now, anchor=6) == 0

    assert items(session, Purpose.ANCHOR) == drawn
    session.expire_all()
    assert all(session.get_one(Pair, one).n_taken == 0 for one in drawn)


@pytest.mark.parametrize("ended", [AssignmentStatus.RELEASED, AssignmentStatus.EXPIRED])
def test_a_pair_that_came_back_is_no_anchor(
    session: Session, now: datetime, ended: AssignmentStatus
) -> None:
    campaign = make_campaign(session, n_pairs=11)
    for pair in campaign.pairs[1:]:
        make_assignment(session, pair, campaign.people[0], status=ended)

    assert share(campaign, now, anchor=5) == 0


def test_small_projects_keep_their_pairs(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, n_pairs=5)

    assert share(campaign, now, anchor=5) == 0
    assert items(session, Purpose.ANCHOR) == []


def test_shares_are_read_before_the_next_claim_of_who_is_at_work(
    session: Session, now: datetime
) -> None:
    campaign = make_campaign(session, n_pairs=3)
    person = campaign.people[0]
    ended = campaign.must_lease(person, now)
    end_lease(ended, reason=ReleaseReason.UNSTATED, session=session, now=now)

    share(campaign, now, control=20, reason="We measure more.")

    with pytest.raises(Conflict, match="terms of this project have changed"):
        go_on(
            campaign.project.id,
            person_id=person.id,
            session=session,
            now=now,
            rng=random.Random(0),
        )
    [work] = list_work(person.id, session=session, now=now)
    assert work.news is not None
    assert work.news.reasons == ("We measure more.",)


def told(campaign: Campaign, now: datetime) -> QualityShares:
    """Return the shares that the first expert reads."""
    [work] = list_work(campaign.people[0].id, session=campaign.session, now=now)
    return work.shares


def test_a_share_of_which_nothing_can_come_is_not_told(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, n_pairs=4, rubric=small_rubric(session))
    give_shares(campaign.project, QualityShares(20, 8, 7, 10), session)
    assert told(campaign, now) == QualityShares(0, 8, 7, 0)

    for pair, purpose in zip(campaign.pairs, (Purpose.CONTROL, Purpose.ANCHOR), strict=False):
        add_item(campaign.project.id, [pair.id], purpose, session=session, now=now)

    assert told(campaign, now) == QualityShares(20, 8, 7, 10)


def test_the_first_control_is_told_before_it_comes_and_the_next_is_no_news(
    session: Session, now: datetime
) -> None:
    scene = Scene(session, now, make_campaign(session, n_pairs=4, rubric=small_rubric(session)))
    give_shares(scene.project, QualityShares(20, 0, 7, 0), session)
    numbers = []
    for pair in scene.campaign.pairs[:2]:
        scene.add_control(pair, frozenset({KeyAnswer.X}))
        numbers.append(scene.project.terms_number)

    assert numbers == [1, 1]
    [_set_up, news] = terms_since(scene.project.id, 0, session=session)
    assert news.reason == "Controls can come from now on, as often as the project says."


def test_nobody_has_read_the_shares_of_a_draft(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    campaign.project.status = ProjectStatus.DRAFT
    session.flush()

    share(campaign, now, control=20)

    assert campaign.project.terms_number == 0


def test_a_plan_is_made_anew_without_what_left_the_queue(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, n_pairs=20)
    campaign.project.selection_mode = SelectionMode.RANK
    session.flush()

    share(campaign, now, anchor=5)

    assert session.get(SelectionPlan, campaign.project.id) is not None


def test_a_change_is_written_down_with_its_reason(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)

    share(campaign, now, repeat=5, repeat_days=14, reason=" To see how steady we are. ")

    event = session.exec(select(AuditEvent).where(AuditEvent.action == "project.quality")).one()
    assert json.loads(event.details)["reason"] == "To see how steady we are."
    assert (campaign.project.repeat_percent, campaign.project.repeat_days) == (5, 14)


@pytest.mark.parametrize(
    ("shares", "reason", "broken"),
    [({"control": 21}, "Why.", ["control"]), ({"control": 5}, " ", ["reason"])],
    ids=["out of bounds", "no reason"],
)
def test_bad_shares_change_nothing(
    session: Session, now: datetime, shares: dict[str, int], reason: str, broken: list[str]
) -> None:
    campaign = make_campaign(session)

    with pytest.raises(BadInput) as refused:
        share(campaign, now, reason=reason, **shares)

    assert [problem.where for problem in refused.value.problems] == broken
    assert campaign.project.control_percent == 0


def test_the_same_shares_and_a_closed_project_are_refused(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    with pytest.raises(Conflict, match="hold already"):
        share(campaign, now)
    campaign.project.status = ProjectStatus.CLOSED
    session.flush()

    with pytest.raises(Conflict, match="closed for good"):
        share(campaign, now, control=5)


def test_an_answer_about_other_models_makes_no_control(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    state_answer(campaign, campaign.pairs[0], is_x_better=True)
    prompt = session.get_one(Prompt, campaign.pairs[0].prompt_id)
    other = [{"better": "another", "worse": "yet another"}]
    prompt.document = json.dumps(json.loads(prompt.document) | {"metadata": {"control": other}})
    session.flush()

    assert share(campaign, now, control=5) == 0
    assert fill_pool(make_campaign(session).project, session=session, now=now) == 0
