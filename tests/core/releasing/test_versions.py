import pytest

from evalhub.core.releasing.versions import next_version, parse_version
from evalhub.errors import BadInput


def test_version_is_three_numbers() -> None:
    assert parse_version("1.20.3") == (1, 20, 3)


@pytest.mark.parametrize(
    "text", ["", "1.2", "1.2.3.4", "v1.2.3", "1.02.3", "1.2.-3", "1.2.3\n", "../x", "1.2.\u0663"]
)
def test_other_versions_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="three numbers"):
        parse_version(text)


@pytest.mark.parametrize(
    ("taken", "expected"),
    [([], "1.0.0"), (["1.0.0"], "1.1.0"), (["1.10.0", "1.9.3"], "1.11.0")],
)
def test_next_version_follows_the_highest(taken: list[str], expected: str) -> None:
    assert next_version(taken) == expected
