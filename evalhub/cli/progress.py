"""Show how far a pull or a build has come, with a bar on a terminal."""

import sys
from collections import Counter
from types import TracebackType
from typing import NoReturn, Self, TextIO

from tqdm import tqdm

from evalhub.core.releasing.builds import BuildStage
from evalhub.core.responses import ResponseStatus
from evalhub.services.pulling import Stored

STEPS = 20
"""Plain lines for a whole pull, so that a log stays readable."""


class PullBar:
    """Count responses as they are stored."""

    def __init__(self, n_wanted: int, n_settled: int, *, stream: TextIO) -> None:
        self._n_wanted = n_wanted
        self._n = n_settled
        self._stream = stream
        self._by_status: Counter[ResponseStatus] = Counter()
        self._bar: tqdm[NoReturn] | None = None
        if stream.isatty():
            self._bar = tqdm(
                total=n_wanted, initial=n_settled, unit="response", file=stream, dynamic_ncols=True
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def stored(self, stored: Stored) -> None:
        """Count one response."""
        self._n += 1
        self._by_status[stored.status] += 1
        if self._bar is not None:
            self._bar.update()
            self._bar.set_postfix_str(self._tally(), refresh=False)
        elif self._n * STEPS // self._n_wanted > (self._n - 1) * STEPS // self._n_wanted:
            self._stream.write(f"{self._n}/{self._n_wanted}  {self._tally()}\n")
            self._stream.flush()

    def say(self, text: str) -> None:
        """Print a line of its own above the bar."""
        if self._bar is not None:
            self._bar.write(text, file=self._stream)
        else:
            self._stream.write(f"{text}\n")
            self._stream.flush()

    def _tally(self) -> str:
        return ", ".join(f"{n} {status.value}" for status, n in self._by_status.most_common())


class BuildBar:
    """Show what the build of a release is at: a bar a stage on a terminal, nothing elsewhere."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._stage: BuildStage | None = None
        self._bar: tqdm[NoReturn] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def say(self, stage: BuildStage, n_done: int, n_wanted: int) -> None:
        """Hear of a stage; see ``evalhub.core.releasing.builds.Say``."""
        if not self._stream.isatty():
            return
        if stage is not self._stage:
            self._close()
            self._stage = stage
            self._bar = tqdm(
                desc=stage.value, total=n_wanted, unit="prompt", file=self._stream, leave=False
            )
        # Each call says where the stage stands; the bar wants what was added.
        if self._bar is not None:
            self._bar.update(n_done - self._bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = None
