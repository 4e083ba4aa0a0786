"""Leases under any sequence of acts agree with a small model of the rules."""

import random
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session, select

from evalhub.core.campaigns import AssignmentStatus
from evalhub.db.engine import Database
from evalhub.db.models import Assignment, Pair
from evalhub.services.assigning.leases import extend, get_lease
from evalhub.services.assigning.leasing import lease_next
from evalhub.services.assigning.releasing import release
from tests.services.assigning.conftest import make_campaign

HOUR = timedelta(hours=1)
people = st.integers(0, 2)


class Leases(RuleBasedStateMachine):
    """Drive the service and the model with the same acts.

    The model knows, for each person, the lease they hold (pair, token, end) and the pairs
    they will never see again.
    """

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copyfile(self.template, self.folder / "evalhub.db")
        self.database = Database(f"sqlite:///{self.folder}/evalhub.db")
        self.session: Session = self.database.session(write=True)
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.rng = random.Random(0)

    @initialize(n_pairs=st.integers(1, 3), overlap=st.integers(1, 3))
    def set_up(self, n_pairs: int, overlap: int) -> None:
        """Start with an open project."""
        campaign = make_campaign(self.session, n_pairs=n_pairs, overlap=overlap, n_people=3)
        self.project_id, self.overlap = campaign.project.id, overlap
        self.person_ids = [person.id for person in campaign.people]
        self.pairs = {pair.id for pair in campaign.pairs}
        self.held: dict[int, tuple[int, str, datetime]] = {}
        self.finished: dict[int, set[int]] = {person: set() for person in range(3)}
        self.submitted: list[tuple[int, int]] = []

    def taken(self, pair_id: int) -> int:
        """Return the places of a pair that the model holds taken."""
        held = sum(pair == pair_id for pair, _token, _end in self.held.values())
        return held + sum(pair == pair_id for _person, pair in self.submitted)

    @rule(person=people)
    def lease(self, person: int) -> None:
        """Ask for the next pair."""
        self.held = {who: lease for who, lease in self.held.items() if lease[2] > self.now}
        lease = lease_next(
            self.project_id,
            person_id=self.person_ids[person],
            session=self.session,
            now=self.now,
            rng=self.rng,
        )
        if person in self.held:
            assert lease is not None
            assert lease.token == self.held[person][1]
            return
        possible = {
            pair for pair in self.pairs - self.finished[person] if self.taken(pair) < self.overlap
        }
        assert (lease is None) is (not possible)
        if lease is not None:
            assert lease.pair_id in possible
            assert lease.probability == 1 / len(possible)
            self.held[person] = (lease.pair_id, lease.token, self.now + HOUR)

    @rule(person=people)
    def give_back(self, person: int) -> None:
        """Give the held pair back."""
        if person not in self.held:
            return
        pair_id, token, _end = self.held.pop(person)
        release(token, person_id=self.person_ids[person], session=self.session, now=self.now)
        self.finished[person].add(pair_id)

    @rule(person=people)
    def submit(self, person: int) -> None:
        """Hand in the held pair."""
        if person not in self.held:
            return
        pair_id, token, _end = self.held.pop(person)
        row = self.session.exec(select(Assignment).where(Assignment.token == token)).one()
        row.status = AssignmentStatus.SUBMITTED
        self.session.flush()
        self.finished[person].add(pair_id)
        self.submitted.append((person, pair_id))

    @rule(person=people)
    def work_on(self, person: int) -> None:
        """Save a draft, which extends the lease."""
        if person not in self.held:
            return
        pair_id, token, _end = self.held[person]
        lease = get_lease(token, person_id=self.person_ids[person], session=self.session)
        self.held[person] = (pair_id, token, extend(lease, session=self.session, now=self.now))

    @rule(minutes=st.integers(1, 90))
    def wait(self, minutes: int) -> None:
        """Let time pass."""
        self.now += timedelta(minutes=minutes)

    @invariant()
    def places_agree(self) -> None:
        """Check that the counters say what the assignments say."""
        for pair in self.session.exec(select(Pair)).all():
            self.session.refresh(pair)
            assert pair.n_taken == self.taken(pair.id) <= self.overlap

    def teardown(self) -> None:
        """Close the database."""
        self.session.rollback()
        self.session.close()
        self.database.dispose()
        shutil.rmtree(self.folder)


@pytest.mark.timeout(300)
def test_leases_follow_the_model(sqlite_template: Path) -> None:
    Leases.template = sqlite_template

    run_state_machine_as_test(
        Leases,
        settings=settings(max_examples=25, stateful_step_count=25, deadline=None),
    )
