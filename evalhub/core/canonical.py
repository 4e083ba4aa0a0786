"""Write values as canonical JSON and hash them, so that equal content has equal bytes.

The form is: UTF-8, keys sorted by code point, no spaces, no NaN or infinity, text not
escaped beyond what JSON demands. It follows RFC 8785 except that numbers are written as
Python writes them, which is the same for integers and for the short decimals used here.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import orjson

# Made once: json.dumps makes an encoder a call, which takes as long as writing a short value.
# ensure_ascii would make a lone surrogate look sound here and fail wherever it is stored.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


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
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        # Whole numbers beyond 64 bits, which Python writes and orjson refuses.
        return canonical_json(value).encode()


def sha256_hex(data: bytes | str) -> str:
    """Return the SHA-256 of bytes, or of text as UTF-8, as 64 lower-case hex digits."""
    raw = data.encode("utf-8") if isinstance(data, str) else data
    return hashlib.sha256(raw).hexdigest()


def content_hash(value: Json) -> str:
    """Return the SHA-256 of the canonical JSON of ``value``."""
    return sha256_hex(canonical_json(value))
