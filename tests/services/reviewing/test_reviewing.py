"""A case from its opening to its end: what each may do, what stays, and what is booked."""

from datetime import timedelta

import pytest
from sqlmodel import select

from evalhub.core.campaigns import AssignmentStatus, Purpose
from evalhub.core.people import Origin, Role, command_actor
from evalhub.core.reviewing.cases import may_appeal, standing_of
from evalhub.core.reviewing.vocabulary import CaseState, CaseStep, Verdict
from evalhub.db.models import AuditEvent, LevelDecision, Pair, ReviewRule
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound
from evalhub.services.assigning.choosing import n_open_to
from evalhub.services.judging.cases import get_case
from evalhub.services.judging.current import current_judgments
from evalhub.services.judging.drafts import save_draft
from evalhub.services.judging.sheets import SheetState, get_sheet
from evalhub.services.reviewing.reading import (
    OwnCase,
    case_to_answer,
    cases_document,
    n_asked,
    own_case,
    own_cases,
    project_cases,
    queue,
)
from evalhub.services.reviewing.rules import share_in_force
from tests.factories import make_assignment, make_person
from tests.services.judging.conftest import FORM
from tests.services.reviewing.scene import DAY, Scene, actor_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def sampled(scene: Scene) -> int:
    """Let one judgment be drawn for review; return its case."""
    scene.share(1)
    scene.judge(0, -1)
    scene.look()
    return scene.cases()[0].id


def own(scene: Scene, case_id: int, who: int = 0) -> OwnCase:
    person_id = scene.experts[who].id
    return own_case(case_id, person_id, session=scene.session, now=scene.now).own


def waiting(scene: Scene, by: str = "rita") -> list[int]:
    found = queue(actor=getattr(scene, by), session=scene.session, now=scene.now)
    return [one.id for one in found.items]


def test_f09_an_accepted_judgment_is_done(scene: Scene) -> None:
    case_id = sampled(scene)
    assert waiting(scene) == [case_id]

    scene.answer(case_id, CaseStep.ACCEPTED, words="")

    assert waiting(scene) == []
    stored = get_case(case_id, session=scene.session)
    assert standing_of(stored.case, scene.now).state is CaseState.CLOSED
    assert not may_appeal(stored.case, scene.experts[0].id, scene.now)


def test_f09_a_return_keeps_both_versions_and_says_why(scene: Scene) -> None:
    case_id = sampled(scene)
    scene.send_back(case_id)

    done = scene.send(0, 1, over=1, seconds=240)

    first, second = scene.judgments()
    assert first.preference is not None
    assert second.preference == -first.preference
    assert (second.revision, done.kind.value) == (2, "revised")
    steps = [(one.step.value, one.reason) for one in own(scene, case_id).events]
    assert steps == [("returned", "missed_problem"), ("revised", "")]
    assert scene.booked("rework") == [(240, 0, "rework")]


def test_the_same_return_sent_twice_is_one(scene: Scene) -> None:
    case_id = sampled(scene)
    for _time in range(2):
        scene.answer(case_id, CaseStep.RETURNED, words="Rule 3.\r\n", reason="guideline")

    assert [one.step for one in own(scene, case_id).events] == [CaseStep.RETURNED]
    with pytest.raises(Conflict):
        scene.answer(case_id, CaseStep.RETURNED, words="Rule 4.", reason="guideline")
    with pytest.raises(Conflict):
        by = scene.otto
        scene.answer(case_id, CaseStep.RETURNED, by, words="Rule 3.", reason="guideline")


def test_f09_a_returned_judgment_is_revised_once(scene: Scene) -> None:
    case_id = sampled(scene)
    scene.send_back(case_id)
    scene.send(0, 1, over=1)

    with pytest.raises(Conflict, match="ten minutes"):
        scene.send(0, -1, over=2)
    assert len(scene.judgments()) == 2


def test_without_being_asked_nobody_judges_again(scene: Scene) -> None:
    sampled(scene)

    with pytest.raises(Conflict, match="ten minutes"):
        scene.send(0, 1, over=1)
    with pytest.raises(Conflict, match="draft was not kept"):
        save_draft(
            scene.leases[0].token,
            [*FORM, ("revision", "1")],
            person_id=scene.experts[0].id,
            session=scene.session,
            now=scene.now,
        )


