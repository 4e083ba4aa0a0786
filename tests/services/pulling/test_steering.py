"""Pulls are cancelled, interrupted and resumed; what was stored stays."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from evalhub.core.campaigns import PullStatus
from evalhub.db.models import AuditEvent, Pull, PullEndpoint, Response
from evalhub.endpoints.scripted import ScriptedServer
from evalhub.errors import BadInput, Conflict
from evalhub.services.pulling import (
    PullOptions,
    PullView,
    RunTools,
    cancel_pull,
    get_pull,
    interrupt_pull,
    resume_pull,
    run_pull,
    start_pull,
    waiting_jobs,
)
from evalhub.services.pulling.settling import begin_share, end_share
from tests.factories import MOMENT
from tests.pulling import ACTOR, Scene, start_spent

LATER = MOMENT + timedelta(minutes=1)


def look(scene: Scene, pull: PullView) -> PullView:
    """Return the pull as it is now."""
    with scene.database.transaction(write=False) as session:
        return get_pull(pull.public_id, session=session)


def set_status(scene: Scene, pull: PullView, status: PullStatus) -> None:
    """Put the pull into a state."""
    with scene.database.transaction() as session:
        session.get_one(Pull, pull.id).status = status


def cancel(scene: Scene, pull: PullView) -> None:
    with scene.database.transaction() as session:
        cancel_pull(pull.public_id, session=session, actor=ACTOR, now=LATER)


def resume(scene: Scene, pull: PullView, *, is_foreground: bool = False) -> None:
    with scene.database.transaction() as session:
        resume_pull(
            pull.public_id, session=session, actor=ACTOR, now=LATER, is_foreground=is_foreground
        )


@pytest.mark.parametrize("status", [PullStatus.QUEUED, PullStatus.RUNNING])
def test_an_active_pull_is_cancelled(scene: Scene, status: PullStatus) -> None:
    scene.endpoint()
    pull, other = scene.start(), scene.start()
    set_status(scene, pull, status)

    cancel(scene, pull)

    assert (look(scene, pull).status, look(scene, pull).finished_at) == (
        PullStatus.CANCELLED,
        LATER,
    )
    assert look(scene, other).status is PullStatus.RUNNING


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        (PullStatus.DONE, "is done"),
        (PullStatus.FAILED, "was stopped by an error"),
        (PullStatus.CANCELLED, "was stopped by a person"),
    ],
)
def test_a_pull_that_is_over_is_not_cancelled(scene: Scene, status: PullStatus, ended: str) -> None:
    scene.endpoint()
    pull = scene.start()
    set_status(scene, pull, status)

    with pytest.raises(Conflict, match=f"The pull {ended} already"):
        cancel(scene, pull)


def test_an_interrupted_pull_says_why(scene: Scene) -> None:
    scene.endpoint()
    pull = scene.start()

    with scene.database.transaction() as session:
        interrupt_pull(pull.public_id, reason="Broken off.", session=session, now=LATER)

    assert (look(scene, pull).status, look(scene, pull).reason) == (
        PullStatus.CANCELLED,
        "Broken off.",
    )


def test_a_pull_that_is_over_is_not_interrupted(scene: Scene) -> None:
    scene.endpoint()
    pull = scene.start()
    set_status(scene, pull, PullStatus.DONE)

    with scene.database.transaction() as session:
        interrupt_pull(pull.public_id, reason="Broken off.", session=session, now=LATER)

    assert look(scene, pull).status is PullStatus.DONE


@pytest.mark.parametrize("status", [PullStatus.FAILED, PullStatus.CANCELLED, PullStatus.RUNNING])
def test_an_unfinished_pull_is_resumed_as_a_new_job(scene: Scene, status: PullStatus) -> None:
    scene.endpoint()
    pull = scene.start()
    set_status(scene, pull, status)

    resume(scene, pull)

    assert look(scene, pull).status is PullStatus.QUEUED
    with scene.database.transaction(write=False) as session:
        (job,) = waiting_jobs(session=session)
    assert job.job_id == f"pull-{pull.id}-2-endpoint-{job.endpoint_id}"


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (PullStatus.DONE, "The pull is done"),
        (PullStatus.QUEUED, "waiting for a worker already"),
    ],
)
def test_a_pull_that_needs_no_resuming_is_not(
    scene: Scene, status: PullStatus, message: str
) -> None:
    scene.endpoint()
    pull = scene.start()
    set_status(scene, pull, status)

    with pytest.raises(Conflict, match=message):
        resume(scene, pull)


def test_a_queued_pull_may_be_taken_into_the_foreground(scene: Scene) -> None:
    scene.endpoint()
    pull = scene.start(is_foreground=False)

    resume(scene, pull, is_foreground=True)

    assert look(scene, pull).status is PullStatus.RUNNING


def test_cancelling_and_resuming_are_audited(scene: Scene) -> None:
    scene.endpoint()
    pull = scene.start()

    cancel(scene, pull)
    resume(scene, pull)

    with scene.database.transaction(write=False) as session:
        actions = [event.action for event in session.exec(select(AuditEvent))]
    assert actions == ["pull.start", "pull.cancel", "pull.resume"]


def test_a_share_that_failed_before_starts_clean_when_resumed(
    scene: Scene, tools: RunTools, server: ScriptedServer
) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start()
    with scene.database.transaction() as session:
        share = session.get_one(PullEndpoint, (pull.id, endpoint_id))
        share.ended_at, share.reason = MOMENT, "careful@1: no"
        row = session.get_one(Pull, pull.id)
        row.status, row.reason = PullStatus.FAILED, share.reason

    resume(scene, pull)
    status = asyncio.run(run_pull(scene.database, pull.id, tools=replace(tools)))

    assert (status, look(scene, pull).reason, server.calls.total()) == (PullStatus.DONE, "", 3)
    with scene.database.transaction(write=False) as session:
        assert len(session.exec(select(Response)).all()) == 3


def test_only_queued_pulls_wait_for_a_worker(scene: Scene) -> None:
    first, second = scene.endpoint("careful"), scene.endpoint("quick")
    scene.start("careful")
    waiting = scene.start("careful", "quick", is_foreground=False)

    with scene.database.transaction(write=False) as session:
        jobs = waiting_jobs(session=session)

    assert [(job.pull_id, job.endpoint_id) for job in jobs] == [
        (waiting.id, first),
        (waiting.id, second),
    ]


def beside(
    scene: Scene, held: Callable[[Session], None], other: Callable[[], object]
) -> Future[object]:
    """Start ``other`` while a transaction has done ``held`` and not committed it yet."""
    with ThreadPoolExecutor(1) as pool:
        with scene.database.transaction() as session:
            held(session)
            future = pool.submit(other)
            wait({future}, timeout=0.2)
        return future


def test_a_pull_that_is_just_ending_is_not_cancelled(scene: Scene) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start()

    def end(session: Session) -> None:
        end_share(pull.id, endpoint_id, run_number=1, reason="", session=session, now=MOMENT)

    cancelled = beside(scene, end, lambda: cancel(scene, pull))

    assert isinstance(cancelled.exception(), Conflict)
    assert look(scene, pull).status is PullStatus.DONE


@pytest.mark.parametrize("reason", ["", "careful@1: no"], ids=["whole", "failed"])
def test_a_cancelled_run_that_outlasts_a_resume_ends_nothing(scene: Scene, reason: str) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start()
    with scene.database.transaction() as session:
        begun = begin_share(pull.id, endpoint_id, session=session, now=MOMENT)
    assert begun is not None
    cancel(scene, pull)
    resume(scene, pull)

    with scene.database.transaction() as session:
        number = begun.run_number
        end_share(
            pull.id, endpoint_id, run_number=number, reason=reason, session=session, now=LATER
        )

    assert (look(scene, pull).status, look(scene, pull).reason) == (PullStatus.QUEUED, "")
    with scene.database.transaction(write=False) as session:
        share = session.get_one(PullEndpoint, (pull.id, endpoint_id))
        assert (share.ended_at, share.reason) == (None, "")


def start_seeded(session: Session) -> None:
    """Start a pull of seed 1."""
    start_pull(
        "health",
        ["careful"],
        session=session,
        actor=ACTOR,
        now=MOMENT,
        options=PullOptions(seed=1),
    )


# SQLite has one writer at a time, so there nothing begins at once.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("is_resumed", [False, True], ids=["started", "resumed"])
def test_two_seeds_do_not_begin_at_once(scene: Scene, *, is_resumed: bool) -> None:
    scene.endpoint()
    before = scene.start(options=PullOptions(seed=1))
    cancel(scene, before)

    def hold(session: Session) -> None:
        if is_resumed:
            resume_pull(before.public_id, session=session, actor=ACTOR, now=LATER)
        else:
            start_seeded(session)

    other = beside(scene, hold, lambda: scene.start(options=PullOptions(seed=2)))

    assert isinstance(other.exception(), BadInput)


def test_two_resumes_at_once_are_two_runs(scene: Scene) -> None:
    scene.endpoint()
    pull = scene.start()

    def hold(session: Session) -> None:
        resume_pull(pull.public_id, session=session, actor=ACTOR, now=LATER, is_foreground=True)

    second = beside(scene, hold, lambda: resume(scene, pull, is_foreground=True))

    assert second.exception() is None
    with scene.database.transaction(write=False) as session:
        assert session.get_one(Pull, pull.id).run_number == 3


@pytest.mark.parametrize("status", [PullStatus.FAILED, PullStatus.CANCELLED])
@pytest.mark.parametrize("is_foreground", [False, True], ids=["queued", "foreground"])
def test_a_pull_without_money_is_not_resumed(
    scene: Scene, status: PullStatus, *, is_foreground: bool
) -> None:
    scene.endpoint()
    pull = start_spent(scene, status)

    with pytest.raises(Conflict, match=r"used up is never raised\. To go on, start another pull"):
        resume(scene, pull, is_foreground=is_foreground)

    assert look(scene, pull).status is status


def test_a_pull_whose_process_died_without_money_is_taken_over_to_be_ended(scene: Scene) -> None:
    scene.endpoint()
    pull = start_spent(scene, PullStatus.RUNNING)

    resume(scene, pull)

    assert look(scene, pull).status is PullStatus.QUEUED


def test_a_pull_with_money_left_is_resumed(scene: Scene) -> None:
    scene.endpoint()
    pull = start_spent(scene, PullStatus.FAILED, micro=299)

    resume(scene, pull)

    assert look(scene, pull).status is PullStatus.QUEUED
