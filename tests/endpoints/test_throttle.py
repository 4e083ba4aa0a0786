"""Requests wait for a slot and for their minute, and a stuck one holds nobody else."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from evalhub.core.canonical import Json
from evalhub.core.pulling.concurrency import COOLDOWN_S
from evalhub.core.pulling.specs import EndpointSpec
from evalhub.endpoints.retry import Timing
from evalhub.endpoints.throttle import Throttle


class Hands:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    async def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.now += seconds


def throttle(hands: Hands | None = None, **settings: Json) -> Throttle:
    """Return a throttle of an endpoint with these settings."""
    clock = hands or Hands()
    spec = EndpointSpec("s", "m", "chat_completions", "https://h", **settings)  # type: ignore[arg-type]  # each test knows
    return Throttle(spec, timing=Timing(monotonic=lambda: clock.now, sleep=clock.sleep))


def play(scene: Callable[[], Awaitable[None]]) -> None:
    """Run a scene that must end by itself."""

    async def bounded() -> None:
        async with asyncio.timeout(5):
            await scene()

    asyncio.run(bounded())


async def settle() -> None:
    """Let every task go on until it waits."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_no_more_are_under_way_than_allowed() -> None:
    gate = throttle(max_concurrency=2)
    most, now = 0, 0

    async def ask(release: asyncio.Event) -> None:
        nonlocal most, now
        async with gate.turn(0):
            now += 1
            most = max(most, now)
            await release.wait()
            now -= 1

    async def scene() -> None:
        release = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(ask(release))
            await settle()
            release.set()

    play(scene)

    assert most == 2


def test_a_stuck_request_keeps_its_own_slot_only() -> None:
    gate = throttle(max_concurrency=2)

    async def scene() -> None:
        async def stick() -> None:
            async with gate.turn(0):
                await asyncio.Event().wait()

        stuck = asyncio.create_task(stick())
        await settle()
        for _ in range(50):
            async with gate.turn(0):
                pass
        stuck.cancel()
        await asyncio.gather(stuck, return_exceptions=True)

    play(scene)


@pytest.mark.parametrize("is_let_in", [False, True], ids=["in line", "just let in"])
def test_whoever_gives_up_leaves_no_hole(*, is_let_in: bool) -> None:
    gate = throttle(max_concurrency=1)

    async def wait_in_line() -> None:
        async with gate.turn(0):
            pass

    async def scene() -> None:
        first = gate.turn(0)
        await first.__aenter__()
        second = asyncio.create_task(wait_in_line())
        await settle()
        if is_let_in:
            await first.__aexit__(None, None, None)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        if not is_let_in:
            await first.__aexit__(None, None, None)
        async with gate.turn(0):  # Would wait for ever, were the slot lost.
            pass

    play(scene)


def test_requests_a_minute_are_spaced_and_the_wait_is_told() -> None:
    gate = throttle(requests_per_minute=10)
    held: list[float] = []

    async def scene() -> None:
        for _ in range(3):
            async with gate.turn(0) as turn:
                held.append(turn.held_s)

    play(scene)

    assert held == [0.0, 6.0, 6.0]


def test_tokens_are_guessed_from_the_limit_and_corrected_by_the_usage() -> None:
    gate = throttle(tokens_per_minute=600, parameters={"max_tokens": 100})
    held: list[float] = []

    async def scene() -> None:
        async with gate.turn(400) as turn:  # 100 for the question, 100 for the answer
            gate.note_reply(turn, n_prompt=100, n_completion=20)
        async with gate.turn(0) as turn:
            held.append(turn.held_s)
            gate.note_reply(turn, n_prompt=None, n_completion=None)
        async with gate.turn(0) as turn:
            held.append(turn.held_s)

    play(scene)

    # 120 tokens take 12 s; the next guess leans towards 20: 92 tokens are 9.2 s.
    assert held == pytest.approx([12.0, 9.2])


def test_a_429_lets_fewer_in_and_clean_rounds_let_more_in_again() -> None:
    hands = Hands()
    gate = throttle(hands, max_concurrency=10)

    async def scene() -> None:
        async with gate.turn(0) as turn:
            gate.note_limit(turn)
        assert gate.window.n_allowed == 8
        hands.now += COOLDOWN_S
        for _ in range(8):
            async with gate.turn(0) as turn:
                gate.note_reply(turn, n_prompt=1, n_completion=1)
        assert gate.window.n_allowed == 9

    play(scene)


