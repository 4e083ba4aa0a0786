"""Run the statements of the hottest paths through the driver's own cursor.

A judgment and its next lease are some fifteen statements. SQLAlchemy looks up, binds, wraps and
describes each of them anew, which took longer than the database itself: about half of all the time
of a submission. A ``Prepared`` statement is written in Core like any other, so both databases get
their own words for it, and is compiled once a process for each of them; what is left at each run is
to put the values in their places and the rows into theirs.

Whoever listens to statements, as tests and tools do, sees these too: where somebody listens they
run the way of all others.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, TypeAlias, cast

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import NullType
from sqlmodel import Session

Row: TypeAlias = Any
"""A row with an attribute for each column; like SQLAlchemy's, it is typed no further."""
Keys: TypeAlias = Mapping[str, object]
_Process: TypeAlias = Callable[[Any], Any]


class _Driver(Protocol):
    """What both drivers' connections can do: run a statement on a new cursor."""

    def execute(self, statement: str, values: object, /) -> DBAPICursor: ...


class _Held:
    """Hold what a session's transaction runs on, so that it is looked up once a transaction."""

    __slots__ = ("connection", "driver")

    def __init__(self, session: Session) -> None:
        self.connection = session.connection()
        self.driver: _Driver = self.connection.connection.driver_connection  # type: ignore[assignment]  # either driver's


_HELD = "evalhub_held"


def _held(session: Session) -> _Held:
    held: _Held | None = session.info.get(_HELD)
    # Asked each time: after a commit the session goes on with another connection, and what ran on
    # the one before would be in no transaction, or in somebody else's. After a flush that failed
    # the connection is open and its transaction undone; asking the session for it then raises, as
    # a statement would be kept that the rollback to come can no longer undo.
    if (
        held is None
        or held.connection.closed
        or not session.is_active
        or not session.in_transaction()
    ):
        held = session.info[_HELD] = _Held(session)
    return held


class _Compiled:
    """Hold one statement in the words of one database."""

    def __init__(
        self, statement: sa.Executable, names: tuple[str, ...], dialect: sa.Dialect
    ) -> None:
        # The names decide which columns an INSERT or UPDATE without values of its own sets.
        compiled = _with_constants(statement, dialect).compile(
            dialect=dialect, column_keys=list(names)
        )
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - tells the type checker
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise ValueError(f"A default of {compiled} is made by SQLAlchemy; name its column.")
        if compiled.post_compile_params:
            raise ValueError(f"A list of values in {compiled} has another length each time.")
        self.text = str(compiled)
        self.is_positional = compiled.positional
        given = compiled.params
        order = compiled.positiontup if compiled.positional else list(given)
        self.places = [self._place(compiled, name, names, given) for name in order or ()]
        self._columns = compiled._result_columns  # noqa: SLF001 - what an execution uses
        self._dialect = dialect
        # The columns are known only now, so the class cannot be written down.
        row: Any = namedtuple("Row", [one.keyname for one in self._columns])  # type: ignore[misc]  # noqa: PYI024
        self._row: Callable[[Iterable[object]], Row] = row._make
        self._processors: list[_Process | None] | None = None

    @staticmethod
    def _place(
        compiled: SQLCompiler, name: str, names: tuple[str, ...], given: Mapping[str, Any]
    ) -> tuple[str, bool, Any]:
        """Return the name of a value and how to write it; a fixed value is written already."""
        process: Any = compiled._bind_processors.get(name)  # noqa: SLF001 - what an execution uses
        if name in names:
            return name, True, process
        if compiled.binds[name].required:
            raise ValueError(f"The value {name!r} is not given.")
        return name, False, given[name] if process is None else process(given[name])

    def values(self, keys: Keys) -> list[object] | dict[str, object]:
        """Return the values in the form in which the driver takes them."""
        written = (
            (name, (keys[name] if how is None else how(keys[name])) if is_given else how)
            for name, is_given, how in self.places
        )
        if self.is_positional:
            return [value for _, value in written]
        return dict(written)

    def read(self, cursor: DBAPICursor) -> list[Row]:
        """Return the rows of the driver's as rows with names and our own types."""
        raw, processors = cursor.fetchall(), self._processors
        if processors is None:
            # Only an answer says as what a driver gives a number.
            processors = self._processors = [
                column.type.dialect_impl(self._dialect).result_processor(self._dialect, about[1])
                for column, about in zip(self._columns, cursor.description, strict=True)
            ]
        return [
            self._row(
                value if process is None else process(value)
                for process, value in zip(processors, row, strict=True)
            )
            for row in raw
        ]


