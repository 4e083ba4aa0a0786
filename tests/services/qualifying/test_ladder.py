"""The ladder with real rows: figures from judgments, decisions by people, and nothing by itself."""

import json
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from evalhub.core.assigning import REVISABLE_FOR, ReleaseReason
from evalhub.core.judging.answers import Choice
from evalhub.core.people import Role
from evalhub.core.qualifying.ladder import CriterionKind
from evalhub.core.qualifying.levels import LadderOutcome, Level
from evalhub.db.models import LadderReview, LevelDecision, Person
from evalhub.errors import BadInput, Conflict, Forbidden, StaleForm
from evalhub.services.assigning.releasing import release
from evalhub.services.qualifying.evidence import evidence_of
from evalhub.services.qualifying.ladder import (
    Standing,
    Step,
    list_climbers,
    own_standings,
    review_level,
    standing_in,
)
from tests.factories import (
    add_member,
    make_assignment,
    make_credential,
    make_judgment,
    make_level,
    make_person,
)
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.services.judging.conftest import small_rubric
from tests.services.qualifying.people import Both, actions, make_both
from tests.services.qualifying.test_trainings import publish, take

HOUR = timedelta(hours=1)
PROMOTE, KEEP, LOWER = LadderOutcome.PROMOTE, LadderOutcome.KEEP, LadderOutcome.LOWER


@pytest.fixture
def both(session: Session) -> Both:
    return make_both(session)


@pytest.fixture
def campaign(session: Session, both: Both) -> Campaign:
    """Give five pairs of a project in medicine, of which the expert may judge."""
    campaign = make_campaign(session, n_pairs=5, overlap=3)
    campaign.project.domain = "medicine"
    session.add(campaign.project)
    add_member(session, campaign.project, both.expert)
    session.flush()
    return campaign


def judge(session: Session, campaign: Campaign, person: Person, *choices: Choice) -> None:
    for pair, choice in zip(campaign.pairs, choices, strict=False):
        make_judgment(session, pair, person, choice=choice)


def stand(both: Both, session: Session, now: datetime) -> Standing:
    return standing_in(both.expert.id, "medicine", session=session, now=now)


def decide(
    both: Both,
    outcome: LadderOutcome,
    session: Session,
    now: datetime,
    *,
    reason: str = "Looked at it.",
    seen: int | None = None,
) -> None:
    if seen is None:
        seen = stand(both, session, now).n_decisions
    review_level(
        both.expert.id,
        "medicine",
        Step(outcome, seen, days=365, reason=reason),
        session=session,
        actor=both.as_coordinator,
        now=now,
    )


def test_f33_figures_are_of_ones_own_judgments_in_the_domain(
    campaign: Campaign, both: Both, session: Session, now: datetime
) -> None:
    one, two = campaign.people
    judge(session, campaign, one, Choice.A, Choice.A, Choice.TIE)
    judge(session, campaign, two, Choice.A, Choice.B, Choice.BOTH_GOOD)
    judge(session, campaign, both.expert, Choice.A, Choice.A, Choice.B, Choice.CANNOT_JUDGE)

    found = evidence_of(both.expert.id, "medicine", session=session, now=now)
    elsewhere = evidence_of(both.expert.id, "law", session=session, now=now)

    assert found.n_judgments == 4
    assert (found.agreement.value, found.agreement.n) == (0.5, 2)
    assert (elsewhere.n_judgments, elsewhere.agreement.n) == (0, 0)


def test_f33_agreement_tells_nothing_while_any_judgment_of_the_pair_can_be_mended(
    campaign: Campaign, both: Both, session: Session, now: datetime
) -> None:
    judge(session, campaign, both.expert, Choice.A, Choice.A)
    judge(session, campaign, campaign.people[0], Choice.A, Choice.A)
    fresh = make_judgment(session, campaign.pairs[1], campaign.people[1], choice=Choice.A)
    judged_at = fresh.created_at

    def shared(later: timedelta) -> int:
        at = judged_at + later
        return evidence_of(both.expert.id, "medicine", session=session, now=at).agreement.n

    assert [shared(REVISABLE_FOR), shared(REVISABLE_FOR + timedelta(seconds=1))] == [0, 2]


@pytest.mark.parametrize(("after", "agrees"), [(timedelta(minutes=10), 1.0), (HOUR, 0.0)])
def test_f33_agreement_is_of_what_was_said_before_reading_the_other(
    campaign: Campaign,
    both: Both,
    session: Session,
    now: datetime,
    after: timedelta,
    agrees: float,
) -> None:
    judge(session, campaign, campaign.people[0], Choice.B)
    assignment = make_assignment(session, campaign.pairs[0], both.expert)
    for revision, choice in ((1, Choice.A), (2, Choice.B)):
        make_judgment(
            session,
            campaign.pairs[0],
            both.expert,
            assignment=assignment,
            choice=choice,
            revision=revision,
            later=(revision - 1) * after,
        )

    found = evidence_of(both.expert.id, "medicine", session=session, now=now + HOUR)

    assert (found.agreement.value, found.agreement.n, found.n_judgments) == (agrees, 1, 1)


def test_f33_what_is_met_and_missing_is_listed(both: Both, session: Session, now: datetime) -> None:
    small_rubric(session)
    publish(session, now)
    before = stand(both, session, now)
    take(both, session, now, -1, 3)
    after = stand(both, session, now)

    for standing, met in ((before, False), (after, True)):
        assert (standing.level, standing.next_level) == (Level.NONE, Level.BEGINNER)
        assert [(one.kind, one.is_met) for one in standing.criteria] == [
            (CriterionKind.TRAINING, met)
        ]
    assert (before.n_met, after.n_met) == (0, 1)
    assert after.latest is None