def test_the_form_opens_again_for_who_is_asked(scene: Scene) -> None:
    case_id = sampled(scene)
    scene.send_back(case_id)

    sheet = get_sheet(
        scene.leases[0].token,
        person_id=scene.experts[0].id,
        session=scene.session,
        now=scene.now,
    )

    assert sheet.state is SheetState.REVISING
    assert sheet.asked is not None
    assert (sheet.asked.case_id, sheet.revisable_until) == (case_id, scene.now + 5 * DAY)
    assert n_asked(scene.experts[0].id, session=scene.session, now=scene.now) == 1


def test_f09_rework_after_a_reviewers_mistake_is_paid(scene: Scene) -> None:
    case_id = sampled(scene)
    scene.send_back(case_id)
    scene.send(0, 1, over=1, seconds=300)
    scene.appeal(0, case_id, minutes=6)

    scene.answer(case_id, CaseStep.UPHELD, scene.otto)

    assert scene.booked("rework") == [(300, 0, "rework"), (-300, 0, "rework"), (300, 500, None)]
    assert scene.booked("appeal") == [(360, 600, None)]


def test_rework_is_paid_as_the_judgment_was_and_not_as_its_repeat(scene: Scene) -> None:
    case_id = sampled(scene)
    pair, person = scene.session.get_one(Pair, scene.leases[0].pair_id), scene.experts[0]
    repeat = make_assignment(
        scene.session,
        pair,
        person,
        status=AssignmentStatus.SUBMITTED,
        purpose=Purpose.REPEAT,
        occasion=1,
    )
    repeat.pay_minor_units, repeat.pay_currency = 9_900, "USD"
    scene.send_back(case_id)
    scene.send(0, 1, over=1, seconds=300)
    scene.appeal(0, case_id)

    scene.answer(case_id, CaseStep.UPHELD, scene.otto)

    assert scene.booked("rework")[-1] == (300, 500, None)


def test_f51_a_rejected_appeal_stands_with_its_reason(scene: Scene) -> None:
    case_id = sampled(scene)
    scene.send_back(case_id)
    scene.appeal(0, case_id)

    scene.answer(case_id, CaseStep.REJECTED, scene.otto, words="The dose is missing.")

    assert own(scene, case_id).events[-1].words == "The dose is missing."
    assert scene.booked("appeal") == [(360, 0, "appeal")]
    with pytest.raises(Conflict, match="once"):
        scene.appeal(0, case_id)


def test_f51_nobody_answers_an_appeal_against_themselves(scene: Scene) -> None:
    case_id = sampled(scene)
    scene.send_back(case_id)
    scene.appeal(0, case_id)

    with pytest.raises(Forbidden, match="did not decide before"):
        scene.answer(case_id, CaseStep.UPHELD)


def test_f10_both_see_each_others_reasons_and_may_agree(scene: Scene) -> None:
    case_id = scene.disagree()
    view = own_case(case_id, scene.experts[0].id, session=scene.session, now=scene.now)
    assert [one.number for one in view.desk.judgments] == [1, 2]
    assert view.desk.judgments[1].answer.why

    scene.send(1, -1, over=1, seconds=120)

    assert [one.step.value for one in own(scene, case_id).events] == ["revised", "agreed"]
    assert own(scene, case_id).line.standing.state is CaseState.CLOSED
    assert scene.booked("rework") == [(120, 200, None)]


def test_f10_a_revision_that_still_disagrees_goes_on(scene: Scene) -> None:
    case_id = scene.disagree()

    scene.send(1, 1, over=1)
    scene.keep(0, case_id, minutes=3)

    assert waiting(scene) == [case_id]
    assert scene.booked("rework") == [(300, 500, None), (180, 300, None)]


def test_f25_the_decision_reaches_both_without_names(scene: Scene) -> None:
    case_id = scene.disagree()

    scene.decide(case_id, verdict="first", reason="guideline")

    for who in (0, 1):
        decision = own(scene, case_id, who).decision
        assert decision is not None
        assert (decision.verdict, decision.reason) == (Verdict.FIRST, "guideline")
        assert decision.words == "Seen."
        assert decision.person_id not in own(scene, case_id, who).numbers


