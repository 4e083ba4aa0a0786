"""Signatures of the instance: checked with the public key alone."""

import pytest

from evalhub.services.qualifying.signing import is_signed, public_key, sign

SECRET = "a secret of the instance that is long enough"


@pytest.mark.parametrize("signature", ["", "xyz", "00", "é", "00" * 64])
def test_what_is_no_signature_signs_nothing(signature: str) -> None:
    assert not is_signed(b"text", signature, key=public_key(secret=SECRET))


def test_one_secret_has_one_key_and_signs_alike_in_every_process() -> None:
    assert public_key(secret=SECRET) == public_key(secret=SECRET)
    assert sign(b"text", secret=SECRET) == sign(b"text", secret=SECRET)
    assert is_signed(b"text", sign(b"text", secret=SECRET), key=public_key(secret=SECRET))
    assert not is_signed(b"Text", sign(b"text", secret=SECRET), key=public_key(secret=SECRET))
