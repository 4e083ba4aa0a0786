"""A project whose offer changes, and the people on it."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from evalhub.core.assigning import Lease
from evalhub.core.canonical import canonical_json
from evalhub.core.pay.tiers import Floors, PayTier, Price
from evalhub.core.people import Actor, Role, command_actor
from evalhub.core.rubrics.canonical import rubric_to_json
from evalhub.db.models import Project, RubricVersion
from evalhub.services.assigning.claiming import claim
from evalhub.services.assigning.work import Work, list_work
from evalhub.services.judging.submitting import submit
from evalhub.services.paying.terms import Terms
from evalhub.services.projects.statuses import SHIPPED_FLOORS
from evalhub.services.projects.terms import TermsChange, change_terms
from tests.core.rubrics.small import small
from tests.factories import make_rubric_version
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.services.judging.conftest import FORM

OFFER = TermsChange(
    pay_tier=PayTier.CODING_STEM,
    price=Price(800, "USD", 10),
    rubric="small@1.0.0",
    terms="",
    reason="It took longer than we thought.",
)


DEARER = replace(OFFER, price=Price(1_800, "USD", 20))


def rubric(session: Session, version: str) -> RubricVersion:
    """Add a version of the small rubric."""
    first = small()
    changelog = (replace(first.changelog[0], version=version),)
    changed = replace(first, version=version, changelog=changelog)
    document = canonical_json(rubric_to_json(changed))
    return make_rubric_version(session, rubric_id="small", version=version, document=document)


@dataclass
class Fair:
    """A project that pays 8.00 USD for ten minutes, and two people on it."""

    campaign: Campaign
    session: Session
    now: datetime

    @property
    def project(self) -> Project:
        """Return the project."""
        return self.campaign.project

    def change(
        self, offer: TermsChange, *, over: int = 0, floors: Floors = SHIPPED_FLOORS
    ) -> Terms:
        """Let ``offer`` hold from now on."""
        return change_terms(
            self.project,
            offer,
            over=over,
            floors=floors,
            session=self.session,
            actor=command_actor(),
            now=self.now,
        )

    def claim(self, person: int = 0, *, accepts: bool = False, read: int = 0) -> Lease | None:
        """Claim as one of the people, over the offer numbered ``read``."""
        who = self.campaign.people[person]
        return claim(
            self.project.slug,
            actor=Actor(who.id, who.name, frozenset({Role.ANNOTATOR})),
            accepts_terms=accepts,
            terms_number=read,
            session=self.session,
            now=self.now,
            rng=random.Random(0),
        )

    def held(self, person: int = 0) -> Lease:
        """Return the comparison that one of the people claims."""
        lease = self.claim(person)
        assert lease is not None
        return lease

    def judge(self, lease: Lease) -> None:
        """Hand in a judgment that took fifteen minutes."""
        submit(
            lease.token,
            [*FORM, ("active_seconds", "900")],
            person_id=lease.person_id,
            session=self.session,
            now=self.now + timedelta(minutes=20),
        )

    def work(self) -> Work:
        """Return how the first person's list shows the project."""
        (work,) = list_work(self.campaign.people[0].id, session=self.session, now=self.now)
        return work


def make_fair(session: Session, now: datetime) -> Fair:
    """Add an open project that pays 8.00 USD for ten minutes, among unrelated ones."""
    campaign = make_campaign(session, n_pairs=3, overlap=2, rubric=rubric(session, "1.0.0"))
    make_campaign(session, n_pairs=1)
    campaign.project.pay_tier, campaign.project.pay_minor_units = PayTier.CODING_STEM, 800
    session.flush()
    return Fair(campaign, session, now)
