"""Pairs are asked again after the rubric changed: told first, under the new version, once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from evalhub.core.assigning import Lease
from evalhub.core.campaigns import (
    AssignmentStatus,
    OverlapRule,
    ProjectStatus,
    Purpose,
    SelectionMode,
)
from evalhub.core.canonical import canonical_json
from evalhub.core.judging.affected import Affected
from evalhub.core.people import Role, command_actor
from evalhub.core.rubrics.canonical import rubric_to_json
from evalhub.core.rubrics.loading import load_rubric
from evalhub.core.rubrics.notes import NoteState
from evalhub.db.models import AuditEvent, Judgment, Pair, RubricVersion, SelectionPlan
from evalhub.errors import BadInput, Conflict, Forbidden, StaleForm
from evalhub.services.judging.submitting import submit
from evalhub.services.operating.acts import change_overlap
from evalhub.services.operating.requeueing import Requeue, plan_requeues, requeue
from evalhub.services.rubric_notes.deciding import decide
from evalhub.services.rubric_notes.writing import add_note
from tests.core.rubrics.small import changed as rubric_text
from tests.factories import add_member, make_assignment, make_person, make_rubric_version
from tests.services.judging.conftest import FORM, changed
from tests.services.projects.conftest import actor_of
from tests.services.projects.fairs import DEARER, OFFER, Fair, make_fair
from tests.services.rubric_notes.desk import REPORT, WHY

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For rules, which no database changes."""
NEW = replace(OFFER, rubric="small@1.0.1", reason="What is half right has its own words now.")


@dataclass
class Again:
    """A fair of three pairs, two places each, whose rubric changes."""

    fair: Fair
    session: Session
    now: datetime

    def judge(self, person: int, *, prefers: int = 0, **answers: str) -> Lease:
        """Let somebody judge their next pair, -1 or 1 for its first or second response."""
        read = self.fair.project.terms_number
        lease = self.fair.claim(person, accepts=True, read=read)
        assert lease is not None
        if prefers:
            answers = {"overall": str(-prefers if lease.is_swapped else prefers)}
        submit(
            lease.token,
            [*(changed(**answers) if answers else FORM), ("active_seconds", "900")],
            person_id=lease.person_id,
            session=self.session,
            now=self.now + timedelta(minutes=5),
        )
        return lease

    def bump(self, old: str = "anchor: It is mixed.", new: str = "anchor: Half.") -> None:
        """Let the project use a patch of the rubric with one text changed."""
        read = load_rubric(rubric_text(old, new), where="new")
        later = replace(
            read, version="1.0.1", changelog=(replace(read.changelog[0], version="1.0.1"),)
        )
        document = canonical_json(rubric_to_json(later))
        make_rubric_version(self.session, rubric_id="small", version="1.0.1", document=document)
        self.fair.change(NEW)

    def plan(self, which: Affected = Affected.ALL) -> Requeue | None:
        """Return what a choice would come to, or None where there is nothing to ask."""
        plans = plan_requeues(self.fair.project, session=self.session)
        return next((one for one in plans if one.which is which), None)

    def ask(
        self, which: Affected = Affected.ALL, *, told: str | None = None, reason: str = WHY
    ) -> None:
        """Ask the pairs of a choice again, at the number that is told."""
        plan = self.plan(which)
        said = plan.told if plan else ""
        requeue(
            self.fair.project.slug,
            which,
            told=said if told is None else told,
            reason=reason,
            session=self.session,
            actor=command_actor(),
            now=self.now,
        )

    def places(self) -> list[tuple[int, int]]:
        """Return the places taken and in all of each pair."""
        self.session.expire_all()
        query = select(Pair).where(Pair.project_id == self.fair.project.id)
        return [
            (one.n_taken, one.overlap) for one in self.session.exec(query.order_by(col(Pair.id)))
        ]

    def newcomer(self) -> None:
        """Put a further expert on the project, at the end of its people."""
        person = make_person(self.session, Role.ANNOTATOR)
        add_member(self.session, self.fair.project, person)
        self.fair.campaign.people.append(person)


@pytest.fixture
def again(session: Session, now: datetime) -> Again:
    return Again(make_fair(session, now), session, now)


