"""A project with work, two controls and people who judge, and the lot that decides what comes."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from sqlmodel import Session, col, select

from evalhub.core.assigning import Lease
from evalhub.core.campaigns import Purpose
from evalhub.core.judging.known import KeyAnswer
from evalhub.core.people import Actor, Role
from evalhub.core.qualifying.contests import ContestOutcome
from evalhub.core.quality import QualityShares
from evalhub.db.models import (
    Assignment,
    Endpoint,
    Judgment,
    Pair,
    Person,
    Project,
    Prompt,
    Response,
)
from evalhub.services.assigning.leasing import lease_next
from evalhub.services.controls.contesting import answer_control_contest, contest_control
from evalhub.services.controls.keying import add_control, mend_control
from evalhub.services.judging.submitting import submit
from evalhub.services.pairing.pool import add_item
from tests.factories import make_person
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.services.judging.conftest import changed, small_rubric

WEEK = timedelta(days=7)
REASON = "The other answer names a wrong dose."


class Lots(random.Random):
    """Let each lot fall where a test wants it: the shares of a scene are 20, 10 and 10 percent."""

    wanted = Purpose.WORK
    at: ClassVar = {Purpose.CONTROL: 0.1, Purpose.REPEAT: 0.25, Purpose.ANCHOR: 0.35}

    def random(self) -> float:
        """Return a lot that falls on what is wanted."""
        return self.at.get(self.wanted, 0.9)

    def getrandbits(self, k: int, /) -> int:
        """Keep drawing pairs and sides by chance, which the lot above would fix as well."""
        return super().getrandbits(k)


@dataclass
class Scene:
    """One project whose comparisons check quality."""

    session: Session
    now: datetime
    campaign: Campaign
    lots: Lots = field(default_factory=lambda: Lots(5))

    @property
    def project(self) -> Project:
        """Return the project."""
        return self.campaign.project

    @property
    def people(self) -> list[Person]:
        """Return its annotators."""
        return self.campaign.people

    def lease(self, wanted: Purpose = Purpose.WORK, who: int = 0) -> Lease | None:
        """Let somebody claim, with a lot that falls on ``wanted``."""
        self.lots.wanted = wanted
        return lease_next(
            self.project.id,
            person_id=self.people[who].id,
            session=self.session,
            now=self.now,
            rng=self.lots,
        )

    def judge(self, wanted: Purpose = Purpose.WORK, who: int = 0, *, preference: int = -1) -> Lease:
        """Let somebody judge what they claim: negative where its first response is better."""
        lease = self.lease(wanted, who)
        assert lease is not None
        self.send(lease, preference)
        return lease

    def send(self, lease: Lease, preference: int = -1) -> None:
        """Send the form of a lease."""
        shown = -preference if lease.is_swapped else preference
        submit(
            lease.token,
            [*changed(overall=str(shown)), ("revision", "0")],
            person_id=lease.person_id,
            session=self.session,
            now=self.now,
        )

    def judgments(self, purpose: Purpose) -> Sequence[Judgment]:
        """Return the judgments of a purpose, in order."""
        query = select(Judgment).where(Judgment.purpose == purpose).order_by(col(Judgment.id))
        return self.session.exec(query).all()

    def add_control(self, pair: Pair, accepted: frozenset[KeyAnswer]) -> int:
        """Make a control of a pair, with what is accepted in the order of its row."""
        x, y = (
            self.session.get_one(Endpoint, self.session.get_one(Response, one).endpoint_id)
            for one in (pair.response_x_id, pair.response_y_id)
        )
        return add_control(
            self.project.slug,
            self.session.get_one(Prompt, pair.prompt_id).key,
            (f"{x.slug}@{x.revision}", f"{y.slug}@{y.revision}"),
            accepted=accepted,
            reason=REASON,
            session=self.session,
            actor=actor_of(self.coordinator, Role.COORDINATOR),
            now=self.now,
        )

    def withdraw(self, pair: Pair) -> None:
        """Withdraw a control whose first key is in force."""
        mend_control(
            self.project.slug,
            pair.id,
            frozenset(),
            over=1,
            reason=REASON,
            session=self.session,
            actor=actor_of(self.coordinator, Role.COORDINATOR),
            now=self.now,
        )

    @property
    def coordinator(self) -> Person:
        """Return somebody who runs the project, writes its keys and judges in none."""
        return self._runs("Cora")

    @property
    def other_coordinator(self) -> Person:
        """Return somebody who runs the project and has written no key."""
        return self._runs("Dara")

    def _runs(self, name: str) -> Person:
        found = self.session.exec(select(Person).where(Person.name == name)).first()
        return found or make_person(self.session, Role.COORDINATOR, name=name)

    def taken(self, pair_id: int) -> int:
        """Return how many places of a pair are taken."""
        self.session.expire_all()
        return self.session.get_one(Pair, pair_id).n_taken

    def row(self, lease: Lease) -> Assignment:
        """Return the assignment of a lease as it stands."""
        self.session.expire_all()
        return self.session.get_one(Assignment, lease.id)


def actor_of(person: Person, *roles: Role) -> Actor:
    """Return a person as who acts, with the roles that the test gives them."""
    return Actor(person.id, person.name, frozenset(roles))


def make_scene(session: Session, now: datetime, *, n_pairs: int = 6, n_people: int = 2) -> Scene:
    """Add a scene whose first two pairs are controls, right where x is better, beside noise."""
    rubric = small_rubric(session)
    make_campaign(session, n_pairs=2, rubric=rubric)
    campaign = make_campaign(session, n_pairs=n_pairs, overlap=2, n_people=n_people, rubric=rubric)
    scene = Scene(session, now, campaign)
    give_shares(scene.project, QualityShares(20, 10, 7, 10), session)
    for pair in campaign.pairs[:2]:
        scene.add_control(pair, frozenset({KeyAnswer.X}))
    return scene


def give_shares(project: Project, shares: QualityShares, session: Session) -> None:
    """Give a project shares without drawing anchors."""
    project.control_percent, project.repeat_percent = shares.control, shares.repeat
    project.repeat_days, project.anchor_percent = shares.repeat_days, shares.anchor
    session.add(project)
    session.flush()


def make_anchor(scene: Scene, pair: Pair) -> None:
    """Make an anchor of a pair."""
    add_item(scene.project.id, [pair.id], Purpose.ANCHOR, session=scene.session, now=scene.now)


def contest(scene: Scene, lease: Lease, words: str = "The dose is for adults.") -> str:
    """Let the first expert contest the key of a lease."""
    person = scene.people[0]
    return contest_control(
        lease.token,
        words,
        person_id=person.id,
        session=scene.session,
        actor=actor_of(person, Role.ANNOTATOR),
        now=scene.now,
    )


def answer(
    scene: Scene,
    public_id: str,
    outcome: ContestOutcome,
    *accepted: KeyAnswer,
    by: Actor | None = None,
    words: str = "The leaflet agrees.",
) -> None:
    """Let a coordinator who wrote no key answer a contest."""
    answer_control_contest(
        scene.project,
        public_id,
        outcome,
        frozenset(accepted),
        words,
        session=scene.session,
        actor=by or actor_of(scene.other_coordinator, Role.COORDINATOR),
        now=scene.now,
    )
