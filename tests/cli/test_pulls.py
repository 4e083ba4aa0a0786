"""Pulls are started, resumed and looked at from the command line."""

import io
import os
import signal
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlmodel import col

from evalhub.cli import main
from evalhub.cli.progress import PullBar
from evalhub.config import Settings
from evalhub.core.canonical import Json
from evalhub.core.responses import ResponseStatus
from evalhub.db.claims import claim
from evalhub.db.engine import Database
from evalhub.db.models import Endpoint
from evalhub.endpoints.scripted import Script, ScriptedReply, ScriptedServer
from evalhub.services.pulling import Stored, list_pulls
from tests.factories import MOMENT
from tests.pulling import Scene, store_response

Run = Callable[..., Result]
START = ("start", "--prompt-set", "health", "--endpoint", "careful")


@pytest.fixture
def run(settings: Settings) -> Run:
    """Give a function that runs ``evalhub pull …``."""
    runner = CliRunner()

    def run(*arguments: str) -> Result:
        return runner.invoke(main, ["pull", *arguments], obj=settings)

    return run


def only_pull(scene: Scene) -> str:
    """Return the id of the one pull there is."""
    with scene.database.transaction(write=False) as session:
        (pull,) = list_pulls(session=session)
    return pull.public_id


def break_endpoint(scene: Scene, **values: object) -> None:
    """Change the endpoint's row."""
    with scene.database.transaction() as session:
        session.execute(sa.update(Endpoint).where(col(Endpoint.slug) == "careful").values(**values))


def test_a_pull_runs_in_the_foreground_with_plain_lines(scene: Scene, run: Run) -> None:
    scene.endpoint()

    result = run(*START)

    assert result.exit_code == 0
    assert "3/3  3 answered" in result.output
    assert "health@1: done, 3 of 3 settled, 3 answered\n" in result.output
    assert "  careful@1: 3/3  3 answered\n" in result.output


PRICED = {"prompt_price": 10**6, "completion_price": 2 * 10**6, "price_currency": "USD"}


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(scene: Scene, run: Run) -> None:
    scene.endpoint()
    scene.endpoint("free", "model-b")
    break_endpoint(scene, parameters='{"max_tokens":1000}', **PRICED)

    result = run(*START, "--samples", "2", "--dry-run", "--budget", "0.001")
    both = run(*START, "--endpoint", "free", "--dry-run")

    assert result.output == (
        "health@1: 6 requests, about 6,024 tokens\n"
        "  careful@1: 6 requests; about 24 + 6,000 tokens (by limit); "
        "about 0.012024 USD, 0.012024 USD at most\n"
        "  in all about 0.012024 USD\n"
        "  more than the budget of 0.001 USD: it would stop before the end\n"
        "Nothing was sent.\n"
    )
    assert "without the endpoints that have no price" in both.output
    assert run("list").output.startswith("No pulls")


def test_samples_and_what_they_took_are_told(scene: Scene, run: Run) -> None:
    scene.endpoint()
    break_endpoint(scene, **PRICED)

    result = run(*START, "--samples", "2", "--seed", "7", "--budget", "5")

    assert "6 of 6 settled" in result.output
    assert " tokens, 0.000" in result.output


def test_a_budget_that_is_no_amount_starts_nothing(scene: Scene, run: Run) -> None:
    scene.endpoint()

    result = run(*START, "--budget", "some")

    assert (result.exit_code, "is not an amount" in result.output) == (1, True)
    assert run("list").output.startswith("No pulls")


def test_a_pull_can_be_left_to_a_worker(scene: Scene, run: Run) -> None:
    scene.endpoint()

    run(*START, "--queue")

    assert "queued" in run("list").output
    assert scene.server.calls.total() == 0


