"""The demo: filled once through the real use cases, marked as simulated, kept when run again."""

import json
import os
import signal
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlmodel import Session, SQLModel, col, select

from evalhub.cli import main
from evalhub.config import Settings
from evalhub.core.campaigns import PullStatus
from evalhub.core.people import Origin, command_actor
from evalhub.core.releasing.dossier.statements import WRITTEN_FIELDS
from evalhub.core.responses import ResponseStatus
from evalhub.db.engine import Database
from evalhub.db.migrate import upgrade
from evalhub.db.models import Judgment, Pair, Person, Project, Pull, Release, Response
from evalhub.demo import accounts
from evalhub.demo.fill import Demo, DemoSummary, fill
from evalhub.demo.judging import simulate
from evalhub.demo.script import DOMAINS
from evalhub.services.accounts.signing_in import check
from evalhub.services.releasing.verifying import verify_release
from tests.conftest import DATABASES
from tests.factories import make_person
from tests.postgres import PostgresServer

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module", params=DATABASES)
def demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """Give a demo over an instance that the tests of this module share, on each database."""
    folder = tmp_path_factory.mktemp("demo")
    with ExitStack() as stack:
        url = f"sqlite:///{folder}/evalhub.db"
        if request.param == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres_server")
            url = stack.enter_context(server.fresh_database())
        database = Database(url)
        stack.callback(database.dispose)
        upgrade(database)
        settings = Settings(instance_dir=folder, database_url=url, secret_key="s" * 40)
        yield Demo(database, settings, command_actor("demo"), now=NOW, say=lambda _text: None)


@pytest.fixture(scope="module")
def summary(demo: Demo) -> DemoSummary:
    """Fill the demo."""
    return fill(demo)


def n_rows(demo: Demo) -> dict[str, int]:
    """Return the number of rows of every table."""
    tables = SQLModel.metadata.sorted_tables
    with demo.database.transaction(write=False) as session:
        return {
            table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in tables
        }


def count(session: Session, model: type[object]) -> int:
    return session.scalar(select(sa.func.count()).select_from(model)) or 0


def test_it_goes_the_whole_way_from_prompts_to_releases_that_verify(
    demo: Demo, summary: DemoSummary
) -> None:
    with demo.database.transaction(write=False) as session:
        statuses = session.exec(select(Response.status)).all()

    assert len(statuses) == 120
    assert statuses.count(ResponseStatus.TRUNCATED) == 2
    assert statuses.count(ResponseStatus.EMPTY) == 1
    assert all(verify_release(folder).is_good for folder in summary.releases)


def test_places_are_left_for_the_visitor(demo: Demo, summary: DemoSummary) -> None:
    with demo.database.transaction(write=False) as session:
        left = session.exec(select(Pair).where(col(Pair.n_taken) < Pair.overlap)).all()

    assert {pair.project_id for pair in left} == {1, 2}


def test_everything_made_up_says_so(demo: Demo, summary: DemoSummary) -> None:
    with demo.database.transaction(write=False) as session:
        judges = session.exec(
            select(Person.origin, Person.name).join(
                Judgment, col(Judgment.person_id) == col(Person.id)
            )
        ).all()
        flags = session.exec(select(Project.is_simulated, Project.title)).all()
        released = session.exec(select(Release.is_simulated)).all()

    assert {origin for origin, _ in judges} == {Origin.SIMULATED}
    assert all("Simulated" in name for _, name in judges)
    assert all(simulated and "simulated" in title for simulated, title in flags)
    assert set(released) == {True}


def test_every_field_that_a_person_writes_is_written_in_the_dossiers(
    demo: Demo, summary: DemoSummary
) -> None:
    for folder in summary.releases:
        fields = json.loads((folder / "dossier.json").read_bytes())["fields"]
        by_name = {one["name"]: one for one in fields}

        written = [by_name[name] for name in WRITTEN_FIELDS]

        assert all(one["text"] and one["origin"] == "written" for one in written)
        assert "simulated" in by_name["steward"]["text"]


