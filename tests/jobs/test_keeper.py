"""The keeper's rounds go on whatever one of them meets."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from evalhub.config import Settings
from evalhub.db.models import ReviewCase
from evalhub.jobs import engine
from evalhub.jobs.keeper import Keeper
from evalhub.jobs.pulls import PullJobs
from evalhub.jobs.queued_work import build_jobs, import_jobs
from evalhub.jobs.worker import make_rounds
from evalhub.services.pulling import RunTools
from evalhub.services.queued_work import WorkTools
from evalhub.services.releasing.running import BuildTools
from evalhub.services.transaction import is_passing
from evalhub.services.workers import claim
from tests.factories import make_assignment, make_judgment
from tests.pulling import Scene, fast_clients
from tests.services.assigning.conftest import make_campaign
from tests.services.reviewing.scene import make_scene


class Clock:
    """Stand for the clock."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give the keeper's clock."""
    return Clock()


@pytest.fixture
def keeper(scene: Scene, settings: Settings, clock: Clock) -> Iterator[Keeper]:
    """Give a keeper beside a running engine."""
    jobs = PullJobs(scene.database, lambda: RunTools(clients=fast_clients, poll_s=0.02))
    queued = (
        build_jobs(scene.database, BuildTools(clock, settings=settings)),
        import_jobs(scene.database, WorkTools(clock)),
    )
    keeper = Keeper(scene.database, jobs, queued, executor_id="me", lease_s=5.0, now=clock)
    with engine.running_engine(settings, executor_id="me", poll_s=0.05):
        yield keeper
        jobs.running.wait_until_idle(10.0)


def wait_until_drained(keeper: Keeper) -> None:
    """Make rounds until nothing is left."""
    while not keeper.is_drained():
        keeper.make_round()


def test_jobs_that_finished_long_ago_are_pruned_once_an_hour(
    scene: Scene, keeper: Keeper, clock: Clock
) -> None:
    scene.endpoint()
    scene.start(is_foreground=False)
    wait_until_drained(keeper)
    clock.now += timedelta(minutes=59)
    keeper.make_round()
    assert engine.prune(clock.now) == 0

    clock.now += timedelta(days=8)
    keeper.make_round()

    assert engine.prune(clock.now) == 0


def test_pruning_keeps_what_finished_lately(scene: Scene, keeper: Keeper, clock: Clock) -> None:
    scene.endpoint()
    scene.start(is_foreground=False)
    wait_until_drained(keeper)

    assert engine.prune(clock.now) == 0
    assert engine.prune(clock.now + timedelta(days=8)) == 1


def test_only_one_worker_sweeps_at_a_time(scene: Scene, keeper: Keeper) -> None:
    scene.endpoint()
    scene.start(is_foreground=False)

    with claim(scene.database, "sweep") as is_held:
        wait_until_drained(keeper)

    assert is_held
    assert scene.server.calls.total() == 3


class Stumbling(Keeper):
    """Meet a broken database in the first round."""

    n_rounds = 0

    def make_round(self) -> None:
        """Stumble once."""
        self.n_rounds += 1
        if self.n_rounds == 1:
            raise sa.exc.OperationalError("SELECT 1", None, Exception("gone"))
        super().make_round()


def test_a_round_that_fails_is_followed_by_the_next(
    scene: Scene, keeper: Keeper, clock: Clock
) -> None:
    stumbling = Stumbling(
        scene.database,
        keeper.jobs,
        keeper.queued,
        executor_id="me",
        lease_s=5.0,
        now=clock,
    )

    make_rounds(stumbling, stop=threading.Event(), is_draining=True, round_s=0.01)

    assert stumbling.n_rounds >= 2


@pytest.mark.parametrize(
    ("error", "is_tried_again"),
    [
        (sa.exc.OperationalError("SELECT 1", None, Exception("gone")), True),
        (sa.exc.InterfaceError("SELECT 1", None, Exception("closed")), True),
        (sa.exc.TimeoutError("no connection is free"), True),
        (sa.exc.IntegrityError("INSERT", None, Exception("twice")), False),
        (sa.exc.ProgrammingError("SELEKT", None, Exception("no such word")), False),
        (ZeroDivisionError(), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_what_waiting_may_mend_is_tried_again(
    error: BaseException, is_tried_again: bool
) -> None:
    assert is_passing(error) is is_tried_again


def test_new_judgments_are_looked_through_once_a_minute(
    scene: Scene, keeper: Keeper, clock: Clock
) -> None:
    with scene.database.transaction() as session:
        disagreeing = make_scene(session, clock.now)
        disagreeing.judge(0, -1)
        disagreeing.judge(1, 1)

    def n_cases() -> int:
        with scene.database.transaction(write=False) as session:
            return len(session.exec(select(ReviewCase)).all())

    keeper.make_round()
    clock.now += timedelta(seconds=59)
    keeper.make_round()
    assert n_cases() == 0

    clock.now += timedelta(minutes=11)
    keeper.make_round()

    assert n_cases() == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_project_that_cannot_be_looked_through_keeps_no_other_waiting(
    scene: Scene, keeper: Keeper, clock: Clock
) -> None:
    with scene.database.transaction() as session:
        broken = make_campaign(session)
        pair, person = broken.pairs[0], broken.people[0]
        # Neither its rubric nor its answer can be read.
        make_judgment(session, pair, person, assignment=make_assignment(session, pair, person))
        disagreeing = make_scene(session, clock.now - timedelta(hours=1))
        disagreeing.judge(0, -1)
        disagreeing.judge(1, 1)
        project_id = disagreeing.project.id

    keeper.make_round()

    with scene.database.transaction(write=False) as session:
        opened = set(session.exec(select(ReviewCase.project_id)))
    assert opened == {project_id}
