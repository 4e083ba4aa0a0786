"""Make secrets that are shown once and stored as a hash.

They carry 256 random bits, so a plain SHA-256 is enough: there is nothing to guess, and
the lookup by hash takes the same time for every wrong token.
"""

import secrets

from evalhub.core.canonical import sha256_hex

TOKEN_BYTES = 32


def new_token() -> str:
    """Return 256 random bits as text that is safe in a link or header."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return sha256_hex(token)


def new_public_id() -> str:
    """Return an opaque id that may stand in addresses and logs."""
    # Hex, so that it can be a word in an address, a log line and a file name without quoting.
    return secrets.token_hex(16)
