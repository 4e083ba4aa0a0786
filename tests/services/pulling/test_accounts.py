"""Endpoints that name one account are held to its limits together, whoever asks them."""

import asyncio
import threading
from contextlib import AbstractAsyncContextManager

import pytest
from sqlmodel import Session

from evalhub.core.pulling.specs import EndpointSpec
from evalhub.core.responses import ResponseStatus
from evalhub.db.engine import Database
from evalhub.db.models import AccountPace, Endpoint
from evalhub.endpoints.client import open_client
from evalhub.endpoints.protocol import Asker
from evalhub.endpoints.retry import Timing
from evalhub.services.pulling import RunTools, pull_progress, run_pull
from evalhub.services.pulling.accounts import (
    LONGEST_DEBT_S,
    AccountLimits,
    find_wait,
    settle_tokens,
    take_place,
)
from evalhub.services.workers import database_now
from tests.factories import MOMENT, make_endpoint
from tests.pulling import QUESTIONS, Scene, no_sleep


def spec(slug: str, *, rpm: int | None = None, tpm: int | None = None) -> EndpointSpec:
    return EndpointSpec(
        slug,
        "m",
        "chat_completions",
        "https://h",
        requests_per_minute=rpm,
        tokens_per_minute=tpm,
        account="lab",
    )


def test_the_second_endpoint_waits_for_what_the_first_one_took(session: Session) -> None:
    first = take_place(spec("a", rpm=6), 0.0, session=session)
    second = take_place(spec("b", rpm=6), 0.0, session=session)

    assert first == 0.0
    assert 9.0 < second <= 10.0


def test_another_account_waits_for_nothing(session: Session) -> None:
    take_place(spec("a", rpm=1), 0.0, session=session)
    other = EndpointSpec("b", "m", "x", "https://h", requests_per_minute=1, account="other")

    assert take_place(other, 0.0, session=session) == 0.0


def test_the_longer_of_both_waits_counts(session: Session) -> None:
    take_place(spec("a", rpm=60, tpm=600), 300.0, session=session)

    wait_s = take_place(spec("b", rpm=60, tpm=600), 1.0, session=session)

    assert 29.0 < wait_s <= 30.0


def test_what_only_one_of_them_limits_moves_nothing_else(session: Session) -> None:
    take_place(spec("a", tpm=600), 6_000.0, session=session)

    assert take_place(spec("b", rpm=60), 1.0, session=session) == 0.0


def test_tokens_that_were_not_used_are_given_back(session: Session) -> None:
    take_place(spec("a", tpm=60), 100.0, session=session)
    take_place(spec("a", tpm=60), -70.0, session=session)

    wait_s = take_place(spec("b", tpm=60), 1.0, session=session)

    assert 29.0 < wait_s <= 30.0


def test_settling_gives_tokens_back_and_takes_no_place(session: Session) -> None:
    take_place(spec("a", rpm=6, tpm=60), 100.0, session=session)
    settle_tokens(spec("a", rpm=6, tpm=60), -95.0, session=session)

    wait_s = take_place(spec("b", rpm=6, tpm=60), 1.0, session=session)

    # Ten seconds for the one request before it; the tokens of that one are used up after five.
    assert 9.0 < wait_s <= 10.0


def an_endpoint(session: Session, *, rpm: int | None = None, tpm: int | None = None) -> Endpoint:
    one = make_endpoint(session)
    one.account, one.requests_per_minute, one.tokens_per_minute = "lab", rpm, tpm
    return one


def test_a_long_wait_for_an_account_names_the_limit_that_is_used_up(session: Session) -> None:
    one = an_endpoint(session, rpm=6, tpm=600)
    take_place(spec("b", rpm=6, tpm=600), 3_000.0, session=session)

    wait = find_wait(one, session=session)

    assert wait is not None
    assert (wait.account, wait.limit) == ("lab", "600 tokens a minute")
    assert 299.0 < wait.seconds <= 300.0


def test_no_wait_is_told_that_is_short_or_of_another_limit(session: Session) -> None:
    by_tokens = an_endpoint(session, tpm=600)
    alone = make_endpoint(session)
    assert find_wait(by_tokens, session=session) is None, "nobody has asked the account yet"
    for _place in range(9):
        take_place(spec("b", rpm=6), 0.0, session=session)

    assert find_wait(an_endpoint(session, rpm=6), session=session) is not None
    assert find_wait(an_endpoint(session, rpm=60), session=session) is not None
    assert find_wait(by_tokens, session=session) is None
    assert find_wait(an_endpoint(session), session=session) is None
    assert find_wait(alone, session=session) is None