def test_f25_both_defensible_stays_split(scene: Scene) -> None:
    case_id = scene.disagree()
    before = current_judgments(scene.project.id, session=scene.session)

    scene.decide(case_id, verdict="split", reason="both_defensible")

    assert current_judgments(scene.project.id, session=scene.session) == before
    assert [one.revision for one in scene.judgments()] == [1, 1]


def test_f10_first_judgments_are_never_overwritten(scene: Scene) -> None:
    case_id = scene.disagree()
    first = [(one.id, one.answer) for one in scene.judgments()]

    scene.send(1, 1, over=1)
    scene.decide(case_id)

    assert [(one.id, one.answer) for one in scene.judgments()][:2] == first


def test_an_appeal_that_is_right_decides_anew(scene: Scene) -> None:
    case_id = scene.disagree()
    scene.decide(case_id)
    scene.appeal(1, case_id)
    with pytest.raises(BadInput, match="choose"):
        scene.answer(case_id, CaseStep.UPHELD, scene.otto)

    scene.answer(case_id, CaseStep.UPHELD, scene.otto, verdict="split", reason="ambiguous_prompt")

    decision = own(scene, case_id).decision
    assert decision is not None
    assert decision.verdict is Verdict.SPLIT
    assert scene.booked("appeal") == [(360, 600, None)]


def test_nobody_decides_about_a_pair_they_judged(scene: Scene) -> None:
    case_id = scene.disagree()
    scene.now += 5 * DAY
    expert = actor_of(scene.experts[0], Role.REVIEWER)

    assert case_id not in [
        one.id for one in queue(actor=expert, session=scene.session, now=scene.now).items
    ]
    with pytest.raises(Forbidden):
        scene.answer(case_id, CaseStep.DECIDED, expert, verdict="first", reason="error")
    with pytest.raises(Forbidden):
        case_to_answer(case_id, actor=expert, session=scene.session, now=scene.now)


def test_f11_coordinators_join_when_a_case_is_late(scene: Scene) -> None:
    case_id = sampled(scene)
    cora = actor_of(make_person(scene.session), Role.COORDINATOR)

    early = queue(actor=cora, session=scene.session, now=scene.now)
    late = queue(actor=cora, session=scene.session, now=scene.now + 5 * DAY + timedelta(1))

    assert (early.n_found, [one.id for one in late.items]) == (0, [case_id])


def test_a_case_in_hand_names_its_owner(scene: Scene) -> None:
    case_id = sampled(scene)

    scene.answer(case_id, CaseStep.TAKEN, words="")

    [line] = queue(actor=scene.otto, session=scene.session, now=scene.now).items
    assert line.owner == "Rita"
    with pytest.raises(Conflict, match="in hand"):
        scene.answer(case_id, CaseStep.ACCEPTED, scene.otto)


def test_who_let_a_case_lie_takes_it_again(scene: Scene) -> None:
    case_id = sampled(scene)
    for days in (0, 0, 5):
        scene.now += days * DAY + timedelta(minutes=1)
        scene.answer(case_id, CaseStep.TAKEN, words="")

    [line] = queue(actor=scene.otto, session=scene.session, now=scene.now).items
    assert line.owner == "Rita"
    logged = select(AuditEvent).where(AuditEvent.action == "review.taken")
    assert len(scene.session.exec(logged).all()) == 2
    scene.now += 6 * DAY
    with pytest.raises(Conflict, match="overdue"):
        scene.answer(case_id, CaseStep.TAKEN, words="")


def test_a_strangers_case_is_not_there(scene: Scene) -> None:
    case_id = sampled(scene)

    with pytest.raises(NotFound):
        scene.keep(1, case_id)
    with pytest.raises(NotFound):
        own(scene, case_id, 1)
    with pytest.raises(NotFound):
        scene.answer(case_id + 9, CaseStep.ACCEPTED)


@pytest.mark.parametrize("words", ["", "   ", "x" * 4_001, "a\x00b"])
def test_a_return_without_plain_words_is_refused(scene: Scene, words: str) -> None:
    case_id = sampled(scene)

    with pytest.raises(BadInput):
        scene.answer(case_id, CaseStep.RETURNED, words=words, reason="guideline")
    assert get_case(case_id, session=scene.session).case.events == ()