def test_each_account_signs_in_with_its_own_password(demo: Demo, summary: DemoSummary) -> None:
    passwords = summary.passwords

    with demo.database.transaction(write=False) as session:
        for email, password in passwords.items():
            assert check(email, password, session=session, now=demo.now).person_id
    assert len(set(passwords.values())) == len(passwords)


def test_the_passwords_lie_where_only_their_owner_reads(demo: Demo, summary: DemoSummary) -> None:
    path = demo.settings.instance_dir / accounts.FILE

    assert json.loads(path.read_text("utf-8")) == summary.passwords
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_running_it_again_changes_nothing(demo: Demo, summary: DemoSummary) -> None:
    said: list[str] = []
    before = n_rows(demo)

    again = fill(replace(demo, say=said.append))

    assert n_rows(demo) == before
    assert again == summary
    assert said == ["Loading rubrics and prompt sets."]


def test_an_interrupted_pull_goes_on_at_the_address_that_was_registered(
    demo: Demo, summary: DemoSummary
) -> None:
    before = n_rows(demo)
    with demo.database.transaction() as session:
        connection = session.connection()
        connection.execute(
            sa.text(
                "DELETE FROM response WHERE id NOT IN "
                "(SELECT response_x_id FROM pair UNION SELECT response_y_id FROM pair)"
            )
        )
        connection.execute(sa.text("UPDATE pull SET status = 'running'"))

    fill(demo)

    with demo.database.transaction(write=False) as session:
        assert count(session, Response) == 120
        assert set(session.exec(select(Pull.status))) == {PullStatus.DONE}
    assert n_rows(demo)["pull"] == before["pull"]


def test_a_project_without_room_for_the_simulation_is_an_error(
    demo: Demo, summary: DemoSummary
) -> None:
    with demo.database.session(write=True) as session:
        session.connection().execute(sa.update(Pair).values(is_offered=False))
        project = session.get_one(Project, 1)

        with pytest.raises(LookupError, match="No pair is left"):
            simulate(project, DOMAINS[0], n_judgments=1, session=session, now=demo.now)

        session.rollback()


def test_the_command_prints_who_can_sign_in_and_where_the_releases_lie(tmp_path: Path) -> None:
    environment = {"EVALHUB_INSTANCE_DIR": str(tmp_path)}

    result = CliRunner(env=environment).invoke(main, ["demo"], catch_exceptions=False)

    assert result.exit_code == 0
    for account in accounts.ACCOUNTS:
        assert account.email in result.output
    assert str(tmp_path / "releases" / "demo-law" / "1.0.0") in result.output
    assert "simulated" in result.output


def test_an_instance_in_use_is_left_alone(tmp_path: Path) -> None:
    runner = CliRunner(env={"EVALHUB_INSTANCE_DIR": str(tmp_path)})
    runner.invoke(main, ["db", "upgrade"])
    database = Database(f"sqlite:///{tmp_path}/evalhub.db")
    with database.transaction() as session:
        make_person(session, name="Somebody")
    database.dispose()

    result = runner.invoke(main, ["demo"])

    assert result.exit_code == 1
    assert "is in use and is not the demo (1 accounts, 0 projects)" in result.output
    assert not (tmp_path / accounts.FILE).exists()


def test_ctrl_c_leaves_a_pull_that_the_next_run_goes_on_with(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/evalhub.db"
    database = Database(url)
    upgrade(database)
    settings = Settings(instance_dir=tmp_path, database_url=url, secret_key="s" * 40)
    demo = Demo(database, settings, command_actor("demo"), now=NOW, say=lambda _text: None)

    interrupted: list[str] = []

    @sa.event.listens_for(database.engine, "before_cursor_execute", named=True)
    def interrupt(*, statement: str, **_named: object) -> None:
        if "INSERT INTO response" in statement and not interrupted:
            interrupted.append(statement)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        fill(demo)

    with database.transaction(write=False) as session:
        (pull,) = session.exec(select(Pull)).all()
    database.dispose()
    assert pull.status is PullStatus.CANCELLED
    assert pull.reason == "The demo was stopped at the keyboard."
