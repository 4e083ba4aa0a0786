"""Eight people at once, on both databases: the overlap is exact and nobody judges twice."""

import random
import threading
from collections import Counter
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from evalhub.core.campaigns import AssignmentStatus
from evalhub.db import tables as t
from evalhub.db.engine import Database
from evalhub.db.models import Assignment, Pair, Project
from evalhub.errors import Conflict
from evalhub.services.assigning.claiming import go_on
from evalhub.services.assigning.expiring import take_place
from evalhub.services.assigning.leasing import lease_next
from tests.services.assigning.conftest import make_campaign
from tests.services.assigning.crowd import let_work
from tests.services.projects.fairs import make_fair
from tests.services.selecting.tournaments import make_tournament
from tests.writing import wait_for_lock

N_THREADS = 8


class Worker(threading.Thread):
    """One annotator who takes pairs and hands them in until none is left."""

    def __init__(
        self, database: Database, project_id: int, person_id: int, *, now: datetime, gives_up: bool
    ) -> None:
        super().__init__()
        self.database, self.now, self.gives_up = database, now, gives_up
        self.project_id, self.person_id = project_id, person_id
        self.rng = random.Random(person_id)
        self.error: Exception | None = None

    def run(self) -> None:
        """Work; keep what went wrong for the test to raise."""
        try:
            while self.work_once():
                pass
        except Exception as error:  # noqa: BLE001 - re-raised in the test's own thread
            self.error = error

    def work_once(self) -> bool:
        """Take one pair; hand it in, or now and then let its lease run out."""
        with self.database.transaction() as session:
            lease = lease_next(
                self.project_id,
                person_id=self.person_id,
                session=session,
                now=self.now,
                rng=self.rng,
            )
        if lease is None:
            return False
        with self.database.transaction() as session:
            session.connection().execute(
                sa.update(t.assignment)
                .where(
                    t.assignment.c.id == lease.id,
                    t.assignment.c.status == AssignmentStatus.LEASED,
                )
                .values(self.outcome())
            )
        return True

    def outcome(self) -> dict[str, object]:
        """Return what becomes of the lease."""
        if self.gives_up and self.rng.random() < 0.3:
            return {"expires_at": self.now - timedelta(seconds=1)}
        return {"status": AssignmentStatus.SUBMITTED}


def work(workers: list[Worker]) -> None:
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        if worker.error is not None:
            raise worker.error


@pytest.mark.parametrize("gives_up", [False, True], ids=["diligent", "some-expire"])
def test_every_pair_gets_exactly_its_overlap(
    database: Database, now: datetime, *, gives_up: bool
) -> None:
    with database.transaction() as session:
        campaign = make_campaign(session, n_pairs=12, overlap=3, n_people=N_THREADS)
        project_id = campaign.project.id
        people = [person.id for person in campaign.people]

    work([Worker(database, project_id, p, now=now, gives_up=gives_up) for p in people])

    with database.transaction(write=False) as session:
        done = session.exec(
            select(Assignment.pair_id, Assignment.person_id).where(
                Assignment.status == AssignmentStatus.SUBMITTED
            )
        ).all()
        taken = session.exec(select(Pair.n_taken)).all()
    assert Counter(pair_id for pair_id, _person in done) == dict.fromkeys(
        {pair_id for pair_id, _person in done}, 3
    )
    assert len(set(done)) == len(done) == 36
    assert set(taken) == {3}


