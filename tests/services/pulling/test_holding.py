"""Who sees to a pull is told from the claims on its endpoints, with what to do."""

from datetime import timedelta

import pytest

from evalhub.core.campaigns import PullStatus
from evalhub.db.claims import claim
from evalhub.db.models import Pull
from evalhub.services.pulling import (
    Attendance,
    PullAttendance,
    PullView,
    attend,
    pull_progress,
)
from evalhub.services.workers import beat
from tests.factories import MOMENT
from tests.pulling import Scene, start_spent, store_response


def look(scene: Scene, pull: PullView) -> PullAttendance:
    """Return who sees to the pull."""
    with scene.database.transaction(write=False) as session:
        return attend(pull_progress(pull.public_id, session=session), session=session)


def start_worker(scene: Scene) -> None:
    """Let a worker be alive."""
    with scene.database.transaction() as session:
        beat("worker", session=session)


@pytest.mark.parametrize("has_worker", [False, True], ids=["no worker", "a worker"])
def test_a_queued_pull_waits_for_a_worker(scene: Scene, *, has_worker: bool) -> None:
    scene.endpoint()
    pull = scene.start(is_foreground=False)
    if has_worker:
        start_worker(scene)

    seen_to = look(scene, pull)

    assert (seen_to.attendance, seen_to.has_worker) == (
        Attendance.WAITING if has_worker else Attendance.UNATTENDED,
        has_worker,
    )
    assert ("Start one with `evalhub worker`" in seen_to.advice) is not has_worker


def test_whoever_asks_one_of_the_endpoints_sees_to_the_pull(scene: Scene) -> None:
    scene.endpoint("careful")
    scene.endpoint("quick")
    pull = scene.start("careful", "quick")

    with claim(scene.database, "endpoint-careful"):
        seen_to = look(scene, pull)

    assert (seen_to.attendance, seen_to.advice) == (Attendance.ASKED, "")


@pytest.mark.parametrize(
    ("has_worker", "words"),
    [(False, "No worker is running either. Take it"), (True, "another takes it over within 30 s")],
    ids=["no worker", "a worker"],
)
def test_a_pull_whose_process_has_died_is_abandoned(
    scene: Scene, words: str, *, has_worker: bool
) -> None:
    scene.endpoint()
    scene.endpoint("elsewhere")
    pull = scene.start()
    if has_worker:
        start_worker(scene)

    with claim(scene.database, "endpoint-elsewhere"):
        seen_to = look(scene, pull)

    assert seen_to.attendance is Attendance.ABANDONED
    assert words in seen_to.advice
    assert f"`evalhub pull run {pull.public_id}`" in seen_to.advice


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (PullStatus.DONE, ""),
        (PullStatus.FAILED, "Mend what the reason names"),
        (PullStatus.CANCELLED, "Resume it"),
    ],
)
def test_a_pull_that_is_over_needs_nobody(scene: Scene, status: PullStatus, words: str) -> None:
    scene.endpoint()
    pull = scene.start()
    with scene.database.transaction() as session:
        session.get_one(Pull, pull.id).status = status

    seen_to = look(scene, pull)

    assert seen_to.attendance is Attendance.OVER
    assert seen_to.advice[: len(words) or None] == words


@pytest.mark.parametrize(
    ("status", "spent", "words"),
    [
        (PullStatus.FAILED, 300, "A budget that is used up"),
        (PullStatus.CANCELLED, 301, "A budget that is used up"),
        (PullStatus.FAILED, 299, "Mend what the reason names"),
        (PullStatus.DONE, 300, ""),
    ],
)
def test_after_a_budget_another_pull_is_advised_and_not_resuming(
    scene: Scene, status: PullStatus, spent: int, words: str
) -> None:
    scene.endpoint()

    advice = look(scene, start_spent(scene, status, micro=spent)).advice

    assert advice[: len(words) or None] == words
    assert ("start another pull" in advice) is words.startswith("A budget")


def test_only_what_the_pull_stored_itself_counts_as_movement(scene: Scene) -> None:
    a, b = scene.endpoint("careful"), scene.endpoint("quick")
    before, pull = scene.start("careful", "quick"), scene.start("careful", "quick")
    store_response(scene.database, before.id, a, at=MOMENT + timedelta(days=1))
    untouched = look(scene, pull).last_response_at
    store_response(scene.database, pull.id, b, at=MOMENT)

    assert (untouched, look(scene, pull).last_response_at) == (None, MOMENT)
