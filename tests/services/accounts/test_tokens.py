from evalhub.services.accounts.tokens import new_public_id, new_token, token_hash


def test_tokens_carry_256_bits_and_never_repeat() -> None:
    tokens = {new_token() for _ in range(100)}

    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}


def test_only_the_hash_of_a_token_is_stored() -> None:
    assert token_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_public_ids_are_opaque() -> None:
    assert len(new_public_id()) == 32
    assert new_public_id() != new_public_id()
