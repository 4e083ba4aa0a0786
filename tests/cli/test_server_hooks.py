"""What the server does before and after its processes."""

import gc
import sys
from typing import cast

from gunicorn.arbiter import Arbiter

from evalhub.cli.server_hooks import on_starting


def test_what_processes_share_is_imported_and_never_looked_at_again() -> None:
    try:
        on_starting(cast("Arbiter", None))

        assert "evalhub.app" in sys.modules
        assert gc.get_freeze_count() > 100_000
        assert gc.isenabled()
    finally:
        gc.unfreeze()