def test_a_failed_pull_says_why_and_is_resumed(
    scene: Scene, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.endpoint()
    break_endpoint(scene, api_key_ref="env:PULL_TEST_API_KEY")
    failed = run(*START)
    monkeypatch.setenv("PULL_TEST_API_KEY", "abc")

    resumed = run("run", only_pull(scene))

    assert failed.exit_code == 1
    assert "PULL_TEST_API_KEY holds no key" in failed.output
    assert "The pull was stopped by an error; mend" in failed.output
    assert f"go on with: evalhub pull run {only_pull(scene)}\n" in failed.output
    assert resumed.exit_code == 0


def test_errors_are_shown_grouped_and_asked_again_when_wanted(
    scene: Scene, run: Run, server: ScriptedServer
) -> None:
    scene.endpoint(model="busy")
    break_endpoint(scene, max_attempts=1)
    server.script = Script(default=ScriptedReply("Too busy", status=503))
    first = run(*START)
    shown = run("status", only_pull(scene))
    server.script = Script(default=ScriptedReply("Yes."))

    again = run(*START, "--retry-errors")

    assert "    3 x server, such as: HTTP 503: Too busy\n" in shown.output
    retry = "evalhub pull start --prompt-set health@1 --endpoint careful --retry-errors\n"
    assert f"To ask the 3 errors again: {retry}" in first.output
    assert first.output.endswith("so there is nothing to compare.\n")
    assert first.exit_code == 1
    assert "health@1: done, 3 of 3 settled, 3 answered" in again.output


def test_a_running_pull_that_nobody_asks_for_any_more_says_so(scene: Scene, run: Run) -> None:
    """Its process was killed: the row says running, and no process holds its endpoint."""
    scene.endpoint()
    pull = scene.start()

    shown = run("status", pull.public_id)

    assert "Nobody asks any more: the process that ran this pull has ended." in shown.output
    assert f"or go on with evalhub pull run {pull.public_id}.\n" in shown.output


def test_a_running_pull_that_is_asked_for_does_not(scene: Scene, run: Run) -> None:
    scene.endpoint()
    pull = scene.start()

    with claim(scene.database, "endpoint-careful"):
        shown = run("status", pull.public_id)

    assert "evalhub pull run" not in shown.output


def test_a_pull_that_moves_says_when_it_last_did(scene: Scene, run: Run) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start()
    store_response(scene.database, pull.id, endpoint_id, at=MOMENT)

    with claim(scene.database, "endpoint-careful"):
        shown = run("status", pull.public_id)

    assert "Last response 2026-11-21 09:00:00 UTC\n" in shown.output


def test_pulls_are_listed(scene: Scene, run: Run) -> None:
    scene.endpoint()
    assert run("list").output == "No pulls; start one with `evalhub pull start`.\n"

    pull = scene.start()

    assert run("list").output == f"{pull.public_id}  running  health@1  careful@1\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("status", "nope"), "no pull 'nope'", id="status"),
        pytest.param(("run", "nope"), "no pull 'nope'", id="run"),
        pytest.param(
            ("start", "--prompt-set", "x", "--endpoint", "y"), "no frozen prompt set", id="start"
        ),
    ],
)
def test_what_is_unknown_is_refused(
    scene: Scene, run: Run, arguments: tuple[str, ...], message: str
) -> None:
    result = run(*arguments)

    assert (result.exit_code, message in result.output) == (1, True)


def test_a_pull_that_is_done_is_not_run_again(scene: Scene, run: Run) -> None:
    scene.endpoint()
    run(*START)

    result = run("run", only_pull(scene))

    assert "The pull is done" in result.output


class Terminal(io.StringIO):
    """Stand for a terminal."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


def test_a_terminal_gets_a_bar() -> None:
    terminal = Terminal()

    with PullBar(4, 2, stream=terminal) as bar:
        bar.stored(Stored("careful", ResponseStatus.ANSWERED))
        bar.stored(Stored("careful", ResponseStatus.EMPTY))

    assert "4/4" in terminal.getvalue()
    assert "1 answered, 1 empty" in terminal.getvalue()


def test_a_log_gets_few_lines() -> None:
    log = io.StringIO()

    with PullBar(1000, 0, stream=log) as bar:
        for _ in range(1000):
            bar.stored(Stored("careful", ResponseStatus.ANSWERED))

    assert len(log.getvalue().splitlines()) == 20


@pytest.mark.parametrize("kind", ["terminal", "log"])
def test_what_is_waited_for_is_said_on_a_line_of_its_own(kind: str) -> None:
    stream = Terminal() if kind == "terminal" else io.StringIO()

    with PullBar(4, 2, stream=stream) as bar:
        bar.say("careful does not answer.")
        bar.stored(Stored("careful", ResponseStatus.ANSWERED))

    assert "careful does not answer.\n" in stream.getvalue()


class InterruptingServer(ScriptedServer):
    """Press Ctrl-C when the first call arrives, while the command waits for its answer."""

    def answer(self, model: str, messages: list[Json]) -> ScriptedReply | None:
        """Interrupt, then answer."""
        if not self.calls:
            os.kill(os.getpid(), signal.SIGINT)
        return super().answer(model, messages)


def test_a_pull_broken_off_at_the_keyboard_can_be_resumed(
    database: Database, scene: Scene, run: Run
) -> None:
    with InterruptingServer(Script(default=ScriptedReply("Yes."))) as server:
        Scene(database, server).endpoint()
        broken_off = run(*START)
        resumed = run("run", only_pull(scene))

    assert broken_off.exit_code == 130
    assert f"Go on with: evalhub pull run {only_pull(scene)}" in broken_off.output
    assert "Aborted" not in broken_off.output
    assert resumed.exit_code == 0
