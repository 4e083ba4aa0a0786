"""Cases: who has the word when, who may answer, and what is refused by name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.people import Actor, Role, command_actor
from evalhub.core.reviewing.cases import (
    APPEAL_TIME,
    RESPONSE_TIME,
    Case,
    CaseEvent,
    check_decision,
    check_return,
    check_step,
    decision_of,
    may_answer,
    may_appeal,
    may_revise,
    standing_of,
)
from evalhub.core.reviewing.vocabulary import (
    CaseKind,
    CaseLevel,
    CaseState,
    CaseStep,
    DecisionReason,
    ReturnReason,
    Verdict,
)
from evalhub.errors import BadInput, Conflict, EvalHubError, Forbidden

DAY = timedelta(days=1)
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
ADA, BEN, RITA, OTTO = 1, 2, 3, 4
SECOND = timedelta(seconds=1)


def acting(person_id: int | None, *roles: Role) -> Actor:
    return Actor(person_id, "Somebody", frozenset(roles))


REVIEWER, OTHER = acting(RITA, Role.REVIEWER), acting(OTTO, Role.REVIEWER)
COORDINATOR = acting(OTTO, Role.COORDINATOR)


def event(step: CaseStep, person_id: int = RITA, *, after: timedelta = DAY) -> CaseEvent:
    verdict = Verdict.FIRST if step is CaseStep.DECIDED else None
    return CaseEvent(step, person_id, START + after, "Seen.", verdict=verdict)


def case(*events: CaseEvent, kind: CaseKind = CaseKind.REVIEW) -> Case:
    experts = {ADA, BEN} if kind is CaseKind.ADJUDICATION else {ADA}
    return Case(kind, START, frozenset(experts), events)


def dispute(*events: CaseEvent) -> Case:
    return case(*events, kind=CaseKind.ADJUDICATION)


def state(of: Case, after: timedelta = DAY) -> CaseState:
    return standing_of(of, START + after).state


def test_a_review_waits_for_a_reviewer_from_the_start() -> None:
    standing = standing_of(case(), START)

    assert (standing.state, standing.level) == (CaseState.WAITING, CaseLevel.REVIEW)
    assert standing.due_at == START + RESPONSE_TIME
    assert not standing.is_overdue


def test_f11_what_is_late_goes_up_one_level() -> None:
    late = standing_of(case(), START + RESPONSE_TIME + SECOND)

    assert late.level is CaseLevel.COORDINATION
    assert late.due_at == START + 2 * RESPONSE_TIME
    assert standing_of(case(), START + 2 * RESPONSE_TIME + SECOND).is_overdue


def test_a_case_in_hand_is_free_again_once_it_is_late() -> None:
    taken = case(event(CaseStep.TAKEN))

    assert standing_of(taken, START + 2 * DAY).owner == RITA
    assert standing_of(taken, START + RESPONSE_TIME + SECOND).owner is None
    with pytest.raises(Conflict, match="in hand"):
        check_step(taken, CaseStep.ACCEPTED, OTHER, START + 2 * DAY)


@pytest.mark.parametrize("appealed_after", [DAY, -DAY], ids=["later", "clock set back"])
def test_f51_an_appeal_leaves_the_hands_of_whoever_decided(appealed_after: timedelta) -> None:
    taken, returned = event(CaseStep.TAKEN), event(CaseStep.RETURNED)
    appealed = case(taken, returned, event(CaseStep.APPEALED, ADA, after=appealed_after))
    now = START + 2 * DAY

    assert standing_of(appealed, now).owner is None
    assert check_step(appealed, CaseStep.UPHELD, OTHER, now) == OTHER.person_id
    held = replace(appealed, events=(*appealed.events, event(CaseStep.TAKEN, OTTO, after=DAY)))
    assert standing_of(held, now).owner == OTTO


OVERDUE = {
    "appeal": case(event(CaseStep.RETURNED), event(CaseStep.APPEALED, ADA)),
    "review": case(),
}


@pytest.mark.parametrize("of", OVERDUE.values(), ids=OVERDUE)
def test_f51_whoever_lets_an_overdue_case_lie_holds_it_no_longer(of: Case) -> None:
    taken = replace(of, events=(*of.events, event(CaseStep.TAKEN, OTTO, after=6 * DAY)))
    admin, long_after = acting(9, Role.ADMIN), START + 400 * DAY
    step = CaseStep.UPHELD if of.events else CaseStep.ACCEPTED

    with pytest.raises(Conflict, match="in hand"):
        check_step(taken, step, admin, START + 6 * DAY)
    assert standing_of(taken, long_after).owner is None
    assert check_step(taken, step, admin, long_after) == 9
    with pytest.raises(Conflict, match="overdue"):
        check_step(taken, CaseStep.TAKEN, admin, long_after)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMIN])
def test_f11_who_judged_the_pair_beside_the_case_does_not_answer_it(role: Role) -> None:
    beside = replace(case(), judges=frozenset({ADA, BEN}))

    with pytest.raises(Forbidden, match="given to you to judge"):
        check_step(beside, CaseStep.ACCEPTED, acting(BEN, role), START)
    assert not may_answer(beside, acting(BEN, role), START)
    assert may_answer(beside, REVIEWER, START)


def test_who_may_answer_follows_the_state_the_level_and_who_decided_before() -> None:
    appealed = case(event(CaseStep.RETURNED), event(CaseStep.APPEALED, ADA))

    assert not may_answer(case(), COORDINATOR, START)
    assert may_answer(case(), COORDINATOR, START + RESPONSE_TIME + SECOND)
    assert not may_answer(dispute(), REVIEWER, START)
    assert not may_answer(appealed, REVIEWER, START + DAY)
    assert may_answer(appealed, OTHER, START + DAY)


def test_f10_experts_who_disagree_have_the_first_word() -> None:
    assert state(dispute()) is CaseState.TALKING
    assert state(dispute(event(CaseStep.KEPT, ADA))) is CaseState.TALKING
    both = dispute(event(CaseStep.KEPT, ADA), event(CaseStep.REVISED, BEN))
    assert state(both) is CaseState.WAITING


def test_a_silent_expert_holds_nobody_up() -> None:
    silent = dispute(event(CaseStep.KEPT, ADA))

    standing = standing_of(silent, START + RESPONSE_TIME)

    assert standing.state is CaseState.WAITING
    assert standing.due_at == START + 2 * RESPONSE_TIME


def test_f10_an_expert_revises_once() -> None:
    spoken = dispute(event(CaseStep.REVISED, ADA))

    assert may_revise(dispute(), ADA, START)
    assert not may_revise(spoken, ADA, START + DAY)
    assert may_revise(spoken, BEN, START + DAY)
    assert not may_revise(dispute(), RITA, START)


@pytest.mark.parametrize("step", [CaseStep.ACCEPTED, CaseStep.AGREED, CaseStep.ANSWERED])
def test_what_is_settled_is_closed(step: CaseStep) -> None:
    closed = case(event(step))

    assert state(closed) is CaseState.CLOSED
    assert standing_of(closed, START + DAY).due_at is None


def test_f09_a_returned_judgment_is_the_experts_turn() -> None:
    returned = case(event(CaseStep.RETURNED))

    assert state(returned, 2 * DAY) is CaseState.RETURNED
    assert may_revise(returned, ADA, START + 2 * DAY)
    assert may_appeal(returned, ADA, START + 2 * DAY)


def test_an_unanswered_return_only_ends() -> None:
    returned = case(event(CaseStep.RETURNED))

    assert state(returned, DAY + RESPONSE_TIME + SECOND) is CaseState.SETTLED
    assert not may_revise(returned, ADA, START + DAY + RESPONSE_TIME + SECOND)
    assert state(returned, DAY + APPEAL_TIME + SECOND) is CaseState.CLOSED


def test_f51_a_decision_is_appealed_once_to_somebody_else() -> None:
    decided = dispute(event(CaseStep.DECIDED))
    appealed = dispute(*decided.events, event(CaseStep.APPEALED, ADA, after=2 * DAY))

    assert may_appeal(decided, ADA, START + 2 * DAY)
    assert not may_appeal(appealed, BEN, START + 3 * DAY)
    assert standing_of(appealed, START + 3 * DAY).due_at == START + 2 * DAY + RESPONSE_TIME
    with pytest.raises(Forbidden, match="did not decide before"):
        check_step(appealed, CaseStep.UPHELD, REVIEWER, START + 3 * DAY)
    check_step(appealed, CaseStep.UPHELD, COORDINATOR, START + 3 * DAY)


def test_f51_an_appeal_that_waits_too_long_is_overdue() -> None:
    appealed = case(event(CaseStep.RETURNED), event(CaseStep.APPEALED, ADA, after=2 * DAY))

    late = standing_of(appealed, START + 2 * DAY + RESPONSE_TIME + SECOND)

    assert (late.state, late.is_overdue) == (CaseState.APPEALED, True)


@pytest.mark.parametrize("step", [CaseStep.UPHELD, CaseStep.REJECTED])
def test_an_answered_appeal_is_the_end(step: CaseStep) -> None:
    ended = case(event(CaseStep.RETURNED), event(CaseStep.APPEALED, ADA), event(step, OTTO))

    assert state(ended) is CaseState.CLOSED
    assert not may_appeal(ended, ADA, START + DAY)


@pytest.mark.parametrize(
    ("of", "step", "actor", "error"),
    [
        (case(), CaseStep.DECIDED, REVIEWER, Conflict),
        (case(), CaseStep.ANSWERED, REVIEWER, Conflict),
        (case(event(CaseStep.ACCEPTED)), CaseStep.RETURNED, REVIEWER, Conflict),
        (case(event(CaseStep.RETURNED)), CaseStep.RETURNED, OTHER, Conflict),
        (case(), CaseStep.UPHELD, REVIEWER, Conflict),
        (dispute(), CaseStep.DECIDED, REVIEWER, Conflict),
        (case(), CaseStep.ACCEPTED, acting(ADA, Role.REVIEWER), Forbidden),
        (case(), CaseStep.ACCEPTED, acting(RITA, Role.RESEARCHER), Forbidden),
        (case(), CaseStep.ACCEPTED, COORDINATOR, Forbidden),
        (case(), CaseStep.ACCEPTED, command_actor(), Forbidden),
        (case(), CaseStep.KEPT, acting(ADA, Role.ANNOTATOR), Conflict),
        (dispute(), CaseStep.KEPT, acting(RITA, Role.ANNOTATOR), Forbidden),
        (case(), CaseStep.APPEALED, acting(ADA, Role.ANNOTATOR), Conflict),
    ],
    ids=lambda value: getattr(value, "name", None) or getattr(value, "value", None),
)
def test_the_wrong_step_is_refused(
    of: Case, step: CaseStep, actor: Actor, error: type[EvalHubError]
) -> None:
    with pytest.raises(error):
        check_step(of, step, actor, START + DAY)


def test_whoever_has_it_in_hand_answers() -> None:
    check_step(case(event(CaseStep.TAKEN)), CaseStep.ACCEPTED, REVIEWER, START + 2 * DAY)
    check_step(case(), CaseStep.TAKEN, REVIEWER, START)


@pytest.mark.parametrize("reason", DecisionReason)
def test_f25_both_defensible_forces_no_label(reason: DecisionReason) -> None:
    if reason is DecisionReason.BOTH_DEFENSIBLE:
        assert check_decision("split", reason) == (Verdict.SPLIT, reason)
        with pytest.raises(BadInput, match="stays split"):
            check_decision("first", reason)
    else:
        assert check_decision("first", reason) == (Verdict.FIRST, reason)


@pytest.mark.parametrize("reason", ["guideline", "error"])
def test_what_a_rule_or_a_fact_settles_is_not_split(reason: str) -> None:
    with pytest.raises(BadInput, match="not split"):
        check_decision("split", reason)


@pytest.mark.parametrize(("verdict", "reason"), [("", "error"), ("third", "error"), ("even", "")])
def test_a_decision_without_verdict_or_reason_is_refused(verdict: str, reason: str) -> None:
    with pytest.raises(BadInput, match="choose"):
        check_decision(verdict, reason)


def test_a_return_has_a_reason() -> None:
    assert check_return("contradiction") is ReturnReason.CONTRADICTION
    with pytest.raises(BadInput, match="choose a reason"):
        check_return("dislike")


def test_the_decision_in_force_is_the_last_one() -> None:
    anew = replace(event(CaseStep.UPHELD, OTTO), verdict=Verdict.SPLIT)
    decided = dispute(event(CaseStep.DECIDED))

    assert decision_of(dispute()) is None
    assert decision_of(decided) == decided.events[0]
    assert decision_of(dispute(*decided.events, event(CaseStep.APPEALED, ADA), anew)) == anew


@settings(max_examples=30, deadline=None)
@given(
    moves=st.lists(
        st.tuples(st.sampled_from(CaseStep), st.sampled_from([ADA, BEN, RITA, OTTO])), max_size=12
    ),
    kind=st.sampled_from(CaseKind),
)
def test_whatever_is_tried_each_expert_speaks_once_and_one_appeal_is_answered(
    moves: list[tuple[CaseStep, int]], kind: CaseKind
) -> None:
    grown, now = case(kind=kind), START
    for step, person_id in moves:
        now += DAY
        if step is CaseStep.AGREED:
            continue
        try:
            check_step(grown, step, acting(person_id, Role.REVIEWER), now)
        except (Conflict, Forbidden):
            continue
        grown = replace(grown, events=(*grown.events, CaseEvent(step, person_id, now)))

    late = standing_of(grown, now + 400 * DAY)
    if late.due_at is not None:
        # Whoever took it before, somebody who is new to it can answer what is overdue.
        assert late.is_overdue
        assert may_answer(grown, acting(9, Role.ADMIN), now + 400 * DAY)
        assert late.owner is None
    steps = [one.step for one in grown.events]
    spoken = [
        one.person_id for one in grown.events if one.step in (CaseStep.KEPT, CaseStep.REVISED)
    ]
    assert len(spoken) == len(set(spoken)) <= len(grown.experts)
    assert max(steps.count(CaseStep.APPEALED), steps.count(CaseStep.DECIDED)) <= 1
    if {CaseStep.UPHELD, CaseStep.REJECTED} & set(steps):
        decider = next(
            one.person_id for one in grown.events if one.step.value in "returned decided"
        )
        assert grown.events[-1].person_id != decider