def test_f65_eight_processes_give_no_pair_twice(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        campaign = make_campaign(session, n_pairs=20, overlap=3, n_people=N_THREADS)
        project_id = campaign.project.id
        people = [person.id for person in campaign.people]

    handed_in = let_work(database.url, project_id, people, now)

    with database.transaction(write=False) as session:
        done = session.exec(select(Assignment.pair_id, Assignment.person_id)).all()
        taken = session.exec(select(Pair.n_taken)).all()
    assert sum(handed_in) == len(done) == len(set(done)) == 60
    assert set(Counter(pair_id for pair_id, _person in done).values()) == {3}
    assert set(taken) == {3}


def test_one_person_claiming_eight_times_at_once_gets_one_lease(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        campaign = make_campaign(session, n_pairs=12, overlap=3)
        project_id, person_id = campaign.project.id, campaign.people[0].id
    barrier = threading.Barrier(N_THREADS)
    tokens: list[str] = []

    def claim(seed: int) -> None:
        barrier.wait()
        with database.transaction() as session:
            lease = lease_next(
                project_id,
                person_id=person_id,
                session=session,
                now=now,
                rng=random.Random(seed),
            )
        assert lease is not None
        tokens.append(lease.token)

    threads = [threading.Thread(target=claim, args=(seed,)) for seed in range(N_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(tokens) == N_THREADS
    assert len(set(tokens)) == 1


@pytest.mark.parametrize("is_own", [False, True], ids=["another's", "one's-own"])
def test_while_someone_else_reclaims_leasing_goes_on(
    database: Database, now: datetime, *, is_own: bool
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    with database.transaction() as session:
        campaign = make_campaign(session, n_pairs=2)
        expired = campaign.must_lease(campaign.people[0], now - timedelta(hours=2))
    person = campaign.people[0 if is_own else 1]

    with database.transaction() as other:
        other.connection().execute(
            sa.select(t.project).with_for_update(key_share=True).order_by(t.project.c.id)
        )
        with database.transaction() as session:
            lease = lease_next(
                campaign.project.id,
                person_id=person.id,
                session=session,
                now=now,
                rng=random.Random(0),
            )

    assert lease is not None
    assert (lease.pair_id == expired.pair_id) is is_own
    assert lease.expires_at == now + timedelta(hours=1)


def test_under_a_plan_every_pair_gets_exactly_its_overlap_too(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        tournament = make_tournament(session, n_prompts=4, overlap=3, n_people=N_THREADS)
        tournament.set_chances({(0, 1): 0.8, (0, 2): 0.15, (1, 2): 0.05})
        project_id = tournament.project.id
        people = [person.id for person in tournament.people]

    work([Worker(database, project_id, p, now=now, gives_up=False) for p in people])

    with database.transaction(write=False) as session:
        done = session.exec(select(Assignment)).all()
        taken = session.exec(select(Pair.n_taken)).all()
    assert Counter(one.pair_id for one in done) == dict.fromkeys({o.pair_id for o in done}, 3)
    assert len({(one.pair_id, one.person_id) for one in done}) == len(done) == 36
    assert set(taken) == {3}
    assert all(0 < (one.probability or 0) <= 1 for one in done)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_waited_for_the_last_place_in_vain_holds_nothing(database: Database) -> None:
    """With the full pair still locked, two such claims could each wait for the other's next one."""
    with database.transaction() as session:
        pair_id = make_campaign(session, n_pairs=1, overlap=1).pairs[0].id
    tried, looked = threading.Event(), threading.Event()
    found: list[bool] = []

    def try_in_vain() -> None:
        with database.transaction() as session:
            found.append(take_place(pair_id, session=session))
            tried.set()
            looked.wait(timeout=30)

    waiting = threading.Thread(target=try_in_vain)
    with database.transaction() as session:
        assert take_place(pair_id, session=session)
        waiting.start()
        wait_for_lock(database)
    assert tried.wait(timeout=30)
    with database.transaction() as session:
        hold = sa.select(t.pair.c.id).where(t.pair.c.id == pair_id).with_for_update(nowait=True)
        assert session.connection().execute(hold).scalar_one() == pair_id
    looked.set()
    waiting.join()

    assert found == [False]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_f23_terms_changed_under_a_claim_leave_no_lease_to_who_goes_on(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        fair = make_fair(session, now)
        fair.judge(fair.held())
        project_id, person_id = fair.project.id, fair.campaign.people[0].id

    def change_once(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        # After the look at the terms, before the claim copies them.
        if "project.lease_minutes" in statement and not changes:
            changes.append(statement)
            with database.transaction() as other:
                other.get_one(Project, project_id).terms_number += 1

    changes: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", change_once)
    with database.transaction() as session:
        with pytest.raises(Conflict, match="have changed"):
            go_on(project_id, person_id=person_id, session=session, now=now, rng=random.Random(0))
        session.commit()

    with database.transaction(write=False) as session:
        statuses = session.exec(select(Assignment.status)).all()
        assert statuses == [AssignmentStatus.SUBMITTED]
        assert session.exec(select(sa.func.sum(Pair.n_taken))).one() == 1
