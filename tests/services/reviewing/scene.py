"""Two experts of one pair, a reviewer and an adjudicator, and what each of them does."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.assigning import Lease
from evalhub.core.people import Actor, Role, command_actor
from evalhub.core.reviewing.vocabulary import CaseStep
from evalhub.db.models import Judgment, PayEntry, Person, Project, ReviewCase
from evalhub.services.assigning.leasing import lease_next
from evalhub.services.judging.submitting import Submission, submit
from evalhub.services.reviewing.answering import CaseAnswer, answer_case
from evalhub.services.reviewing.opening import look_through
from evalhub.services.reviewing.rules import write_share
from evalhub.services.reviewing.speaking import appeal, keep
from tests.factories import make_person
from tests.services.assigning.conftest import make_campaign
from tests.services.judging.conftest import changed, small_rubric

LATER = timedelta(minutes=11)
"""After which a judgment stands for good."""
DAY = timedelta(days=1)


def actor_of(person: Person, *roles: Role) -> Actor:
    """Return a person as who acts, with the roles that the test gives them."""
    return Actor(person.id, person.name, frozenset(roles))


@dataclass
class Scene:
    """A project that pays 10.00 for ten minutes, whose pairs are judged twice."""

    session: Session
    now: datetime
    project: Project
    experts: list[Person]
    rita: Actor
    otto: Actor
    leases: dict[int, Lease] = field(default_factory=dict)

    def judge(self, who: int, preference: int, *, seconds: int = 300, vetoes: int = 0) -> Lease:
        """Let expert ``who`` judge their next pair: negative where its first response is better."""
        lease = lease_next(
            self.project.id,
            person_id=self.experts[who].id,
            session=self.session,
            now=self.now,
            rng=random.Random(7),
        )
        assert lease is not None
        self.leases[who] = lease
        self.send(who, preference, seconds=seconds, vetoes=vetoes)
        return lease

    def send(
        self,
        who: int,
        preference: int,
        *,
        over: int = 0,
        seconds: int = 300,
        vetoes: int = 0,
        **answers: str,
    ) -> Submission:
        """Send the form of the last pair of expert ``who``, filled in over a revision.

        ``vetoes`` is -1 or 1 for a veto against the first or the second response.
        """
        lease = self.leases[who]
        shown = -preference if lease.is_swapped else preference
        if vetoes:
            side = "a" if (vetoes < 0) is not lease.is_swapped else "b"
            answers |= {f"flags__{side}": "harmful", f"flags__{side}__harmful__quote": "Answer"}
        form = changed(**{"overall": str(shown), "active_seconds": str(seconds), **answers})
        return submit(
            lease.token,
            [*form, ("revision", str(over))],
            person_id=lease.person_id,
            session=self.session,
            now=self.now,
        )

    def disagree(self) -> int:
        """Let both experts judge one pair against each other; return the case."""
        self.judge(0, -1)
        self.judge(1, 3)
        self.look()
        return self.cases()[0].id

    def look(self, after: timedelta = LATER) -> int:
        """Look through the project after a while; return how many cases that opened."""
        self.now += after
        return look_through(self.project.id, session=self.session, now=self.now).n_opened

    def cases(self) -> Sequence[ReviewCase]:
        """Return every case."""
        return self.session.exec(select(ReviewCase).order_by(col(ReviewCase.id))).all()

    def share(self, share: float) -> None:
        """Let this share of the judgments be drawn for review."""
        write_share(
            self.project.slug,
            share,
            actor=command_actor(),
            session=self.session,
            now=self.now,
        )

    def expert(self, who: int) -> Actor:
        """Return an expert as who acts."""
        return actor_of(self.experts[who], Role.ANNOTATOR)

    def keep(self, who: int, case_id: int, *, minutes: int = 0) -> None:
        """Let an expert stand by their judgment."""
        keep(
            case_id,
            words="I stand by it.",
            minutes=minutes,
            actor=self.expert(who),
            session=self.session,
            now=self.now,
        )

    def appeal(self, who: int, case_id: int, *, minutes: int = 6) -> None:
        """Let an expert appeal."""
        appeal(
            case_id,
            words="Read it again.",
            minutes=minutes,
            actor=self.expert(who),
            session=self.session,
            now=self.now,
        )

    def answer(
        self,
        case_id: int,
        step: CaseStep,
        by: Actor | None = None,
        *,
        words: str = "Seen.",
        reason: str = "",
        verdict: str = "",
    ) -> None:
        """Let a reviewer, Rita unless another is named, answer a case."""
        answer_case(
            case_id,
            CaseAnswer(step, words, reason, verdict),
            actor=by or self.rita,
            session=self.session,
            now=self.now,
        )

    def decide(self, case_id: int, verdict: str = "first", reason: str = "error") -> None:
        """Let Rita decide a case after the experts' time is over."""
        self.now += 5 * DAY
        self.answer(case_id, CaseStep.DECIDED, verdict=verdict, reason=reason)

    def send_back(self, case_id: int) -> None:
        """Let Rita return a judgment."""
        self.answer(case_id, CaseStep.RETURNED, reason="missed_problem")

    def judgments(self) -> Sequence[Judgment]:
        """Return every version of every judgment, in order."""
        self.session.expire_all()
        return self.session.exec(select(Judgment).order_by(col(Judgment.id))).all()

    def booked(self, kind: str) -> list[tuple[int | None, int, str | None]]:
        """Return seconds, money and reason of the entries of a kind, in order."""
        query = select(PayEntry).where(PayEntry.kind == kind).order_by(sa.text("id"))
        return [
            (one.seconds, one.minor_units, one.unpaid_reason and one.unpaid_reason.value)
            for one in self.session.exec(query)
        ]


def make_scene(session: Session, now: datetime, *, n_pairs: int = 1) -> Scene:
    """Add a scene beside another project, in which nothing is drawn for review."""
    rubric = small_rubric(session)
    make_campaign(session, n_pairs=2, rubric=rubric)
    campaign = make_campaign(session, n_pairs=n_pairs, overlap=2, rubric=rubric)
    project = campaign.project
    project.pay_minor_units, project.expected_minutes = 1_000, 10
    session.flush()
    rita, otto = (
        actor_of(make_person(session, name=name), Role.REVIEWER) for name in ("Rita", "Otto")
    )
    scene = Scene(session, now, project, campaign.people, rita, otto)
    scene.share(0)
    return scene
