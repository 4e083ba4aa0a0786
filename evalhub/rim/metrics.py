"""Measure requests for Prometheus, rightly over all processes of a server.

Each process of a server counts for itself, and a scrape is answered by whichever is free. Where
the variable ``PROMETHEUS_MULTIPROC_DIR`` names a folder, as ``evalhub serve`` sets it, the
counts lie there and every answer adds up those of all processes, also of those that have ended.
What the database knows needs no counting; it is read when it is asked for.

No label holds a name or a text of anybody's: labels are the application's own words, so their
number is bounded and nothing in a monitoring system gives a model away.
"""

import os
from collections.abc import Iterable, Iterator
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from evalhub.services.operations import OperationFigures

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable of prometheus_client that names the folder of all processes' counts."""

NOWHERE = "none"
"""The endpoint of a request that leads to no address of ours."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds in seconds: from a lease to a board that is fitted while one waits."""


class RequestMetrics:
    """Count requests and their time, in this process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "evalhub_requests",
            "Requests that were answered.",
            ("method", "endpoint", "status"),
            registry=self._registry,
        )
        # By part and not by address: a histogram has a dozen series for each value of its label.
        self._seconds = Histogram(
            "evalhub_request_seconds",
            "Seconds from a request's first line to its answer's.",
            ("part",),
            buckets=BUCKETS,
            registry=self._registry,
        )

    def count(self, *, method: str, endpoint: str | None, status: int, seconds: float) -> None:
        """Count one request that was answered."""
        known = method if method in METHODS else "other"
        endpoint = endpoint or NOWHERE
        self._requests.labels(known, endpoint, str(status)).inc()
        self._seconds.labels(endpoint.partition(".")[0]).observe(seconds)

    def exposition(self, figures: OperationFigures | None) -> bytes:
        """Return what a scrape is answered; ``figures`` are None while the database is away."""
        requests, state = self._registry, CollectorRegistry()
        folder = os.environ.get(FOLDER)
        if folder:
            requests = CollectorRegistry()
            MultiProcessCollector(requests, path=folder)  # type: ignore[no-untyped-call]  # untyped
        state.register(_State(figures))
        return generate_latest(requests) + generate_latest(state)


class _State(Collector):
    """Show the figures of the database as metrics."""

    def __init__(self, figures: OperationFigures | None) -> None:
        self._figures = figures

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one family a figure."""
        found = self._figures
        yield GaugeMetricFamily(
            "evalhub_database_up", "Whether the database answers.", float(found is not None)
        )
        if found is None:
            return
        yield GaugeMetricFamily(
            "evalhub_workers", "Workers that were heard of lately.", found.n_workers
        )
        yield _family(
            "evalhub_pull_shares",
            "Endpoints' parts of pulls that have not ended.",
            "state",
            (
                ("waiting", found.n_waiting_shares),
                ("running", found.n_running_shares),
                ("stalled", found.n_stalled_shares),
            ),
        )
        yield _family("evalhub_pulls", "Pulls.", "status", found.pulls.items())
        yield _family("evalhub_builds", "Builds of releases.", "status", found.builds.items())
        yield _family("evalhub_imports", "Imports of prompts.", "status", found.imports.items())
        yield _family(
            "evalhub_leases",
            "Comparisons in somebody's hands.",
            "state",
            (("held", found.n_leases), ("overdue", found.n_overdue_leases)),
        )


def _family(
    name: str, text: str, label: str, values: Iterable[tuple[str | StrEnum, int]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, n in values:
        family.add_metric([str(value)], n)
    return family
