"""An endpoint that has answered and stops doing so is waited for; nothing is lost meanwhile."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa

from evalhub.core.campaigns import PullStatus
from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.pulling.patience import Patience
from evalhub.core.pulling.specs import Question
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.services.pulling import (
    Attendance,
    PullAttendance,
    RunTools,
    attend,
    interrupt_pull,
    pull_progress,
)
from evalhub.services.pulling.settling import note_wait
from tests.factories import MOMENT
from tests.pulling import Scene
from tests.services.pulling.puppet import Puppet, long_set, outcome, responses, run

QUICK = Patience(first_wait_s=0.01, longest_wait_s=0.02, total_s=30.0)
DOWN = outcome(ResponseStatus.ERROR, "", kind=ErrorKind.CONNECTION, message="refused")


@dataclass
class Flaky(Puppet):
    """Stand for an endpoint that is down from one call to another."""

    first_down: int = 10
    last_down: int = 30
    failure: Outcome = DOWN
    n_calls: int = 0

    async def ask(self, question: Question) -> Outcome:
        """Answer, or fail while it is down."""
        self.n_calls += 1
        found = await super().ask(question)
        return self.failure if self.first_down <= self.n_calls <= self.last_down else found


def set_concurrency(scene: Scene, n: int) -> None:
    with scene.database.transaction() as session:
        session.execute(sa.text("UPDATE endpoint SET max_concurrency = :n"), {"n": n})


def share_reason(scene: Scene, public_id: str) -> str:
    with scene.database.transaction(write=False) as session:
        return pull_progress(public_id, session=session).endpoints[0].reason


def kinds(scene: Scene) -> list[str]:
    return [(row.error_kind or row.status).value for row in responses(scene)]


@pytest.mark.parametrize("kind", [ErrorKind.CONNECTION, ErrorKind.RATE_LIMITED], ids=str)
@pytest.mark.parametrize("concurrency", [1, 8])
def test_every_response_is_there_after_an_outage(
    scene: Scene, tools: RunTools, concurrency: int, kind: ErrorKind
) -> None:
    scene.endpoint()
    texts = long_set(scene, 40)
    set_concurrency(scene, concurrency)
    flaky = Flaky(failure=replace(DOWN, error_kind=kind))
    pull = scene.start(prompt_set="long")
    said: list[str] = []

    with_say = replace(tools, clients=flaky.open, patience=QUICK, say=said.append)
    status = run(scene, pull.id, with_say)

    assert status is PullStatus.DONE
    assert kinds(scene) == ["answered"] * 40
    assert set(flaky.asked) == set(texts)
    assert len(flaky.asked) == 40 + 21
    assert said[0].startswith("careful does not answer and is asked again at ")


def test_a_failure_between_answers_is_the_prompts_own(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    texts = long_set(scene, 20)
    set_concurrency(scene, 1)
    broken = outcome(ResponseStatus.ERROR, "", kind=ErrorKind.SERVER, message="HTTP 500")
    puppet = Puppet(dict.fromkeys(texts[4:20:4], broken))

    pull = scene.start(prompt_set="long")
    run(scene, pull.id, replace(tools, clients=puppet.open, patience=QUICK))

    assert len(puppet.asked) == 20
    assert [place for place, kind in enumerate(kinds(scene)) if kind == "server"] == [4, 8, 12, 16]


def test_failures_at_the_very_end_are_stored(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    long_set(scene, 10)
    set_concurrency(scene, 1)
    flaky = Flaky(first_down=8, last_down=99)

    pull = scene.start(prompt_set="long")
    status = run(scene, pull.id, replace(tools, clients=flaky.open, patience=QUICK))

    assert status is PullStatus.DONE
    assert kinds(scene) == ["answered"] * 7 + ["connection"] * 3


def test_prompts_that_fail_every_time_do_not_keep_the_pull_waiting(
    scene: Scene, tools: RunTools
) -> None:
    scene.endpoint()
    texts = long_set(scene, 12)
    set_concurrency(scene, 1)
    broken = outcome(ResponseStatus.ERROR, "", kind=ErrorKind.TIMEOUT, message="too long")
    puppet = Puppet(dict.fromkeys(texts[6:], broken))

    pull = scene.start(prompt_set="long")
    status = run(scene, pull.id, replace(tools, clients=puppet.open, patience=QUICK))

    assert status is PullStatus.DONE
    assert kinds(scene) == ["answered"] * 6 + ["timeout"] * 6
    assert max(puppet.asked.count(text) for text in texts) <= QUICK.chances + 1


def test_an_endpoint_that_stays_down_is_given_up_and_asked_again_later(
    scene: Scene, tools: RunTools
) -> None:
    scene.endpoint()
    long_set(scene, 20)
    flaky = Flaky(first_down=6, last_down=10**9)
    pull = scene.start(prompt_set="long")
    short = replace(QUICK, total_s=0.1)

    failed = run(scene, pull.id, replace(tools, clients=flaky.open, patience=short))
    with scene.database.transaction(write=False) as session:
        progress = pull_progress(pull.public_id, session=session)

    assert failed is PullStatus.FAILED
    assert "hours without an answer: refused" in progress.pull.reason
    assert set(kinds(scene)) == {"answered"}
    assert (progress.n_settled, progress.endpoints[0].n_left) == (5, 15)


def test_a_used_up_quota_says_nothing_of_what_failed_before(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    texts = long_set(scene, 20)
    set_concurrency(scene, 1)
    spent = outcome(ResponseStatus.ERROR, "", kind=ErrorKind.QUOTA, message="used up")
    plan = dict.fromkeys(texts[5:9], DOWN) | dict.fromkeys(texts[9:], spent)

    pull = scene.start(prompt_set="long")
    status = run(scene, pull.id, replace(tools, clients=Puppet(plan).open, patience=QUICK))

    assert status is PullStatus.FAILED
    assert kinds(scene) == ["answered"] * 5 + ["quota"] * 5


def test_one_that_answered_in_an_earlier_pull_is_waited_for(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    run(scene, scene.start().id, replace(tools, clients=Puppet().open))
    long_set(scene, 10)
    flaky = Flaky(first_down=1, last_down=9)

    status = run(
        scene,
        scene.start(prompt_set="long").id,
        replace(tools, clients=flaky.open, patience=QUICK),
    )

    assert status is PullStatus.DONE
    assert set(kinds(scene)) == {"answered"}


def test_while_it_is_down_the_pull_says_what_it_waits_for(scene: Scene, tools: RunTools) -> None:
    """And a stop ends the wait at once, with nothing stored that is to be asked again."""
    scene.endpoint()
    long_set(scene, 20)
    set_concurrency(scene, 2)
    pull = scene.start(prompt_set="long")
    found: list[PullAttendance] = []

    def watch() -> None:
        until = time.monotonic() + 60
        while not found and time.monotonic() < until:
            with scene.database.transaction(write=False) as session:
                seen_to = attend(pull_progress(pull.public_id, session=session), session=session)
            found.extend([seen_to] if seen_to.attendance is Attendance.STALLED else [])
        tools.stop.set()

    flaky = Flaky(first_down=6, last_down=10**9)
    patience = Patience(first_wait_s=3600.0)
    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch)
        status = run(scene, pull.id, replace(tools, clients=flaky.open, patience=patience))
        watching.result()

    assert status is PullStatus.RUNNING
    assert set(kinds(scene)) == {"answered"}
    assert found[0].advice.startswith("careful@1 does not answer and is asked again at 09:09:5")
    assert ": refused. Nothing has to be done" in found[0].advice
    assert share_reason(scene, pull.public_id) == ""


def test_a_pull_that_a_person_stopped_waits_for_nothing(scene: Scene) -> None:
    endpoint = scene.endpoint()
    pull = scene.start()
    with scene.database.transaction() as session:
        note_wait(pull.id, endpoint, reason="is asked again at 09:09", session=session)

    with scene.database.transaction() as session:
        interrupt_pull(pull.public_id, reason="Stopped.", session=session, now=MOMENT)

    assert share_reason(scene, pull.public_id) == ""