def test_f30_meeting_everything_moves_no_level(both: Both, session: Session, now: datetime) -> None:
    small_rubric(session)
    publish(session, now)
    take(both, session, now, -1, 3)

    assert stand(both, session, now).level is Level.NONE
    assert session.exec(select(LevelDecision)).all() == []


def test_f34_a_decision_keeps_its_reason_and_the_figures_it_was_made_on(
    campaign: Campaign, both: Both, session: Session, now: datetime
) -> None:
    judge(session, campaign, both.expert, Choice.A)
    decide(both, PROMOTE, session, now)
    judge(session, campaign, both.expert, Choice.A, Choice.B)

    (row,) = session.exec(select(LadderReview)).all()
    standing = stand(both, session, now)

    assert json.loads(row.evidence)["n_judgments"] == 1
    assert (row.level_before, row.level_after, row.decided_by) == (0, 1, both.coordinator.id)
    assert (standing.level, standing.next_level) == (Level.BEGINNER, Level.PRACTISED)
    assert [one.reason for one in standing.reviews] == ["Looked at it."]
    assert actions(session)[-2:] == ["level.decide", "ladder.promote"]


def test_f30_a_level_that_ends_is_renewed_as_it_was(
    both: Both, session: Session, now: datetime
) -> None:
    make_level(session, both.expert, 3, expires_at=now - timedelta(days=1))
    before = stand(both, session, now)

    decide(both, KEEP, session, now)

    after = stand(both, session, now)
    assert (before.level, before.is_expired) == (Level.PROFESSIONAL, True)
    assert (after.level, after.is_expired) == (Level.PROFESSIONAL, False)
    assert after.latest is not None
    assert after.latest.expires_at == now + timedelta(days=365)


def test_a_level_is_lowered_by_one_and_none_is_kept_without_a_row(
    both: Both, session: Session, now: datetime
) -> None:
    decide(both, KEEP, session, now)
    make_level(session, both.expert, 1)
    decide(both, LOWER, session, now)

    levels = session.exec(select(LevelDecision.level).order_by(col(LevelDecision.id))).all()
    assert levels == [1, 0]
    assert [one.outcome for one in stand(both, session, now).reviews] == [LOWER, KEEP]
    with pytest.raises(Conflict, match="no level beyond"):
        decide(both, LOWER, session, now)


def test_f34_only_a_person_decides_about_somebody_else_with_a_reason(
    both: Both, session: Session, now: datetime
) -> None:
    make_level(session, both.expert, 5)
    with pytest.raises(BadInput, match="reason"):
        decide(both, KEEP, session, now, reason=" ")
    with pytest.raises(Conflict, match="no level beyond"):
        decide(both, PROMOTE, session, now)
    with pytest.raises(Forbidden):
        review_level(
            both.expert.id,
            "medicine",
            Step(KEEP, seen=1, days=9, reason="Mine."),
            session=session,
            actor=both.as_expert,
            now=now,
        )
    assert session.exec(select(LadderReview)).all() == []
    assert stand(both, session, now).next_level is None


@pytest.mark.parametrize("outcome", [PROMOTE, KEEP, LOWER])
def test_a_decision_sent_twice_is_one_step(
    both: Both, session: Session, now: datetime, outcome: LadderOutcome
) -> None:
    make_level(session, both.expert, 2)
    seen = stand(both, session, now).n_decisions
    decide(both, outcome, session, now, seen=seen)
    level = stand(both, session, now).level

    with pytest.raises(StaleForm, match="since you opened this page"):
        decide(both, outcome, session, now, seen=seen)

    after = stand(both, session, now)
    assert (after.level, len(after.reviews)) == (level, 1)


def test_f19_skipping_and_releasing_change_no_figure(
    campaign: Campaign, both: Both, session: Session, now: datetime
) -> None:
    judge(session, campaign, both.expert, Choice.A)
    before = evidence_of(both.expert.id, "medicine", session=session, now=now)

    for seed, reason in enumerate((ReleaseReason.UNSTATED, ReleaseReason.SCOPE)):
        lease = campaign.must_lease(both.expert, now, seed)
        release(lease.token, person_id=both.expert.id, reason=reason, session=session, now=now)

    assert evidence_of(both.expert.id, "medicine", session=session, now=now) == before


def test_f33_the_page_of_an_expert_has_every_domain_of_theirs(
    campaign: Campaign, both: Both, session: Session, now: datetime
) -> None:
    judge(session, campaign, both.expert, Choice.A)
    make_level(session, both.expert, 2, domain="law")
    make_credential(session, both.expert, domain="coding")

    found = own_standings(both.expert.id, session=session, now=now)

    assert [one.domain for one in found] == ["coding", "law", "medicine"]
    assert found[0].evidence.has_credential


def test_a_desk_lists_the_experts_of_a_domain_by_name(
    campaign: Campaign, both: Both, session: Session, now: datetime
) -> None:
    judge(session, campaign, both.expert, Choice.A)
    zoe = make_person(session, Role.ANNOTATOR, name="zoe")
    make_level(session, zoe, 2)
    make_level(session, make_person(session, name="No Expert"), 2)
    make_person(session, Role.ANNOTATOR, name="Bo Nothing")

    found = list_climbers("medicine", session=session, now=now)

    assert [one.name for one in found.items] == ["Ada Expert", "zoe"]
    assert found.n_found == 2
