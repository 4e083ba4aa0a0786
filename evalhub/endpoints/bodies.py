"""Read reply bodies within a limit, compressed or not."""

import asyncio
import zlib
from collections.abc import AsyncIterator

from evalhub.core.responses import ErrorKind
from evalhub.endpoints.errors import AttemptFailed

MAXIMUM_BYTES = 16 * 2**20
"""Eighty times the longest message; what is larger is no chat completion."""
# With 16 added zlib expects a gzip header, without it a zlib one.
_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


async def read_body(
    parts: AsyncIterator[bytes], *, encoding: str, limit: int = MAXIMUM_BYTES
) -> bytes:
    """Return the whole body; raise ``AttemptFailed`` when it grows beyond ``limit``.

    The limit holds for what arrives and for what it unpacks to: nothing beyond it is ever
    held in memory. Compression is not asked for, but some servers send it all the same.
    """
    raw = bytearray()
    async for part in parts:
        raw += part
        if len(raw) > limit:
            raise _too_large(limit)
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return bytes(raw)
    # In a thread: a few bombs at once would hold every other request of this process, and their
    # own timeouts with them, for as long as they take to unpack up to the limit.
    return await asyncio.to_thread(_unpacked, bytes(raw), name, limit)


def _unpacked(raw: bytes, encoding: str, limit: int) -> bytes:
    if encoding not in _WINDOWS:
        raise AttemptFailed(
            ErrorKind.MALFORMED, f"The reply is packed as {encoding[:40]!r}, which was not asked."
        )
    unpacker = zlib.decompressobj(_WINDOWS[encoding])
    try:
        body = unpacker.decompress(raw, limit + 1)
    except zlib.error as error:
        raise AttemptFailed(
            ErrorKind.MALFORMED, f"The reply could not be unpacked as {encoding}: {error}."
        ) from error
    if len(body) > limit:
        raise _too_large(limit)
    # zlib gives back what it has of a packed body that was cut, without a word; an error
    # without any body is labelled as packed by some servers all the same.
    if raw and not unpacker.eof:
        raise AttemptFailed(ErrorKind.MALFORMED, f"The reply's {encoding} body was cut short.")
    return body


def _too_large(limit: int) -> AttemptFailed:
    return AttemptFailed(
        ErrorKind.MALFORMED, f"The reply is larger than {limit // 2**20} MiB and was not read."
    )
