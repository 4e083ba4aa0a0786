"""The databases of one test process, each opened once and emptied between tests.

A new engine compiles every statement anew, which takes longer than most tests do.
"""

import shutil
from pathlib import Path

from evalhub.db.engine import Database


class OpenDatabases:
    """Keep what is open from one test to the next."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._n_lost = 0
        self._open: dict[str, Database] = {}

    def copy_sqlite(self, template: Path) -> str:
        """Put a copy of ``template`` in the place of the test before; return its URL."""
        path = self._folder / f"evalhub-{self._n_lost}.db"
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(template, path)
        return f"sqlite:///{path}"

    def open(self, url: str) -> Database:
        """Return the database at ``url``, the same one each time."""
        if url not in self._open:
            self._open[url] = Database(url)
        return self._open[url]

    def release(self, url: str) -> None:
        """End the use of ``url`` by one test.

        Where somebody still holds a connection, as a thread that the test left behind, the next
        test gets another database: it would wait for that writer for ever.
        """
        database = self._open[url]
        pools = (database.engine.pool, database.writer.pool)
        is_held = any(pool.checkedout() > 0 for pool in pools)  # type: ignore[attr-defined]  # of pools that count
        self._n_lost += is_held
        if database.is_sqlite or is_held:
            database.dispose()
        if is_held or not self._comes_again(database):
            del self._open[url]

    def _comes_again(self, database: Database) -> bool:
        return not database.is_sqlite or database.url.startswith(f"sqlite:///{self._folder}/")

    def close(self) -> None:
        """Close all."""
        for database in self._open.values():
            database.dispose()
