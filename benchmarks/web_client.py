"""Ask a server over connections that stay open, and time every answer."""

import itertools
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    """Hold an answer: its status, where it leads, its text, and the seconds to its first byte."""

    status: int
    location: str
    text: str
    first_byte_s: float


class Browser:
    """Hold one connection of one signed-in person."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port = port
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookie = cookie

    @property
    def cookie(self) -> str:
        """Return the cookie that the next request sends, with its name."""
        return self._cookie

    def ask(self, method: str, path: str, fields: list[tuple[str, str]] | None = None) -> Answer:
        """Send a request and read its whole answer; a cookie it sets is kept."""
        body = None if fields is None else urlencode(fields)
        headers = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        start = time.perf_counter()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        first_byte_s = time.perf_counter() - start
        text = response.read().decode()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            self._cookie = cookie.partition(";")[0]
        return Answer(response.status, response.headers.get("Location", ""), text, first_byte_s)

    @contextmanager
    def keeping_its_cookie(self) -> Iterator[None]:
        """Forget in the end what the cookie became in the block."""
        kept = self._cookie
        yield
        self._cookie = kept


def hidden_fields(page: str) -> dict[str, str]:
    """Return what the form of a comparison sends without being filled in."""
    return dict(HIDDEN.findall(page.partition('id="judgment"')[2]))


@dataclass
class Timing:
    """Hold how long each answer took and how long all of them together."""

    seconds: list[float] = field(default_factory=list)
    elapsed_s: float = 0.0
    server_cpu_s: float = 0.0

    @property
    def rate(self) -> float:
        """Return answers a second."""
        return len(self.seconds) / self.elapsed_s

    @property
    def cpu_ms(self) -> float:
        """Return the milliseconds of processor time that the server spent on an answer."""
        return 1_000 * self.server_cpu_s / len(self.seconds)

    def percentile(self, share: float) -> float:
        """Return the milliseconds within which ``share`` of the answers came."""
        ordered = sorted(self.seconds)
        return 1_000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def hammer(acts: Sequence[Callable[[], object]], *, seconds: float) -> Timing:
    """Repeat each act on a thread of its own for a while; time every single one.

    A closed loop: each sends again once it has its answer, so the server is never idle, and how
    long an answer takes is how many wait at once times what one costs.
    """
    end = time.perf_counter() + seconds

    def moments() -> Iterator[float]:
        while (now := time.perf_counter()) < end:
            yield now

    return _timed([(act, moments()) for act in acts])


def pace(
    acts: Sequence[Callable[[], object]], *, rate: float, n: int, rng: random.Random
) -> Timing:
    """Do ``n`` acts at moments that do not wait for answers, ``rate`` a second; time each.

    An open loop, as people are: who judges sends when done with reading, whatever others wait for.
    Each act is timed from the moment it was due. Where every thread still waits for an answer it
    begins late, and that is part of what somebody waited.
    """
    due, lock = iter(arrivals(n, rate=rate, rng=rng)), threading.Lock()
    began = time.perf_counter()

    def moments() -> Iterator[float]:
        while True:
            with lock:
                after = next(due, None)
            if after is None:
                return
            time.sleep(max(0.0, began + after - time.perf_counter()))
            yield began + after

    return _timed([(act, moments()) for act in acts])


def arrivals(n: int, *, rate: float, rng: random.Random) -> list[float]:
    """Return ``n`` moments in seconds, those of many people who do not know of each other.

    The time between two is exponential with mean 1 / ``rate``: a Poisson process.
    """
    return list(itertools.accumulate(rng.expovariate(rate) for _ in range(n)))


def _timed(works: Sequence[tuple[Callable[[], object], Iterator[float]]]) -> Timing:
    """Do each act at each of its moments, on a thread of its own; raise what one raised."""
    timing, lock = Timing(), threading.Lock()
    faults: list[BaseException] = []

    def work(act: Callable[[], object], moments: Iterator[float]) -> None:
        own: list[float] = []
        try:
            for moment in moments:
                act()
                own.append(time.perf_counter() - moment)
        except BaseException as fault:  # noqa: BLE001 - told below, on the thread that waits
            faults.append(fault)
        with lock:
            timing.seconds += own

    threads = [threading.Thread(target=work, args=one) for one in works]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    timing.elapsed_s = time.perf_counter() - began
    if faults:
        raise faults[0]
    return timing