def test_settling_an_account_that_nobody_used_changes_nothing(session: Session) -> None:
    settle_tokens(spec("a", tpm=60), 500.0, session=session)

    assert take_place(spec("a", tpm=60), 1.0, session=session) == 0.0


@pytest.mark.parametrize("settles", [False, True], ids=["taken", "settled"])
def test_a_limit_that_was_mistyped_is_forgotten_within_an_hour(
    session: Session, *, settles: bool
) -> None:
    # 32,000 tokens at one a minute are three weeks.
    take_place(spec("a", tpm=1), 1.0 if settles else 32_000.0, session=session)
    if settles:
        settle_tokens(spec("a", tpm=1), 32_000.0, session=session)

    wait_s = take_place(spec("a", tpm=10_000), 1.0, session=session)

    assert LONGEST_DEBT_S - 30 < wait_s <= LONGEST_DEBT_S


def test_a_pull_leaves_no_debt_for_an_answer_that_was_short(scene: Scene) -> None:
    endpoint_id = scene.endpoint()
    with scene.database.transaction() as session:
        row = session.get_one(Endpoint, endpoint_id)
        row.account, row.tokens_per_minute, row.max_concurrency = "lab", 1_000, 1
        row.parameters = '{"max_tokens": 32000}'
    pull = scene.start()

    def shared(spec: EndpointSpec) -> AbstractAsyncContextManager[Asker]:
        limits = AccountLimits(scene.database, spec)
        timing = Timing(sleep=no_sleep)
        hosts = frozenset({"127.0.0.1"})
        return open_client(spec, environ={}, allowed_hosts=hosts, timing=timing, shared=limits)

    tools = RunTools(clients=shared, now=lambda: MOMENT, poll_s=0.02)
    asyncio.run(run_pull(scene.database, pull.id, tools=tools))

    with scene.database.transaction(write=False) as session:
        now = database_now(session).timestamp()
        ahead_s = session.get_one(AccountPace, "lab").tokens_free_at - now
    # The server counts a few tokens an answer; one guess alone would be 32 minutes.
    assert ahead_s < 60


def test_many_at_once_take_a_place_each(database: Database) -> None:
    limits = AccountLimits(database, spec("a", rpm=60))
    waits: list[float] = []

    async def ask() -> None:
        waits.append(await limits.take(0.0))

    threads = [threading.Thread(target=lambda: asyncio.run(ask())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # Each place is a second after the one before, less the little that passed meanwhile.
    assert [round(wait_s) for wait_s in sorted(waits)[1:]] == pytest.approx(range(1, 6), abs=1)
    assert len(set(waits)) == 6


def test_two_workers_who_ask_two_endpoints_share_one_minute(scene: Scene) -> None:
    def shared(spec: EndpointSpec) -> AbstractAsyncContextManager[Asker]:
        return open_client(
            spec,
            environ={},
            allowed_hosts=frozenset({"127.0.0.1"}),
            timing=Timing(sleep=no_sleep),
            shared=AccountLimits(scene.database, spec),
        )

    pulls = []
    for slug, model in (("careful", "model-a"), ("quick", "model-b")):
        endpoint_id = scene.endpoint(slug, model)
        with scene.database.transaction() as session:
            row = session.get_one(Endpoint, endpoint_id)
            row.account, row.requests_per_minute = "lab", 1
            began = database_now(session).timestamp()
        pulls.append(scene.start(slug))

    def work(pull_id: int) -> None:
        tools = RunTools(clients=shared, now=lambda: MOMENT, poll_s=0.02)
        asyncio.run(run_pull(scene.database, pull_id, tools=tools))

    workers = [threading.Thread(target=work, args=(pull.id,)) for pull in pulls]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    with scene.database.transaction(write=False) as session:
        free_at = session.get_one(AccountPace, "lab").requests_free_at
        n_answered = sum(
            pull_progress(pull.public_id, session=session).n_with(ResponseStatus.ANSWERED)
            for pull in pulls
        )
    # A request a minute: six requests are paid for by six minutes, whoever sent them.
    assert n_answered == 2 * len(QUESTIONS)
    assert free_at - began >= 60 * n_answered
