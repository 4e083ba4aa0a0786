"""Ask for imports of prompts and run them, as a worker does."""

import json
import threading

from sqlmodel import select

from evalhub.core.canonical import Json
from evalhub.core.people import Actor, command_actor
from evalhub.core.prompts.imports import AT_ONCE_BYTES
from evalhub.core.queued_work import RunEnd
from evalhub.db.engine import Database
from evalhub.db.models import PromptImport
from evalhub.services.prompt_sets import SetNames
from evalhub.services.prompt_sets.imports import (
    ImportView,
    SentFile,
    get_import,
    list_imports,
    start_import,
)
from evalhub.services.prompt_sets.running import run_import
from evalhub.services.queued_work import WorkTools
from tests.core.prompts.rows import row
from tests.factories import MOMENT

NAMES = SetNames("fevers", "Questions about fever")


def lines_of(*rows: Json) -> bytes:
    """Return rows as JSON lines; without rows, three good ones."""
    rows = rows or tuple(row(id=f"q{i}", prompt=f"What is fever number {i}?") for i in range(3))
    return "".join(json.dumps(item) + "\n" for item in rows).encode()


def padded(data: bytes) -> bytes:
    """Return JSON lines that hold the same rows and are too large to be read at once."""
    return data.replace(b"\n", b" " * (AT_ONCE_BYTES // 2 + 1) + b"\n", 2)


def many_rows() -> bytes:
    """Return rows whose canonical form, too, is too large to be frozen at once."""
    return lines_of(*(row(id=f"q{i}", prompt=chr(97 + i) * 190_000) for i in range(6)))


def ask(
    database: Database,
    data: bytes = b"",
    *,
    filename: str = "f.jsonl",
    freezes: bool = False,
    actor: Actor | None = None,
) -> ImportView:
    """Ask for an import of ``data``; without any, of three good rows."""
    with database.transaction() as session:
        return start_import(
            SentFile(data or lines_of(), filename),
            NAMES,
            session=session,
            actor=actor or command_actor(),
            now=MOMENT,
            freezes=freezes,
        )


def row_id(database: Database, found: ImportView) -> int:
    """Return the row of an import."""
    with database.transaction(write=False) as session:
        query = select(PromptImport.id).where(PromptImport.public_id == found.public_id)
        return session.exec(query).one()


def run(database: Database, found: ImportView, *, stop: threading.Event | None = None) -> RunEnd:
    """Run an import here; it looks whether it was cancelled as often as it can."""
    tools = WorkTools(lambda: MOMENT, stop or threading.Event(), tell_every_s=0.0)
    return run_import(database, row_id(database, found), tools=tools)


def look(database: Database, found: ImportView) -> ImportView:
    """Return the import as it is by now."""
    with database.transaction(write=False) as session:
        return get_import(found.public_id, session=session)


def run_newest(database: Database) -> None:
    """Run the import that was asked for last."""
    with database.transaction(write=False) as session:
        newest = list_imports(session=session, limit=1)[0]
    run(database, newest)