def test_f15_f23_a_round_under_the_new_version_stands_beside_the_old_one(again: Again) -> None:
    old = again.judge(0)
    again.bump()
    plan = again.plan()

    again.ask()
    again.newcomer()
    for _ in range(3):
        again.judge(2)

    assert plan is not None
    assert (plan.n_pairs, plan.n_judgments, plan.minor_units, plan.minutes) == (1, 1, 800, 10)
    judged = again.session.exec(
        select(RubricVersion.version)
        .join(Judgment, col(Judgment.rubric_version_id) == col(RubricVersion.id))
        .where(Judgment.pair_id == old.pair_id)
        .order_by(col(Judgment.id))
    ).all()
    assert list(judged) == ["1.0.0", "1.0.1"]
    assert sorted(again.places()) == [(1, 2), (1, 2), (2, 3)]
    assert again.plan() is None


@SQLITE
def test_f10_what_was_told_and_why_stands_in_the_audit_log(again: Again) -> None:
    again.judge(0)
    again.bump()

    again.ask(reason="Half right answers were judged two ways.")

    event = again.session.exec(
        select(AuditEvent).where(AuditEvent.action == "project.requeue")
    ).one()
    for said in ('"pairs":1', '"judgments":1', '"cost":800', "Half right answers were judged"):
        assert said in event.details


@SQLITE
def test_f23_what_is_in_hand_keeps_its_place_and_its_rubric(again: Again) -> None:
    held = again.fair.held(0)
    again.bump()

    again.ask()
    again.fair.judge(held)

    judgment = again.session.exec(select(Judgment)).one()
    version = again.session.get_one(RubricVersion, judgment.rubric_version_id)
    assert (version.version, judgment.assignment_id) == ("1.0.0", held.id)
    assert sorted(again.places()) == [(0, 2), (0, 2), (1, 3)]


@SQLITE
def test_only_pairs_that_a_report_points_at(again: Again) -> None:
    first, second = again.judge(0), again.judge(0)
    notes = [
        add_note(
            "small",
            "1.0.0",
            replace(REPORT, tokens=(one.token,)),
            person_id=one.person_id,
            session=again.session,
            now=again.now,
        )
        for one in (first, second)
    ]
    owner = actor_of(make_person(again.session, Role.RESEARCHER), Role.RESEARCHER)
    decide(
        notes[1],
        NoteState.DECLINED,
        words=WHY,
        session=again.session,
        actor=owner,
        now=again.now,
    )
    again.bump()

    again.ask(Affected.REPORTED)

    (asked,) = again.session.exec(select(Pair.id).where(col(Pair.asked_since).is_not(None))).all()
    assert asked == first.pair_id


@SQLITE
def test_only_pairs_judged_by_what_reads_otherwise(again: Again) -> None:
    again.judge(0)
    rude = again.judge(0, flags__a="rude", overall="1")
    again.bump("help: Unkind words.", "help: Rough words.")
    every = again.plan()

    again.ask(Affected.CHANGED)

    assert every is not None
    assert every.n_pairs == 2
    (asked,) = again.session.exec(select(Pair.id).where(col(Pair.asked_since).is_not(None))).all()
    assert asked == rude.pair_id


@SQLITE
def test_a_version_with_another_head_alone_touches_no_judgment(again: Again) -> None:
    for person in range(2):
        again.judge(person)
    again.bump("summary: Which answer is better?", "summary: Which?")

    plans = [again.plan(which) for which in (Affected.ALL, Affected.CHANGED)]

    assert [one.n_pairs > 0 for one in plans if one is not None] == [True, False]


@SQLITE
def test_a_repeat_takes_no_place_and_is_no_judgment_of_a_round(again: Again) -> None:
    lease = again.judge(0)
    pair = again.session.get_one(Pair, lease.pair_id)
    person = again.fair.campaign.people[0]
    repeat = make_assignment(again.session, pair, person, status=AssignmentStatus.EXPIRED)
    repeat.purpose, repeat.status = Purpose.REPEAT, AssignmentStatus.SUBMITTED
    again.bump()

    again.ask()

    assert max(again.places()) == (1, 3)


@SQLITE
def test_on_conflict_the_old_votes_open_no_place(again: Again) -> None:
    again.fair.project.overlap_rule, again.fair.project.overlap = OverlapRule.ON_CONFLICT, 3
    again.session.flush()
    for person, side in ((0, "-1"), (1, "1")):
        again.judge(person, overall=side)
    again.bump()
    again.newcomer()

    again.ask()
    before = max(again.places())
    again.judge(2)

    assert before == (2, 4)
    assert max(again.places())[1] == 4


