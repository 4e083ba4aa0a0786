"""Measure Label Studio beside ours: ``python -m benchmarks.bench_label_studio``.

It needs a running Label Studio on this machine, with its own SQLite, and a token of its API
(docs/benchmarks.md has the commands). In turns, several rounds within one run, with 16 connections:

- *theirs*: ask for the next task of a project of pairs and submit a choice between two answers;
- *ours*: submit a complete form of the medical rubric; the answer leases the next pair.

With ``--export N`` N tasks that are annotated already are sent to its import API, and the export
of all of them as JSON is timed, by the clock and by the processor time of its server.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.bench_web import N_CONNECTIONS, Expert, cpu_seconds, fill_place, open_place
from benchmarks.web_client import Timing, hammer
from benchmarks.web_project import ANSWER, QUESTION

CONFIG = (
    '<View><Text name="prompt" value="$prompt"/><Pairwise name="choice" toName="a,b"/>'
    '<Text name="a" value="$a"/><Text name="b" value="$b"/></View>'
)
RESULT = [
    {"from_name": "choice", "to_name": "a", "type": "pairwise", "value": {"selected": "left"}}
]
SENT_AT_ONCE = 1_000
ENOUGH_TASKS = 4_000
PATIENCE_S = 7_200.0
"""Seconds that one request may take: an export of 50,000 tasks takes more than fifteen minutes."""
OK = range(200, 300)
FAILED = 500


class ServerFailed(Exception):
    """Report an answer of the server that says it failed."""


class LabelStudio:
    """Speak to the API of one server over a connection that stays open."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self.n_refused = 0
        self._headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: object = None) -> bytes:
        """Send a request and return what it is answered; a refusal stops the measurement."""
        sent = None if body is None else json.dumps(body)
        self._connection.request(method, path, sent, self._headers)
        response = self._connection.getresponse()
        text = response.read()
        if response.status >= FAILED:
            raise ServerFailed(method, path, response.status)
        assert response.status in OK, (method, path, response.status, text[:300])
        return text

    def ask_until_done(self, method: str, path: str, body: object = None) -> bytes:
        """Send a request again as long as the server fails; its SQLite is locked now and then."""
        while True:
            try:
                return self.ask(method, path, body)
            except ServerFailed:
                self.n_refused += 1

    def make_project(self, title: str, n_tasks: int, *, is_annotated: bool = False) -> int:
        """Make a project with tasks and return its number."""
        fields = {"title": title, "label_config": CONFIG, "maximum_annotations": 1}
        project = int(json.loads(self.ask("POST", "/api/projects", fields))["id"])
        for start in range(0, n_tasks, SENT_AT_ONCE):
            numbers = range(start, min(start + SENT_AT_ONCE, n_tasks))
            tasks = [_task(number, is_annotated=is_annotated) for number in numbers]
            self.ask("POST", f"/api/projects/{project}/import", tasks)
        return project

    def judge_next(self, project: int) -> None:
        """Ask for the next task and submit a choice."""
        task = json.loads(self.ask_until_done("GET", f"/api/projects/{project}/next"))["id"]
        body = {"result": RESULT, "lead_time": 60}
        self.ask_until_done("POST", f"/api/tasks/{task}/annotations/?project={project}", body)


def _task(number: int, *, is_annotated: bool) -> Mapping[str, object]:
    data = {
        "prompt": QUESTION.format(number=number),
        "a": ANSWER.format(number=2 * number),
        "b": ANSWER.format(number=2 * number + 1),
    }
    return {"data": data, "annotations": [{"result": RESULT}]} if is_annotated else {"data": data}


def compare(
    port: int, token: str, *, pid: int, n_workers: int, rounds: int, seconds: float
) -> None:
    """Print the rates of both, the processor time of their servers, and the ratio of each."""
    connections = [LabelStudio(port, token) for _ in range(N_CONNECTIONS)]
    project = connections[0].make_project("Benchmark", ENOUGH_TASKS)
    theirs: list[Timing] = []
    ours: list[Timing] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/bench.db"
        with open_place(folder / "ours", url, fill_place(url), n_workers) as place:
            experts = [Expert(place, browser) for browser in place.browsers]
            for _ in range(rounds):
                judge = [partial(one.judge_next, project) for one in connections]
                theirs.append(_timed(judge, pid, seconds))
                for expert in experts:
                    expert.begin()
                submit = [expert.submit for expert in experts]
                ours.append(_timed(submit, place.server_pid, seconds))
    by_cpu = [other.cpu_ms / mine.cpu_ms for mine, other in zip(ours, theirs, strict=True)]
    print(f"theirs / ours by processor time: {statistics.median(by_cpu):.1f}")
    ratios = [mine.rate / other.rate for mine, other in zip(ours, theirs, strict=True)]
    for label, timings in (("theirs", theirs), ("ours", ours)):
        rate = statistics.median(one.rate for one in timings)
        p50, p99 = (statistics.median(one.percentile(q) for one in timings) for q in (0.5, 0.99))
        cpu = statistics.median(one.cpu_ms for one in timings)
        rates = f"{rate:7.1f} a second, p50 {p50:7.1f} ms, p99 {p99:7.1f} ms"
        print(f"{label:<7} {rates}, {cpu:6.1f} ms of the server's processor", flush=True)
    n_refused = sum(one.n_refused for one in connections)
    n_answered = sum(len(one.seconds) for one in theirs)
    print(f"theirs failed {n_refused} times for {n_answered} submissions and was asked again")
    ends = f"{min(ratios):.1f} to {max(ratios):.1f}"
    print(f"ours / theirs: {statistics.median(ratios):.1f} ({ends}; aim 50)", flush=True)


def _timed(acts: Sequence[Callable[[], object]], pid: int, seconds: float) -> Timing:
    before_s = cpu_seconds(pid)
    timing = hammer(acts, seconds=seconds)
    timing.server_cpu_s = cpu_seconds(pid) - before_s
    return timing


def export(port: int, token: str, *, pid: int, n_tasks: int) -> None:
    """Print how long loading annotated tasks and exporting them takes."""
    server = LabelStudio(port, token)
    started = time.perf_counter()
    project = server.make_project("Export", n_tasks, is_annotated=True)
    loaded, loaded_cpu = time.perf_counter(), cpu_seconds(pid)
    print(f"{n_tasks:,} annotated tasks: loaded in {loaded - started:.1f} s", flush=True)
    found = server.ask("GET", f"/api/projects/{project}/export?exportType=JSON")
    wall, cpu = time.perf_counter() - loaded, cpu_seconds(pid) - loaded_cpu
    n_found = len(json.loads(found))
    assert n_found == n_tasks, n_found
    print(
        f"exported as JSON ({len(found) / 1e6:.0f} MB) in {wall:.1f} s, {cpu:.1f} s of CPU: "
        f"{n_tasks / wall:,.0f} a second, {n_tasks / cpu:,.0f} a second of CPU",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="of Label Studio on 127.0.0.1")
    parser.add_argument("--pid", type=int, required=True, help="of its server process")
    parser.add_argument("--token", required=True, help="of its API")
    parser.add_argument("--workers", type=int, default=1, help="processes of our server")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--export", type=int, default=0, metavar="N", help="annotated tasks")
    options = parser.parse_args()
    if options.rounds:
        compare(
            options.port,
            options.token,
            pid=options.pid,
            n_workers=options.workers,
            rounds=options.rounds,
            seconds=options.seconds,
        )
    if options.export:
        export(options.port, options.token, pid=options.pid, n_tasks=options.export)


if __name__ == "__main__":
    main()
