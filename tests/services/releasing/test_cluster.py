"""A build on several machines: the bytes of one machine, and an end with a reason otherwise."""

import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import dask
import pytest

from evalhub.config import Settings
from evalhub.core.queued_work import RunEnd, WorkStatus
from evalhub.core.releasing.builds import BuildStage
from evalhub.core.releasing.checksums import CHECKSUMS
from evalhub.core.releasing.pages import MadePage
from evalhub.db.engine import Database
from evalhub.errors import BadInput, ClusterError, SettingsError
from evalhub.services.releasing.cluster.dask_cluster import open_cluster
from evalhub.services.releasing.cluster.opening import Cluster, cluster_of
from evalhub.services.releasing.cluster.pages import CODE, SharedState
from evalhub.services.releasing.folders import folder_target
from evalhub.services.releasing.indexing import IndexedPrompt
from evalhub.services.releasing.preparing import prepare_release
from tests.building import ask, look, run
from tests.certificates import make_certificates
from tests.clusters import Machines, end
from tests.release_project import make_tiny_project
from tests.releases import KnownLabels

pytestmark = [
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
    pytest.mark.xdist_group("dask"),
]
"""Only PostgreSQL can show one state to several machines."""

VERSION = "1.0.0"
Still = Callable[[], None]
Runs = Iterable[Sequence[IndexedPrompt]]


@dataclass(frozen=True)
class PromptByPrompt:
    """Give a cluster pages of one prompt: a small project is many pages then."""

    cluster: Cluster
    asked: list[str]

    def pages(self, shared: SharedState, runs: Runs, *, still: Still) -> Iterator[MadePage]:
        """Yield what the cluster makes of each prompt by itself."""
        return self.cluster.pages(shared, self._split(runs), still=still)

    def _split(self, runs: Runs) -> Iterator[Sequence[IndexedPrompt]]:
        for run_of_many in runs:
            for one in run_of_many:
                self.asked.append(one.key)
                yield [one]


@dataclass(frozen=True)
class Changed:
    """Hand out something else than the build would."""

    cluster: Cluster
    change: Callable[[SharedState], SharedState]

    def pages(self, shared: SharedState, runs: Runs, *, still: Still) -> Iterator[MadePage]:
        """Yield what the cluster makes of it."""
        return self.cluster.pages(self.change(shared), runs, still=still)


def of_older_code(shared: SharedState) -> SharedState:
    """Let a build be one by another version of EvalHub."""
    return replace(shared, code="evalhub 0.0.1")


def without_labels(shared: SharedState) -> SharedState:
    """Let no page of a build be possible."""
    return replace(shared, rules=replace(shared.rules, labels=KnownLabels({})))


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    with Machines(tmp_path_factory.mktemp("dask")) as running:
        yield running


@pytest.fixture
def tiny(database: Database) -> Database:
    with database.transaction() as session:
        make_tiny_project(session)
    return database