def test_who_judged_under_the_version_of_now_is_not_asked_again(again: Again) -> None:
    """The version goes away and comes back: only what was judged in between is asked again."""
    again.judge(0)
    again.bump()
    between = again.judge(1)
    again.fair.change(replace(OFFER, reason="The old words were better."), over=1)
    plan = again.plan()

    again.ask()

    assert plan is not None
    assert (plan.n_pairs, plan.n_judgments) == (1, 1)
    (asked,) = again.session.exec(select(Pair).where(col(Pair.asked_since).is_not(None))).all()
    assert asked.id == between.pair_id
    assert again.plan() is None


@SQLITE
def test_a_pair_that_was_asked_again_keeps_the_judgments_of_the_version_that_is_back(
    again: Again,
) -> None:
    again.judge(0)
    again.bump()
    again.ask()
    again.fair.change(replace(OFFER, reason="The old words were better."), over=1)

    assert again.plan() is None


@SQLITE
def test_a_conflict_under_the_version_of_now_is_told_and_asked(again: Again) -> None:
    again.fair.project.overlap_rule, again.fair.project.overlap = OverlapRule.ON_CONFLICT, 3
    again.session.flush()
    pair, *others = again.session.exec(select(Pair).where(Pair.project_id == again.fair.project.id))
    for one in others:
        one.is_offered = False
    again.newcomer()
    again.judge(0, prefers=-1)
    again.bump()
    again.judge(1, prefers=1)
    again.judge(2, prefers=-1)
    plan = again.plan()

    again.ask()

    assert plan is not None
    assert plan.n_judgments == 1
    again.session.refresh(pair)
    assert (pair.n_taken, pair.overlap) == (3, 4)


@SQLITE
def test_a_later_change_of_the_overlap_keeps_the_round(again: Again) -> None:
    again.judge(0)
    again.bump()
    again.ask()

    change_overlap(
        again.fair.project.slug,
        1,
        reason=WHY,
        session=again.session,
        actor=command_actor(),
        now=again.now,
    )

    assert sorted(again.places()) == [(0, 1), (0, 1), (1, 2)]


@SQLITE
def test_a_planned_project_is_planned_anew(again: Again) -> None:
    again.fair.project.selection_mode = SelectionMode.RANK
    again.judge(0)
    again.bump()

    before = again.session.get(SelectionPlan, again.fair.project.id)
    again.ask()

    after = again.session.get(SelectionPlan, again.fair.project.id)
    assert before is None
    assert after is not None
    assert after.planned_at == again.now


@SQLITE
def test_nobody_spends_what_they_have_not_read(again: Again) -> None:
    again.judge(0)
    again.bump()

    plan = again.plan()
    assert plan is not None
    for told in ("", "7", plan.told.replace("USD", "EUR")):
        with pytest.raises(StaleForm, match="number or the cost has changed"):
            again.ask(told=told)
    with pytest.raises(BadInput):
        again.ask(reason=" ")
    with pytest.raises(Conflict, match="No pair of this kind"):
        again.ask(Affected.REPORTED)
    assert max(again.places()) == (1, 2)


@SQLITE
def test_a_price_that_rose_since_it_was_told_is_told_again(again: Again) -> None:
    again.judge(0)
    again.bump()
    plan = again.plan()
    assert plan is not None
    again.fair.change(replace(NEW, price=DEARER.price), over=1)

    with pytest.raises(StaleForm, match="the cost has changed"):
        again.ask(told=plan.told)
    assert max(again.places()) == (1, 2)


@SQLITE
@pytest.mark.parametrize("case", ["no earlier version", "nothing judged", "closed"])
def test_where_there_is_nothing_to_ask_again(again: Again, case: str) -> None:
    if case != "nothing judged":
        again.judge(0)
    if case != "no earlier version":
        again.bump()
    if case == "closed":
        again.fair.project.status = ProjectStatus.CLOSED

    assert again.plan() is None
    with pytest.raises(Conflict):
        again.ask()


@SQLITE
def test_pairs_are_asked_again_by_those_who_run_projects(again: Again) -> None:
    with pytest.raises(Forbidden):
        requeue(
            again.fair.project.slug,
            Affected.ALL,
            told="",
            reason=WHY,
            session=again.session,
            actor=actor_of(again.fair.campaign.people[0], Role.ANNOTATOR),
            now=again.now,
        )
