"""Put numbers into sentences."""

import pytest

from evalhub.core.wording import counted


@pytest.mark.parametrize(
    ("n", "words"), [(0, "0 prompts"), (1, "1 prompt"), (2, "2 prompts"), (1234, "1,234 prompts")]
)
def test_a_number_has_its_noun(n: int, words: str) -> None:
    assert counted(n, "prompt") == words


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert (counted(1, "reply", "replies"), counted(2, "reply", "replies")) == (
        "1 reply",
        "2 replies",
    )
