"""Prepared statements do what SQLAlchemy's own execution does, on both databases."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.people import Origin
from evalhub.db import tables as t
from evalhub.db.engine import Database
from evalhub.db.models import Person
from evalhub.db.prepared import Prepared, Row, savepoint
from tests.conftest import DATABASES
from tests.postgres import PostgresServer

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
INSERT = Prepared(sa.insert(t.person).returning(t.person.c.id))
BY_NAME = Prepared(
    sa.select(t.person)
    .where(t.person.c.name == sa.bindparam("name"), t.person.c.origin == Origin.ACCOUNT)
    .order_by(t.person.c.id)
)
SIMULATE = Prepared(
    sa.update(t.person)
    .where(t.person.c.name == sa.bindparam("name_"))
    .values(origin=Origin.SIMULATED)
)


@pytest.fixture(scope="module", params=DATABASES)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """Give one database for all tests here: nothing that they add is committed but by its name."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            path = tmp_path_factory.mktemp("prepared") / "evalhub.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            url = f"sqlite:///{path}"
        else:
            server: PostgresServer = request.getfixturevalue("postgres_server")
            url = stack.enter_context(server.fresh_database())
        database = Database(url)
        stack.callback(database.dispose)
        yield database


@pytest.fixture(params=["alone", "listened to"])
def session(request: pytest.FixtureRequest, database: Database) -> Iterator[Session]:
    """Give a writing session, once as it is served and once while somebody counts statements."""
    with database.session(write=True) as session:
        if request.param == "listened to":
            sa.event.listen(session.connection(), "before_cursor_execute", lambda *_: None)
        yield session


def add(session: Session, name: str) -> Row:
    values = {"public_id": name * 2, "name": name, "origin": Origin.ACCOUNT, "created_at": NOW}
    return INSERT.scalar(values, session=session)


def test_rows_come_back_with_names_and_our_own_types(session: Session) -> None:
    first, _ = add(session, "a"), add(session, "b")

    row = BY_NAME.one({"name": "a"}, session=session)

    assert (row.id, row.name, row.origin, row.created_at) == (first, "a", Origin.ACCOUNT, NOW)
    assert row.created_at.tzinfo is UTC
    assert row.disabled_at is None
    by_id = sa.select(t.person).where(t.person.c.id == first)
    assert tuple(row) == tuple(session.connection().execute(by_id).one())


def test_what_is_not_there_is_none(session: Session) -> None:
    keys = {"name": "nobody"}

    assert BY_NAME.all(keys, session=session) == []
    assert BY_NAME.first(keys, session=session) is None
    assert BY_NAME.scalar(keys, session=session) is None
    with pytest.raises(ValueError, match="not enough values"):
        BY_NAME.one(keys, session=session)


def test_a_statement_without_rows_changes_them(session: Session) -> None:
    add(session, "a")

    SIMULATE.run({"name_": "a"}, session=session)

    assert BY_NAME.first({"name": "a"}, session=session) is None
    origin = sa.select(t.person.c.origin).where(t.person.c.name == "a")
    assert session.connection().execute(origin).scalar() is Origin.SIMULATED


def test_an_error_of_the_database_has_its_usual_class(session: Session) -> None:
    add(session, "a")

    with pytest.raises(sa.exc.IntegrityError, match="INSERT INTO person"), savepoint(session):
        add(session, "a")


def test_a_savepoint_undoes_its_block_alone(session: Session) -> None:
    add(session, "a")

    with pytest.raises(LookupError), savepoint(session):
        add(session, "b")
        raise LookupError
    with savepoint(session):
        add(session, "c")

    names = session.connection().execute(sa.select(t.person.c.name)).scalars().all()
    assert set(names) & {"a", "b", "c"} == {"a", "c"}


def test_each_transaction_of_a_session_runs_on_its_own_connection(database: Database) -> None:
    with database.session(write=True) as session:
        add(session, "kept")
        session.commit()
        add(session, "dropped")
        session.rollback()
        assert BY_NAME.first({"name": "kept"}, session=session) is not None
        assert BY_NAME.first({"name": "dropped"}, session=session) is None


def test_a_reading_transaction_refuses_a_prepared_write(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError), database.transaction(write=False) as session:
        add(session, "a")

    with database.transaction(write=False) as session:
        assert BY_NAME.all({"name": "a"}, session=session) == []


def test_nothing_is_kept_of_a_transaction_that_a_failed_flush_undid(database: Database) -> None:
    twice = [Person(public_id="one", name="a", origin=Origin.ACCOUNT, created_at=NOW) for _ in "ab"]
    with (
        pytest.raises(sa.exc.PendingRollbackError),
        database.session(write=True) as session,
    ):
        add(session, "b")
        session.add_all(twice)
        with pytest.raises(sa.exc.IntegrityError):
            session.flush()
        add(session, "c")

    with database.transaction(write=False) as session:
        found = [BY_NAME.first({"name": name}, session=session) for name in "abc"]
    assert found == [None, None, None]


def test_a_savepoint_that_cannot_be_gone_back_to_tells_the_first_error(database: Database) -> None:
    with (
        database.session(write=True) as session,
        pytest.raises(LookupError) as caught,
        savepoint(session),
    ):
        session.rollback()
        raise LookupError

    assert isinstance(caught.value.__cause__, sa.exc.DBAPIError)
    assert "ROLLBACK TO" in str(caught.value.__cause__)


def test_a_flush_that_fails_in_a_savepoint_tells_what_failed(database: Database) -> None:
    twice = [Person(public_id="one", name="a", origin=Origin.ACCOUNT, created_at=NOW) for _ in "ab"]
    with (
        database.session(write=True) as session,
        pytest.raises(sa.exc.IntegrityError, match="INSERT INTO person") as caught,
        savepoint(session),
    ):
        session.add_all(twice)
        session.flush()

    assert isinstance(caught.value.__cause__, sa.exc.PendingRollbackError)


def test_a_percent_sign_in_a_fixed_value_is_one(session: Session) -> None:
    add(session, "5% a")
    like = Prepared(sa.select(t.person.c.name).where(t.person.c.name.like("5% _")))
    same = Prepared(sa.select(t.person.c.name).where(t.person.c.name == "5% a"))

    assert [like.scalar({}, session=session), same.scalar({}, session=session)] == ["5% a"] * 2


def test_fixed_values_are_written_out_and_not_bound(database: Database) -> None:
    with database.transaction(write=False) as session:
        BY_NAME.all({"name": "a"}, session=session)

        compiled = BY_NAME.compiled(database.engine.dialect, ("name",))

    assert "origin = 'account'" in compiled.text
    assert len(compiled.places) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("statement", "keys", "rule"),
    [
        (
            sa.select(t.person.c.id).where(t.person.c.id.in_(sa.bindparam("ids", expanding=True))),
            {"ids": [1, 2]},
            "another length",
        ),
        (sa.select(t.person.c.id).where(t.person.c.id == sa.bindparam("id")), {}, "not given"),
        (
            sa.insert(sa.Table("x", sa.MetaData(), sa.Column("y", default=lambda: 1))),
            {},
            "name its column",
        ),
    ],
    ids=["a list", "a value that is missing", "a default of Python's"],
)
def test_what_cannot_be_compiled_once_is_refused(
    database: Database, statement: sa.Executable, keys: dict[str, object], rule: str
) -> None:
    with (
        database.transaction(write=False) as session,
        pytest.raises(ValueError, match=rule),
    ):
        Prepared(statement).all(keys, session=session)