def test_those_in_line_come_in_as_the_window_grows() -> None:
    hands = Hands()
    gate = throttle(hands, max_concurrency=2)

    async def scene() -> None:
        first, second = gate.turn(0), gate.turn(0)
        async with first as turn:
            gate.note_limit(turn)
            assert gate.window.n_allowed == 1
            waiting = asyncio.create_task(second.__aenter__())
            await settle()
            assert not waiting.done()
            hands.now += COOLDOWN_S
            gate.note_reply(turn, n_prompt=1, n_completion=1)
            await settle()
            assert waiting.done()
            await waiting
        await second.__aexit__(None, None, None)

    play(scene)


class Ledger:
    """Shared limits that note what is taken, and say how long to wait for it."""

    def __init__(self, *waits_s: float) -> None:
        self.taken: list[float] = []
        self.settled: list[float] = []
        self._waits_s = iter(waits_s)

    async def take(self, n_tokens: float) -> float:
        """Note the place and return its wait."""
        self.taken.append(n_tokens)
        return next(self._waits_s, 0.0)

    async def settle(self, n_tokens: float) -> None:
        """Note what is settled without a place."""
        self.settled.append(n_tokens)


def shared_throttle(ledger: Ledger, hands: Hands, **settings: Json) -> Throttle:
    spec = EndpointSpec("s", "m", "chat_completions", "https://h", account="lab", **settings)  # type: ignore[arg-type]  # each test knows
    timing = Timing(monotonic=lambda: hands.now, sleep=hands.sleep)
    return Throttle(spec, timing=timing, shared=ledger)


def test_a_shared_limit_is_waited_for_instead_of_its_own() -> None:
    gate = shared_throttle(Ledger(0.0, 3.0), Hands(), requests_per_minute=1)
    held: list[float] = []

    async def scene() -> None:
        for _ in range(2):
            async with gate.turn(0) as turn:
                held.append(turn.held_s)

    play(scene)

    assert held == [0.0, 3.0]


def test_what_an_answer_took_beyond_the_guess_goes_with_the_next_place() -> None:
    ledger = Ledger()
    gate = shared_throttle(ledger, Hands(), tokens_per_minute=600, parameters={"max_tokens": 100})

    async def scene() -> None:
        async with gate.turn(400) as turn:
            gate.note_reply(turn, n_prompt=150, n_completion=100)
        async with gate.turn(0):
            pass

    play(scene)

    assert ledger.taken == pytest.approx([200.0, 150.0])


def test_what_the_last_answer_took_less_than_the_guess_is_settled_at_the_end_once() -> None:
    ledger = Ledger()
    gate = shared_throttle(ledger, Hands(), tokens_per_minute=600, parameters={"max_tokens": 100})

    async def scene() -> None:
        async with gate.turn(400) as turn:
            gate.note_reply(turn, n_prompt=100, n_completion=20)
        await gate.settle()
        await gate.settle()

    play(scene)

    assert ledger.settled == pytest.approx([-80.0])


def test_nothing_is_settled_where_no_account_is_shared() -> None:
    gate = throttle(tokens_per_minute=600, parameters={"max_tokens": 100})

    async def scene() -> None:
        async with gate.turn(400) as turn:
            gate.note_reply(turn, n_prompt=100, n_completion=20)
        await gate.settle()
        async with gate.turn(0) as turn:
            # 120 tokens at 10 a second: what its own pace knows is not corrected twice.
            assert turn.held_s == pytest.approx(12.0)

    play(scene)


def test_one_place_at_a_time_is_taken_ahead() -> None:
    ledger = Ledger(1.0, 1.0, 1.0)
    gate = Throttle(
        EndpointSpec("s", "m", "x", "https://h", requests_per_minute=1, account="lab"),
        timing=Timing(sleep=lambda _seconds: asyncio.Event().wait()),  # type: ignore[arg-type,return-value]  # never ends
        shared=ledger,
    )

    async def scene() -> None:
        turns = [gate.turn(0) for _ in range(3)]
        waiting = [asyncio.create_task(turn.__aenter__()) for turn in turns]
        await settle()
        assert len(ledger.taken) == 1
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    play(scene)
