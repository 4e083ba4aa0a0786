"""What travels to the machines of a build, and what one of them makes of it."""

import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import col, select

from evalhub.config import Settings, load_settings
from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.labels import label_release
from evalhub.core.releasing.recipe import Recipe
from evalhub.db.engine import Database
from evalhub.db.models import Pair, Person, Project
from evalhub.errors import ClusterError
from evalhub.services.releasing.cluster.pages import (
    SharedState,
    own_database,
    page_from,
    page_of,
    page_runs,
    share,
)
from evalhub.services.releasing.gathering import Source, gather
from evalhub.services.releasing.streaming import page_rules
from tests.postgres import PostgresServer
from tests.release_project import Verdict, add_verdict, make_tiny_project

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""Only PostgreSQL can show one state to several machines."""


@pytest.fixture
def source(database: Database, settings: Settings) -> Iterator[Source]:
    """Give the tiny project as a build has gathered it, in a transaction that is still open."""
    with database.transaction() as session:
        make_tiny_project(session)
    with database.transaction(write=False) as session:
        project = session.exec(select(Project).where(Project.slug == "tiny")).one()
        yield gather(project, secret=settings.secret_key, session=session)


@pytest.fixture
def shared(source: Source) -> SharedState:
    """Give what a build of it hands out."""
    return share(source, page_rules(source, labels=label_release(source.labels).by_pair), Recipe())


@pytest.fixture
def own_settings(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[None]:
    """Let this machine be set up as a worker of the cluster is."""
    monkeypatch.setenv("EVALHUB_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("EVALHUB_INSTANCE_DIR", str(settings.instance_dir))
    yield
    own_database(load_settings(makes_instance=False)).dispose()
    own_database.cache_clear()


@pytest.mark.usefixtures("own_settings")
def test_a_page_is_made_from_the_state_of_the_build(
    shared: SharedState, source: Source, database: Database
) -> None:
    with database.transaction() as session:
        pair = session.exec(select(Pair).order_by(col(Pair.id))).first()
        person = session.exec(select(Person).order_by(col(Person.id))).first()
        assert pair is not None
        assert person is not None
        add_verdict(session, pair, person, Verdict(0, Choice.B))

    (page,) = (page_of(shared, run) for run in page_runs(source))

    assert page.n_prompts == source.n_prompts
    assert page.tally.judgments_by_origin.total() == source.n_released
    assert set(page.tally.annotators) == {shared.names.of(one) for one in source.annotators}


def test_neither_secret_nor_address_travels(shared: SharedState, settings: Settings) -> None:
    sent = pickle.dumps(shared)

    assert settings.secret_key.encode() not in sent
    assert settings.database_url.encode() not in sent
    assert pickle.loads(sent).names == shared.names  # noqa: S301 - made a line above


def test_what_dask_logs_of_a_page_names_nobody(shared: SharedState, source: Source) -> None:
    told = repr(shared)

    assert shared.snapshot.id in told
    assert not [one for one in source.annotators if one in told or shared.names.of(one) in told]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_worker_over_another_database_is_refused(
    shared: SharedState,
    source: Source,
    postgres_server: PostgresServer,
    sqlite_template: Path,
    kind: str,
) -> None:
    with postgres_server.fresh_database() as other:
        database = Database(f"sqlite:///{sqlite_template}" if kind == "sqlite" else other)

        with pytest.raises(ClusterError, match=r"^This worker's EVALHUB_DATABASE_URL "):
            page_from(database, shared, next(page_runs(source)))
        database.dispose()


def test_a_worker_of_another_version_is_refused(shared: SharedState, source: Source) -> None:
    older = replace(shared, code="evalhub 0.0.1")

    with pytest.raises(ClusterError, match=r"runs evalhub .*, and the build evalhub 0\.0\.1\."):
        page_of(older, next(page_runs(source)))


def test_what_is_wrong_with_a_machine_is_said_with_its_name(
    shared: SharedState, source: Source, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EVALHUB_INSTANCE_DIR", str(tmp_path / "new"))

    with pytest.raises(ClusterError, match=r"^The worker on .*: There is no database yet at "):
        page_of(shared, next(page_runs(source)))


def test_pages_that_are_made_elsewhere_can_be_handed_on(shared: SharedState) -> None:
    assert shared.names.given() is shared.names
    with pytest.raises(KeyError):
        shared.names.of("somebody who never judged")
