import pytest

from evalhub.core.releasing.versions import check_rises, next_version, parse_version
from evalhub.errors import BadInput, Conflict


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


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [("0.1.0", []), ("1.10.0", ["1.9.0"]), ("1.0.0", ["1.0.0", "2.0.0"])],
    ids=["first", "above", "taken"],
)
def test_versions_may_rise_and_be_built_again(wanted: str, taken: list[str]) -> None:
    check_rises(wanted, taken)


def test_new_version_below_the_newest_is_refused_with_one_that_is_not() -> None:
    with pytest.raises(Conflict, match=r"0\.9\.0 is below 1\.10\.0, .*only rise: choose 1\.11\.0"):
        check_rises("0.9.0", ["1.10.0", "1.9.0"])