@pytest.fixture
def silent_url() -> Iterator[str]:
    """Give the address of a database that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"postgresql://nobody@127.0.0.1:{server.getsockname()[1]}/nothing"


def build(
    database: Database,
    settings: Settings,
    folder: Path,
    *,
    cluster: Cluster | None = None,
    say: Callable[[BuildStage, int, int], None] = lambda *_: None,
) -> bytes:
    """Write the release of the tiny project and return its checksums."""
    with database.transaction(write=False) as session:
        prepare_release(
            "tiny",
            session=session,
            settings=settings,
            folder=folder,
            version=VERSION,
            # Row groups that end within pages and between them.
            target_in=lambda place: replace(folder_target(place), rows_per_group=2),
            cluster=cluster,
            say=say,
        )
    return (folder / CHECKSUMS).read_bytes()


_ALONE: list[bytes] = []


@pytest.fixture
def alone(tiny: Database, settings: Settings, tmp_path: Path) -> bytes:
    """Give the checksums of a build on one machine, made once: the project is ever the same."""
    if not _ALONE:
        _ALONE.append(build(tiny, settings, tmp_path / "alone"))
    return _ALONE[0]


def test_the_bytes_do_not_depend_on_the_machines(
    tiny: Database, settings: Settings, machines: Machines, tmp_path: Path, alone: bytes
) -> None:
    asked: list[str] = []

    with open_cluster(machines.address) as cluster, machines.workers(tiny.url, 1):
        by_one = build(tiny, settings, tmp_path / "one", cluster=PromptByPrompt(cluster, asked))
        with machines.workers(tiny.url, 2):
            by_three = build(tiny, settings, tmp_path / "3", cluster=PromptByPrompt(cluster, []))

    assert len(asked) > 4
    assert by_one == by_three == alone


def test_a_worker_that_dies_is_made_up_for(
    tiny: Database, settings: Settings, machines: Machines, tmp_path: Path, alone: bytes
) -> None:
    with open_cluster(machines.address) as cluster, machines.workers(tiny.url, 2) as workers:

        def say(stage: BuildStage, n_done: int, _n_wanted: int) -> None:
            # Pages that it made and that nobody has fetched yet are gone with it.
            if stage is BuildStage.WRITING and n_done and workers[0].is_alive():
                end(workers[0])

        pages = PromptByPrompt(cluster, [])
        together = build(tiny, settings, tmp_path / "together", cluster=pages, say=say)

    assert not workers[0].is_alive()
    assert together == alone


def test_a_queued_build_is_shared_out(
    tiny: Database, settings: Settings, machines: Machines
) -> None:
    asked = ask(tiny)

    with machines.workers(tiny.url, 1):
        ended = run(tiny, sharing(settings, machines), asked)

    view = look(tiny, asked)
    assert (ended, view.status, view.release) == (RunEnd.DONE, WorkStatus.DONE, VERSION)


def test_what_a_worker_cannot_do_fails_the_build_and_names_the_worker(
    tiny: Database, settings: Settings, machines: Machines, tmp_path: Path
) -> None:
    asked = ask(tiny)

    with machines.workers(f"sqlite:///{tmp_path}/none.db", 1):
        ended = run(tiny, sharing(settings, machines), asked)

    view = look(tiny, asked)
    assert (ended, view.status) == (RunEnd.FAILED, WorkStatus.FAILED)
    assert view.reason.startswith(f"The worker on {socket.gethostname()}: There is no database")
    assert not list(settings.releases_dir.iterdir())


def test_what_goes_wrong_on_a_worker_is_raised_as_if_it_were_here(
    tiny: Database, settings: Settings, machines: Machines, tmp_path: Path
) -> None:
    with open_cluster(machines.address) as cluster, machines.workers(tiny.url, 1):
        with pytest.raises(ClusterError) as caught:
            build(tiny, settings, tmp_path / "new", cluster=Changed(cluster, of_older_code))
        with pytest.raises(BadInput) as refused:
            build(tiny, settings, tmp_path / "bad", cluster=Changed(cluster, without_labels))

    assert f"runs {CODE}, and the build evalhub 0.0.1." in str(caught.value)
    assert refused.value.problems[0].rule == "has an outcome but no label"


def test_a_build_without_workers_waits_for_a_while(
    tiny: Database, settings: Settings, machines: Machines, tmp_path: Path
) -> None:
    with (
        open_cluster(machines.address, patience_s=1) as cluster,
        pytest.raises(ClusterError, match="had no worker for 1 seconds"),
    ):
        build(tiny, settings, tmp_path / "new", cluster=cluster)


def test_a_build_that_is_stopped_waits_for_no_page(
    tiny: Database, settings: Settings, machines: Machines, tmp_path: Path
) -> None:
    def say(stage: BuildStage, _n_done: int, _n_wanted: int) -> None:
        if stage is BuildStage.WRITING:
            raise InterruptedError

    with open_cluster(machines.address) as cluster, pytest.raises(InterruptedError):
        build(tiny, settings, tmp_path / "new", cluster=cluster, say=say)


def test_a_lost_scheduler_ends_the_build(
    tiny: Database, settings: Settings, tmp_path: Path
) -> None:
    with Machines(tmp_path) as own, open_cluster(own.address) as cluster:

        def say(stage: BuildStage, _n_done: int, _n_wanted: int) -> None:
            if stage is BuildStage.WRITING:
                end(own.scheduler)

        with pytest.raises(ClusterError, match="was lost during the build"):
            build(tiny, settings, tmp_path / "new", cluster=cluster, say=say)

    with pytest.raises(ClusterError, match="No Dask scheduler answers at tcp"):
        _open(own.address)


def test_a_page_that_ends_its_workers_ends_the_build(
    tiny: Database, settings: Settings, tmp_path: Path, silent_url: str
) -> None:
    config = {"distributed.scheduler.allowed-failures": 0}
    with (
        Machines(tmp_path, config=config) as own,
        open_cluster(own.address) as cluster,
        own.workers(silent_url, 1) as (worker,),
    ):

        def say(stage: BuildStage, _n_done: int, _n_wanted: int) -> None:
            if stage is BuildStage.WRITING:
                end(worker)

        with pytest.raises(ClusterError, match="'p0' to 'p5' died of it"):
            build(tiny, settings, tmp_path / "new", cluster=cluster, say=say)


def test_machines_show_each_other_certificates(
    tiny: Database, settings: Settings, tmp_path: Path, alone: bytes
) -> None:
    own, others = make_certificates(tmp_path / "own"), make_certificates(tmp_path / "others")
    with Machines(tmp_path, config=own) as running, running.workers(tiny.url, 1):
        with dask.config.set(own), open_cluster(running.address) as cluster:
            sums = build(tiny, settings, tmp_path / "together", cluster=cluster)

        with dask.config.set(others), pytest.raises(ClusterError, match="No Dask scheduler"):
            _open(running.address)

    assert running.address.startswith("tls://")
    assert sums == alone


def test_an_address_with_tls_needs_certificates(settings: Settings) -> None:
    settings = settings.model_copy(update={"dask_scheduler": "tls://127.0.0.1:1"})

    with (
        pytest.raises(SettingsError, match="DASK_DISTRIBUTED__COMM__TLS__CA_FILE"),
        cluster_of(settings),
    ):
        pass


def test_without_a_scheduler_or_without_dask_there_is_no_cluster(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cluster_of(settings) as cluster:
        assert cluster is None

    # What Python finds where a package is not installed.
    monkeypatch.setitem(sys.modules, "evalhub.services.releasing.cluster.dask_cluster", None)
    with pytest.raises(SettingsError, match=r"'\.\[cluster\]'"):
        cluster_of(settings.model_copy(update={"dask_scheduler": "tcp://127.0.0.1:1"}))


def sharing(settings: Settings, machines: Machines) -> Settings:
    """Return settings that name the scheduler."""
    return settings.model_copy(update={"dask_scheduler": machines.address})


def _open(address: str) -> None:
    with open_cluster(address, answer_s=0.5):
        pass
