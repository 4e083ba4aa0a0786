import pytest

from evalhub.errors import BadInput
from evalhub.services.accounts.passwords import broken_rules, is_password, new_password

EMAIL = "ada.lovelace@example.org"


def test_a_password_is_known_again() -> None:
    stored = new_password("three quiet rivers", email=EMAIL).hash

    assert stored.startswith("$argon2id$")
    assert is_password("three quiet rivers", stored)
    assert not is_password("three quiet river", stored)


def test_equal_passwords_have_different_hashes() -> None:
    first, second = (new_password("three quiet rivers", email=EMAIL).hash for _ in range(2))

    assert first != second


def test_a_keyboard_that_writes_accents_in_two_parts_still_signs_in() -> None:
    stored = new_password("caf\u00e9 au lait noir", email=EMAIL).hash

    assert is_password("cafe\u0301 au lait noir", stored)


@pytest.mark.parametrize("stored", [None, "", "no hash"], ids=["nobody", "empty", "broken"])
def test_nobody_has_a_password(stored: str | None) -> None:
    assert not is_password("nobody has this password", stored)


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("short words", "at least 12"),
        ("x" * 1001, "more than 1,000"),
        (EMAIL.upper(), "e-mail"),
        ("ada.lovelace", "e-mail"),
        ("abababababab", "fewer than 5 different"),
        ("passwordpass", "guessed first"),
        ("Password1234!", "guessed first"),
        ("qwerty.qwerty.2026", "guessed first"),
        ("123456789012", "guessed first"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str, rule: str) -> None:
    with pytest.raises(BadInput, match=rule) as caught:
        new_password(password, email=EMAIL, where="new password")

    assert caught.value.problems[0].where == "new password"


@pytest.mark.parametrize(
    "password",
    [
        "three quiet rivers",
        "correct horse battery staple",
        "пароль из слов",
        "x7!kQ2-vv9_Lm",
        "password but longer than you think",
        "z" * 990 + "abcdefghij",
    ],
    ids=range(6),
)
def test_a_good_password_needs_no_kinds_of_characters(password: str) -> None:
    assert broken_rules(password, email=EMAIL) == []
