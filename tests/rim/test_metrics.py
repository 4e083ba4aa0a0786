"""What a scrape is answered: words of ours only, and the state where there is one."""

import pytest

from evalhub.core.campaigns import PullStatus
from evalhub.core.queued_work import WorkStatus
from evalhub.rim.metrics import RequestMetrics
from evalhub.services.operations import OperationFigures

FIGURES = OperationFigures(
    n_workers=2,
    n_waiting_shares=3,
    n_running_shares=4,
    n_stalled_shares=5,
    n_leases=6,
    n_overdue_leases=7,
    pulls={PullStatus.DONE: 8},
    builds={WorkStatus.QUEUED: 9},
    imports={WorkStatus.RUNNING: 10},
)


def lines(metrics: RequestMetrics, figures: OperationFigures | None = FIGURES) -> list[str]:
    return metrics.exposition(figures).decode().splitlines()


def test_requests_are_counted_by_endpoint_and_timed_by_part() -> None:
    metrics = RequestMetrics()

    metrics.count(method="GET", endpoint="work.show", status=200, seconds=0.02)
    metrics.count(method="GET", endpoint="work.show", status=200, seconds=3.0)

    found = lines(metrics)
    assert 'evalhub_requests_total{endpoint="work.show",method="GET",status="200"} 2.0' in found
    assert 'evalhub_request_seconds_bucket{le="0.025",part="work"} 1.0' in found
    assert 'evalhub_request_seconds_sum{part="work"} 3.02' in found


@pytest.mark.parametrize(
    ("method", "endpoint", "label"),
    [
        ("GET", None, 'endpoint="none",method="GET"'),
        ("X" * 500, "home.show_start", 'endpoint="home.show_start",method="other"'),
    ],
    ids=["address", "method"],
)
def test_what_a_stranger_makes_up_becomes_no_label(
    method: str, endpoint: str | None, label: str
) -> None:
    metrics = RequestMetrics()

    metrics.count(method=method, endpoint=endpoint, status=404, seconds=0.1)

    assert f'evalhub_requests_total{{{label},status="404"}} 1.0' in lines(metrics)


@pytest.mark.parametrize(
    "line",
    [
        "evalhub_database_up 1.0",
        "evalhub_workers 2.0",
        'evalhub_pull_shares{state="waiting"} 3.0',
        'evalhub_pull_shares{state="running"} 4.0',
        'evalhub_pull_shares{state="stalled"} 5.0',
        'evalhub_leases{state="held"} 6.0',
        'evalhub_leases{state="overdue"} 7.0',
        'evalhub_pulls{status="done"} 8.0',
        'evalhub_builds{status="queued"} 9.0',
    ],
)
def test_every_figure_is_shown(line: str) -> None:
    assert line in lines(RequestMetrics())


def test_without_a_database_the_requests_are_still_told() -> None:
    metrics = RequestMetrics()
    metrics.count(method="GET", endpoint="probes.ready", status=503, seconds=0.1)

    found = lines(metrics, None)

    assert "evalhub_database_up 0.0" in found
    assert not any(line.startswith("evalhub_workers") for line in found)
    assert any(line.startswith("evalhub_requests_total") for line in found)
