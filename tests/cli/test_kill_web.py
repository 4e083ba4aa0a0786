"""A server that is killed under experts loses nothing that it said was stored."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from evalhub.db.engine import Database
from tests.killing import Server, Writer, check_ledger, instance_of, make_writers, writing


def wait_for(writers: Sequence[Writer], n: int) -> None:
    """Wait until ``n`` judgments were acknowledged."""
    until = time.monotonic() + 60
    while sum(len(writer.acknowledged) for writer in writers) < n:
        assert time.monotonic() < until, [writer.problem for writer in writers]
        time.sleep(0.01)


# `make kills` does the same two hundred times on each database.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_acknowledged_is_lost_and_nothing_stored_twice(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    server = Server(instance_of(tmp_path, database_url), n_workers=1)
    server.start()
    writers = make_writers(database, server.settings, server.port, n=3, n_pairs=60)
    try:
        with writing(writers):
            wait_for(writers, 8)
            server.kill()
            server.start()
            wait_for(writers, 16)
    finally:
        server.kill()

    found = check_ledger(database, writers)

    assert found.n_acknowledged >= 16
    assert (found.n_lost, found.n_twice, found.n_half_done) == (0, 0, 0)
    assert found.n_acknowledged <= found.n_stored <= found.n_acknowledged + len(writers)
    assert found.is_sound