def _with_constants(statement: sa.Executable, dialect: sa.Dialect) -> sa.ClauseElement:
    """Return the statement with its fixed values written out, so that none is bound at each run.

    An index over the rows of one status serves a statement that says that status. Where the
    status is bound, SQLite puts the whole statement together anew at each run to see whether the
    index fits, and PostgreSQL leaves the index alone.
    """

    def written(element: object, **_options: object) -> sa.ColumnElement[object] | None:
        if not isinstance(element, sa.BindParameter) or element.required or element.value is None:
            return None
        if isinstance(element.type, NullType):
            return None  # A new value of a column, whose type is told later; no plan rests on it.
        if "%" in str(element.value):
            return None  # Doubled for PostgreSQL's driver by both compilations, and halved once.
        text = element.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        return sa.literal_column(str(text), element.type)

    clause = cast("visitors.ExternallyTraversible", statement)
    return cast("sa.ClauseElement", visitors.replacement_traverse(clause, {}, written))


class Prepared:
    """Be one statement that is compiled once and run often; its values are named each time."""

    def __init__(self, statement: sa.Executable) -> None:
        self.statement = statement
        self._compiled: dict[tuple[str, tuple[str, ...]], _Compiled] = {}

    def all(self, keys: Keys, *, session: Session) -> list[Row]:
        """Run the statement in the session's transaction and return all its rows."""
        held = _held(session)
        connection = held.connection
        if connection.dispatch.before_cursor_execute:
            return list(connection.execute(self.statement, dict(keys)))
        compiled = self.compiled(connection.dialect, tuple(keys))
        return compiled.read(_run(held, compiled, keys))

    def first(self, keys: Keys, *, session: Session) -> Row | None:
        """Return the first row, or None."""
        rows = self.all(keys, session=session)
        return rows[0] if rows else None

    def one(self, keys: Keys, *, session: Session) -> Row:
        """Return the only row; raise ``ValueError`` when there is another number of them."""
        (row,) = self.all(keys, session=session)
        return row

    def scalar(self, keys: Keys, *, session: Session) -> Row:
        """Return the first column of the first row, None without one."""
        rows = self.all(keys, session=session)
        return rows[0][0] if rows else None

    def run(self, keys: Keys, *, session: Session) -> None:
        """Run a statement that gives no rows."""
        held = _held(session)
        connection = held.connection
        if connection.dispatch.before_cursor_execute:
            connection.execute(self.statement, dict(keys))
            return
        _run(held, self.compiled(connection.dialect, tuple(keys)), keys)

    def compiled(self, dialect: sa.Dialect, names: tuple[str, ...]) -> _Compiled:
        """Return the statement in the words of a database, given the names of its values."""
        found = self._compiled.get((dialect.name, names))
        if found is None:
            # Two threads may both do it, which gives the same.
            found = _Compiled(self.statement, names, dialect)
            self._compiled[dialect.name, names] = found
        return found


def _run(held: _Held, compiled: _Compiled, keys: Keys) -> DBAPICursor:
    values = compiled.values(keys)
    try:
        return held.driver.execute(compiled.text, values)
    except BaseException as error:
        # All that an execution of SQLAlchemy's does with an error, whose kinds the whole house
        # knows: it wraps the driver's own, and closes what a server left that has gone.
        held.connection._handle_dbapi_exception(error, compiled.text, values, None, None)  # noqa: SLF001
        raise  # It has raised already; this is for whoever reads types.


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Undo what the block did when it raises, and keep what the transaction did before.

    It is SQLAlchemy's nested transaction at a fifth of its cost. Blocks do not nest, and nothing
    in one commits.
    """
    _SAVEPOINT.run({}, session=session)
    try:
        yield
    except BaseException as error:
        try:
            _ROLLBACK.run({}, session=session)
            _RELEASE.run({}, session=session)
        except sa.exc.SQLAlchemyError as second:
            # The database's, or SQLAlchemy's own after a flush that undid everything. Whoever waits
            # for an error of the database would take this for an answer to its own statement, and
            # an order to stop must stay one.
            raise error from second
        raise
    _RELEASE.run({}, session=session)


_SAVEPOINT = Prepared(sa.text("SAVEPOINT before"))
_ROLLBACK = Prepared(sa.text("ROLLBACK TO SAVEPOINT before"))
_RELEASE = Prepared(sa.text("RELEASE SAVEPOINT before"))
