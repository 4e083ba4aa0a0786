"""Bodies are read within a limit, packed or not."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

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
