"""Write values as canonical JSON and hash them, so that equal content has equal bytes.

The form is: UTF-8, keys sorted by code point, no spaces, no NaN or infinity, text not
escaped beyond what JSON demands. It follows RFC 8785 except that numbers are written as
Python writes them, which is the same for integers and for the short decimals used here.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import orjson

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


class StoredJson(Mapping[str, "Json"]):
    """Hold an object as its canonical JSON ``text``, and read it when something of it is asked.

    Most of what passes a million stored answers on wants their bytes alone, or a typed reader that
    begins with the text; making dictionaries of all of them would take longer than either.
    """

    __slots__ = ("_read", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._read: dict[str, Json] | None = None

    def __getitem__(self, key: str) -> Json:
        return self._values()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values())

    def __len__(self) -> int:
        return len(self._values())

    def _values(self) -> "dict[str, Json]":
        if self._read is None:
            self._read = orjson.loads(self.text)
        return self._read


def stored_json(text: str) -> Json:
    """Return the value whose canonical JSON is ``text``; objects are read when they are asked."""
    return StoredJson(text) if text.startswith("{") else orjson.loads(text)


def _read_stored(value: object) -> dict[str, Json]:
    """Give the encoder what a stored object holds; raise ``TypeError`` for what is no JSON."""
    # Anything that can be walked would become an object: a set or bytes would be hashed as {}.
    if isinstance(value, StoredJson):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no JSON.")


# Made once: json.dumps makes an encoder a call, which takes as long as writing a short value.
# ensure_ascii would make a lone surrogate look sound here and fail wherever it is stored.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False,
    sort_keys=True,
    separators=(",", ":"),
    allow_nan=False,
    default=_read_stored,
)


def canonical_json(value: Json) -> str:
    """Return ``value`` as canonical JSON text.

    Raise ``ValueError`` for NaN and infinity, which JSON cannot carry.
    """
    return _ENCODER.encode(value)


def canonical_bytes(value: Json) -> bytes:
    """Return the canonical JSON of a value without decimals as UTF-8, in a tenth of the time.

    Decimals are what orjson writes otherwise than Python in some cases, so a value that may hold
    one is for ``canonical_json``.
    """
    try:
        return orjson.dumps(value, default=_fragment, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        # Whole numbers beyond 64 bits, which Python writes and orjson refuses.
        return canonical_json(value).encode()


def _fragment(value: object) -> orjson.Fragment:
    if isinstance(value, StoredJson):
        return orjson.Fragment(value.text)
    raise TypeError(f"{type(value).__name__} is no JSON.")


def sha256_hex(data: bytes | str) -> str:
    """Return the SHA-256 of bytes, or of text as UTF-8, as 64 lower-case hex digits."""
    raw = data.encode("utf-8") if isinstance(data, str) else data
    return hashlib.sha256(raw).hexdigest()


def content_hash(value: Json) -> str:
    """Return the SHA-256 of the canonical JSON of ``value``."""
    return sha256_hex(canonical_json(value))
