"""Count the jobs that run in this process, so that a worker that stops can wait for them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class RunningCount:
    """Know how many jobs of one kind run here."""

    def __init__(self) -> None:
        self._n = 0
        self._changed = threading.Condition()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count one job for as long as the block runs."""
        self._add(1)
        try:
            yield
        finally:
            self._add(-1)

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait for the jobs that run here and tell whether all have ended."""
        with self._changed:
            return self._changed.wait_for(lambda: self._n == 0, timeout_s)

    def _add(self, n: int) -> None:
        with self._changed:
            self._n += n
            self._changed.notify_all()
