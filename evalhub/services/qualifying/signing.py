"""Sign with the instance's Ed25519 key, and check signatures.

The key is derived from the instance's secret, so that there is none to keep, copy or lose beside
it and every process of a server has the same. Ed25519 lets anybody check a signature with the
public key alone, which a shared secret could not.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
PURPOSE = b"evalhub portfolio signatures, 1"
"""Keeps the key apart from whatever else is derived from the secret."""


def sign(content: bytes, *, secret: str) -> str:
    """Return the signature of ``content`` in hex."""
    return _key(secret).sign(content).hex()


def public_key(*, secret: str) -> str:
    """Return the public key of the instance in hex, as RFC 8032 writes it."""
    return _key(secret).public_key().public_bytes_raw().hex()


def is_signed(content: bytes, signature: str, *, key: str) -> bool:
    """Tell whether ``signature`` is that of ``content`` under the public ``key``, both in hex."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(
            bytes.fromhex(signature), content
        )
    except (InvalidSignature, ValueError):
        # What is no hex, or too short, is no signature either.
        return False
    return True


def _key(secret: str) -> Ed25519PrivateKey:
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE)
    return Ed25519PrivateKey.from_private_bytes(derived.derive(secret.encode()))
