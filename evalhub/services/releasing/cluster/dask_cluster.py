"""Hand the pages of a release to the workers of a Dask cluster, a bounded number at a time."""

import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass

import dask
from distributed import Client, Future, Security, wait
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker

from evalhub.core.releasing.pages import MadePage
from evalhub.errors import ClusterError, SettingsError
from evalhub.services.releasing.cluster.pages import SharedState, page_of
from evalhub.services.releasing.indexing import IndexedPrompt

ANSWER_S = 10
"""Seconds that a scheduler has to answer."""
POLL_S = 1.0
NO_WORKER_S = 60
"""Seconds without a single worker after which a build gives up."""
LEAST_AHEAD, MOST_AHEAD = 4, 64
"""Pages that are asked for before the first of them is here, two a thread of the workers within
these bounds. Workers hold what they have made, and a page is some megabytes."""


@contextmanager
def open_cluster(
    address: str, *, answer_s: float = ANSWER_S, patience_s: float = NO_WORKER_S
) -> Iterator["DaskCluster"]:
    """Connect to the scheduler at ``address``; what was asked of it is given up at the end.

    It has ``answer_s`` to answer, and may be without a worker for ``patience_s``. Raise
    ``SettingsError`` where the certificates for ``tls://`` are not named, and ``ClusterError``
    where no scheduler answers.
    """
    security = _security(address)
    try:
        client = Client(address, security=security, timeout=answer_s, set_as_default=False)
    except (OSError, CommClosedError) as error:
        raise ClusterError(
            f"No Dask scheduler answers at {address} within {answer_s:g} seconds."
        ) from error
    with client:
        yield DaskCluster(client, address, patience_s=patience_s)


def _security(address: str) -> Security | None:
    """Return the certificates that Dask's own configuration names, None where none are needed."""
    if not address.startswith("tls://"):
        return None
    security = Security(require_encryption=True)
    if security.get_connection_args("client")["ssl_context"] is None:
        raise SettingsError(
            f"EVALHUB_DASK_SCHEDULER {address} needs certificates: name them with "
            "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, …__CLIENT__CERT and …__CLIENT__KEY."
        )
    return security


@dataclass(frozen=True, slots=True)
class _Asked:
    """Hold a page that was asked for, and the keys of the prompts it begins and ends with."""

    future: "Future[MadePage]"
    first: str
    last: str


class DaskCluster:
    """Hand out pages and take them back in their order."""

    def __init__(self, client: Client, address: str, *, patience_s: float) -> None:
        self._client, self._address, self._patience_s = client, address, patience_s

    def pages(
        self,
        shared: SharedState,
        runs: Iterable[Sequence[IndexedPrompt]],
        *,
        still: Callable[[], None],
    ) -> Iterator[MadePage]:
        """Yield the page of each of ``runs`` in their order.

        A page whose worker is gone is made again by another, from the same snapshot and so with the
        same rows. Raise ``ClusterError`` where the scheduler or all workers are lost.
        """
        name = f"evalhub-{uuid.uuid4().hex}"
        # As a task and not scattered: the scheduler keeps what it is made from and can make it
        # again, where scattered data is lost with the last worker that holds it.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):
            held = self._client.submit(copy, shared, key=f"{name}-shared")
        waiting: deque[_Asked] = deque()
        for number, run in enumerate(runs):
            future = self._client.submit(page_of, held, run, key=f"{name}-{number}")
            waiting.append(_Asked(future, run[0].key, run[-1].key))
            if len(waiting) >= self._n_ahead():
                yield self._made(waiting.popleft(), still)
        while waiting:
            yield self._made(waiting.popleft(), still)

    def _n_ahead(self) -> int:
        # Asked anew for each page: workers may come while a build runs, and are used then.
        return min(max(2 * self._n_threads(), LEAST_AHEAD), MOST_AHEAD)

    def _n_threads(self) -> int:
        try:
            return sum(self._client.nthreads().values())
        except OSError as error:
            # What asks is the connection, whatever it is that was lost of it.
            raise self._lost() from error

    def _made(self, asked: "_Asked", still: Callable[[], None]) -> MadePage:
        try:
            self._wait(asked.future, still)
            return asked.future.result()
        except (CancelledError, CommClosedError) as error:
            raise self._lost() from error
        except KilledWorker as error:
            raise ClusterError(
                f"Every worker that made the page from prompt {asked.first!r} to {asked.last!r} "
                "died of it. Look whether they have enough memory."
            ) from error

    def _wait(self, future: "Future[MadePage]", still: Callable[[], None]) -> None:
        idle_s = 0.0
        while True:
            try:
                with self._client.as_current():
                    wait(future, timeout=POLL_S)
            except TimeoutError:
                still()
            else:
                return
            if self._client.status != "running":
                raise self._lost()
            idle_s = 0.0 if self._n_threads() else idle_s + POLL_S
            if idle_s >= self._patience_s:
                raise ClusterError(
                    f"The scheduler at {self._address} had no worker for {self._patience_s:g} "
                    "seconds."
                )

    def _lost(self) -> ClusterError:
        # A scheduler that comes back knows nothing of what it was asked before.
        return ClusterError(f"The scheduler at {self._address} was lost during the build.")
