"""Send bytes through a pipe so that the other end knows where they end."""

import struct
from typing import IO

_LENGTH = struct.Struct("<Q")


def write_frame(pipe: IO[bytes], packed: bytes) -> None:
    """Write ``packed`` with its length before it, at once."""
    pipe.write(_LENGTH.pack(len(packed)))
    pipe.write(packed)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> bytes | None:
    """Return what one ``write_frame`` wrote; None where the other end is gone or broke off."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    packed = pipe.read(length)
    return packed if len(packed) == length else None
