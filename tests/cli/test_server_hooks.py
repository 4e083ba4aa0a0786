"""What the server does before and after its processes."""

import gc
import sys
from types import SimpleNamespace
from typing import cast

import pytest
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from evalhub.cli.server_hooks import FIRST, SWITCH_S, on_starting, post_worker_init


def test_what_processes_share_is_imported_and_never_looked_at_again() -> None:
    gc.unfreeze()  # What the tests themselves have frozen; afterwards it is so again.

    on_starting(cast("Arbiter", None))

    assert "evalhub.app" in sys.modules
    assert gc.get_freeze_count() > 100_000
    assert gc.isenabled()


def test_threads_of_a_server_take_turns_often() -> None:
    before = sys.getswitchinterval()
    try:
        post_worker_init(cast("Worker", SimpleNamespace(age=FIRST + 1)))

        assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
    finally:
        sys.setswitchinterval(before)
