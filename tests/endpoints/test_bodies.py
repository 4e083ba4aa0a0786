"""Bodies are read within a limit, packed or not."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from evalhub.endpoints.bodies import read_body
from evalhub.endpoints.errors import AttemptFailed

LIMIT = 2**20


async def parts_of(body: bytes) -> AsyncIterator[bytes]:
    """Yield ``body`` in parts."""
    for start in range(0, len(body), 1000):
        yield body[start : start + 1000]


def read(body: bytes, encoding: str) -> bytes:
    """Read ``body`` within the limit."""
    return asyncio.run(read_body(parts_of(body), encoding=encoding, limit=LIMIT))


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (b"x" * LIMIT, ""),
        (b"x" * LIMIT, "identity"),
        (gzip.compress(b"x" * LIMIT), " GZIP "),
        (gzip.compress(b"x" * LIMIT), "x-gzip"),
        (zlib.compress(b"x" * LIMIT), "deflate"),
    ],
    ids=["plain", "identity", "gzip", "x-gzip", "deflate"],
)
def test_a_body_at_the_limit_is_read(packed: bytes, encoding: str) -> None:
    assert read(packed, encoding) == b"x" * LIMIT


@pytest.mark.parametrize(
    ("packed", "encoding", "message"),
    [
        pytest.param(b"x" * (LIMIT + 1), "", "larger than 1 MiB", id="too large"),
        pytest.param(gzip.compress(b"x" * (LIMIT + 1)), "gzip", "larger than 1 MiB", id="bomb"),
        pytest.param(b"plain", "gzip", "could not be unpacked as gzip", id="not gzip"),
        pytest.param(gzip.compress(b"plain")[:-9], "gzip", "gzip body was cut", id="cut short"),
        pytest.param(b"x", "br", "packed as 'br', which was not asked", id="unknown packing"),
    ],
)
def test_what_cannot_be_read_is_a_failure(packed: bytes, encoding: str, message: str) -> None:
    with pytest.raises(AttemptFailed, match=message):
        read(packed, encoding)


def test_no_body_needs_no_unpacking() -> None:
    assert read(b"", "gzip") == b""


class Threads(ThreadPoolExecutor):
    """Count what is handed to threads."""

    def __init__(self) -> None:
        super().__init__(max_workers=1)
        self.n = 0

    def submit(self, *arguments: Any, **named: Any) -> Future[Any]:  # noqa: ANN401 - any call
        """Count and do it."""
        self.n += 1
        return super().submit(*arguments, **named)


@pytest.mark.parametrize(
    ("body", "encoding", "n"),
    [(b"x", "", 0), (gzip.compress(b"x"), "gzip", 1)],
    # What is packed holds the time, so two processes would know the test by two names.
    ids=["plain", "gzip"],
)
def test_unpacking_holds_no_other_request(body: bytes, encoding: str, n: int) -> None:
    threads = Threads()

    async def run() -> None:
        asyncio.get_running_loop().set_default_executor(threads)
        assert await read_body(parts_of(body), encoding=encoding, limit=LIMIT) == b"x"

    asyncio.run(run())

    assert threads.n == n