def test_minutes_lie_in_their_range(scene: Scene) -> None:
    case_id = scene.disagree()

    with pytest.raises(BadInput, match="120"):
        scene.keep(0, case_id, minutes=121)


def test_a_command_answers_no_case(scene: Scene) -> None:
    case_id = sampled(scene)

    with pytest.raises(Forbidden, match="signs"):
        scene.answer(case_id, CaseStep.ACCEPTED, command_actor())


def test_every_step_is_on_record_without_its_words(scene: Scene) -> None:
    case_id = sampled(scene)
    scene.send_back(case_id)

    told = scene.session.exec(select(AuditEvent).where(AuditEvent.action == "review.returned"))
    event = told.one()
    assert event.subject == f"review:{case_id}"
    assert "Seen." not in event.details


def test_f19_returns_and_appeals_change_no_offer_and_no_level(scene: Scene) -> None:
    def offered() -> list[int]:
        return [
            n_open_to(scene.project.id, person_id=one.id, session=scene.session, now=scene.now)
            for one in scene.experts
        ]

    case_id = sampled(scene)
    before = offered()
    scene.send_back(case_id)
    scene.appeal(0, case_id)
    scene.answer(case_id, CaseStep.REJECTED, scene.otto)

    assert offered() == before
    assert scene.session.exec(select(LevelDecision)).all() == []


def test_an_expert_is_told_of_a_review_only_once_it_asks_something(scene: Scene) -> None:
    case_id, person_id = sampled(scene), scene.experts[0].id

    for step in (None, CaseStep.TAKEN, CaseStep.ACCEPTED):
        if step is not None:
            scene.answer(case_id, step, words="")
        assert own_cases(person_id, session=scene.session, now=scene.now).n_found == 0
        with pytest.raises(NotFound):
            own(scene, case_id)
        with pytest.raises(NotFound):
            scene.keep(0, case_id, minutes=5)


def test_own_cases_come_newest_first(scene: Scene) -> None:
    case_id = sampled(scene)
    scene.send_back(case_id)
    scene.judge(1, 3)
    scene.look()

    mine = own_cases(scene.experts[0].id, session=scene.session, now=scene.now)

    assert mine.items[-1].line.id == case_id
    assert [one.line.id for one in mine.items] == sorted(
        (one.line.id for one in mine.items), reverse=True
    )
    assert mine.n_found == 2


def test_who_is_made_up_is_owed_nothing(scene: Scene) -> None:
    for person in scene.experts:
        person.origin = Origin.SIMULATED
    case_id = scene.disagree()

    scene.keep(0, case_id, minutes=5)

    assert scene.booked("rework") == []


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_lies_between_none_and_all(scene: Scene, share: float) -> None:
    with pytest.raises(BadInput, match="between 0 and 100 percent"):
        scene.share(share)


def test_the_newest_share_is_in_force(scene: Scene) -> None:
    scene.share(0.25)
    scene.share(0.25)

    assert share_in_force(scene.project.id, session=scene.session) == 0.25
    assert len(scene.session.exec(select(ReviewRule)).all()) == 2


def test_a_project_tells_its_cases_without_names(scene: Scene) -> None:
    case_id = scene.disagree()
    scene.keep(1, case_id)

    found = project_cases(scene.project, session=scene.session, now=scene.now)
    document = cases_document(scene.project.slug, found)

    assert document["n_cases"] == 1
    assert [one.events[0].step for one in found.items] == [CaseStep.KEPT]
    assert "'expert': 2" in str(document)
    assert "Ada" not in str(document)


def test_a_reviewer_sees_the_answers_as_they_are_stored(scene: Scene) -> None:
    case_id = scene.disagree()

    view = case_to_answer(case_id, actor=scene.rita, session=scene.session, now=scene.now)

    assert (view.reader, view.desk.is_swapped) == (0, False)
    assert [one.answer.preference for one in view.desk.judgments] == [-1, 3]
    assert view.desk.sources == {"a": (), "b": ()}
