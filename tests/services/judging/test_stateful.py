"""Forms in any order, late, repeated and from two people: what was said stays and counts once."""

import random
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from evalhub.core.assigning import REVISABLE_FOR
from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.judging.answers import Choice
from evalhub.db.models import Assignment, Judgment, Pair
from evalhub.errors import BadInput, Conflict
from evalhub.services.assigning.leasing import lease_next
from evalhub.services.assigning.releasing import release
from evalhub.services.judging.submitting import SubmissionKind, submit
from tests.services.assigning.conftest import make_campaign
from tests.services.judging.conftest import FORM, Form, changed, only, small_rubric

FORMS: tuple[Form, ...] = (
    FORM,
    changed(overall="3"),
    only(overall="cannot_judge", cannot_judge_reason="missing_context"),
)
HOLDING = {AssignmentStatus.LEASED, AssignmentStatus.SUBMITTED}
N_ACTS = 150


@dataclass(frozen=True)
class Sent:
    """One form that was taken in: whose, on which lease, over which revision, with what in it."""

    person: int
    token: str
    base: int
    form: int


class Judging:
    """Two annotators at a project, who do what a generator says."""

    def __init__(self, session: Session, rng: random.Random) -> None:
        self.session, self.rng = session, rng
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.tokens: tuple[list[str], list[str]] = ([], [])
        self.sent: list[Sent] = []
        self.stored: dict[int, tuple[int | None, int, str, datetime]] = {}
        rubric = small_rubric(session)
        make_campaign(session, rubric=rubric)
        campaign = make_campaign(
            session, n_pairs=rng.choice((4, 12)), overlap=rng.randint(1, 2), rubric=rubric
        )
        self.project_id = campaign.project.id
        self.person_ids = [person.id for person in campaign.people]

    def act(self) -> None:
        """Do one thing that people, networks or clocks do."""
        acts = (self.judge_next, self.judge_again, self.repeat, self.leave_open, self.give_back)
        self.rng.choices((*acts, self.wait), weights=(6, 6, 3, 4, 1, 4))[0]()

    def judge_next(self) -> None:
        """Claim what is in hand or comes next, and judge it."""
        person = self.rng.randrange(2)
        token = self.take(person)
        if token is not None:
            self.send(Sent(person, token, 0, self.rng.randrange(len(FORMS))))

    def judge_again(self) -> None:
        """Send a form over any revision of any lease the person ever had, even one to come."""
        person = self.rng.randrange(2)
        if self.tokens[person]:
            token = self.rng.choice(self.tokens[person][-3:])
            base = self.n_revisions(token) - self.rng.choice((0, 0, 0, 1, 2, -1))
            self.send(Sent(person, token, max(base, 0), self.rng.randrange(len(FORMS))))

    def repeat(self) -> None:
        """Let the network send a form again that was taken in, however long ago."""
        if self.sent:
            n_before = len(self.judgments())
            assert self.send(self.rng.choice(self.sent)) is SubmissionKind.REPEATED
            assert len(self.judgments()) == n_before

    def leave_open(self) -> None:
        """Claim what is in hand or comes next, and leave it."""
        self.take(self.rng.randrange(2))

    def give_back(self) -> None:
        """Give back a lease, unless it is judged."""
        person = self.rng.randrange(2)
        if self.tokens[person]:
            with suppress(Conflict):
                release(
                    self.tokens[person][-1],
                    person_id=self.person_ids[person],
                    session=self.session,
                    now=self.now,
                )

    def wait(self) -> None:
        """Let time pass: within what can be changed, beyond it, beyond the lease."""
        self.now += timedelta(minutes=self.rng.choice((1, 1, 1, 4, 11, 61)))

    def take(self, person: int) -> str | None:
        """Ask for a pair and return its token."""
        lease = lease_next(
            self.project_id,
            person_id=self.person_ids[person],
            session=self.session,
            now=self.now,
            rng=self.rng,
        )
        if lease is None:
            return None
        if lease.token not in self.tokens[person]:
            self.tokens[person].append(lease.token)
        return lease.token

    def send(self, sent: Sent) -> SubmissionKind | None:
        """Send a form as a request does: what is refused leaves nothing behind."""
        fields = [*FORMS[sent.form], ("revision", str(sent.base))]
        try:
            with self.session.begin_nested():
                done = submit(
                    sent.token,
                    fields,
                    person_id=self.person_ids[sent.person],
                    session=self.session,
                    now=self.now,
                )
        except (BadInput, Conflict):
            return None
        if done.kind in {SubmissionKind.JUDGED, SubmissionKind.REVISED}:
            self.sent.append(sent)
        return done.kind

    def n_revisions(self, token: str) -> int:
        """Return how many revisions the judgment under a lease has."""
        assignment = self.session.exec(select(Assignment).where(Assignment.token == token)).one()
        return sum(row.assignment_id == assignment.id for row in self.judgments())

    def judgments(self) -> list[Judgment]:
        """Return every judgment, each assignment's revisions in order."""
        self.session.expire_all()
        order = (col(Judgment.assignment_id), col(Judgment.revision))
        return list(self.session.exec(select(Judgment).order_by(*order)))

    def what_was_said_stays(self) -> None:
        """Check that rows are only added, and that revisions follow each other within the time."""
        rows = self.judgments()
        now = {
            row.id: (row.assignment_id, row.revision, row.answer, row.created_at) for row in rows
        }
        assert now.items() >= self.stored.items()
        self.stored = now
        revisions = defaultdict(list)
        for row in rows:
            revisions[row.assignment_id].append(row)
        for each in revisions.values():
            assert [row.revision for row in each] == list(range(1, len(each) + 1))
            assert each[-1].created_at - each[0].created_at <= REVISABLE_FOR

    def a_person_judges_a_pair_once(self) -> None:
        """Check that nobody has judgments of one pair under two assignments."""
        under = {(row.person_id, row.pair_id, row.assignment_id) for row in self.judgments()}
        assert all(n == 1 for n in Counter((who, pair) for who, pair, _ in under).values())

    def places_and_statuses_agree(self) -> None:
        """Check that a place is held by a lease or by a judgment that is a verdict, no more."""
        newest = {row.assignment_id: row for row in self.judgments()}
        assignments = self.session.exec(select(Assignment)).all()
        held = Counter(one.pair_id for one in assignments if one.status in HOLDING)
        for pair in self.session.exec(select(Pair)).all():
            assert pair.n_taken == held[pair.id] <= pair.overlap
        for one in assignments:
            if one.id in newest:
                is_verdict = newest[one.id].choice is not Choice.CANNOT_JUDGE
                assert (one.status is AssignmentStatus.SUBMITTED) is is_verdict
            else:
                assert one.status is not AssignmentStatus.SUBMITTED


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(4))
def test_judgments_follow_the_rules_of_evidence(session: Session, seed: int) -> None:
    judging = Judging(session, random.Random(seed))

    for _ in range(N_ACTS):
        judging.act()
        judging.what_was_said_stays()
        judging.a_person_judges_a_pair_once()
        judging.places_and_statuses_agree()

    assert len(judging.sent) >= 4, "hardly a form was taken in, so the walk shows nothing"
