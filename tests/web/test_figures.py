import pytest

from evalhub.core.scoring.results import Interval
from evalhub.web.figures import (
    MINUS,
    capitalize_first,
    coefficient,
    coefficients,
    heat_class,
    share,
    shares,
    whisker,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "none"),
        (0.5322, "53.2\u00a0%"),
        (-0.094, f"{MINUS}9.4\u00a0%"),
        (1.0, "100.0\u00a0%"),
        (-0.0001, "0.0\u00a0%"),
    ],
)
def test_shares_are_per_cent_with_a_real_minus(value: float | None, expected: str) -> None:
    assert share(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "none"), (0.29059, "0.291"), (-0.05, f"{MINUS}0.050"), (-1e-9, "0.000")],
)
def test_coefficients_have_three_places(value: float | None, expected: str) -> None:
    assert coefficient(value) == expected


def test_intervals_are_written_from_end_to_end() -> None:
    assert shares(Interval(-0.118, 0.07)) == f"{MINUS}11.8 to 7.0"
    assert coefficients(Interval(0.272, 0.3088)) == "0.272 to 0.309"
    assert shares(None) == coefficients(None) == "none"


def test_whisker_lies_on_its_scale() -> None:
    mark = whisker(0.25, Interval(0.0, 0.5), (-1, 1), 0)

    assert mark is not None
    assert (mark.x, mark.low, mark.high, mark.ref) == ("62.5%", "50.0%", "75.0%", "50.0%")
    assert mark.label == "0.250, 95\u00a0% interval 0.000 to 0.500, on a scale from -1 to 1"


def test_whisker_ends_at_the_scale_and_words_say_the_number() -> None:
    mark = whisker(-0.2, Interval(-0.4, 0.1), (0, 1))

    assert mark is not None
    assert (mark.x, mark.low) == ("0.0%", "0.0%")
    assert f"{MINUS}0.200" in mark.label


def test_no_interval_no_line_and_no_value_no_mark() -> None:
    mark = whisker(0.5, None, (0, 1))

    assert mark is not None
    assert (mark.low, mark.high, mark.ref) == (None, None, None)
    assert whisker(None, None, (0, 1)) is None


def test_capitals_touch_the_first_letter_only() -> None:
    assert capitalize_first("percent of GPT") == "Percent of GPT"
    assert capitalize_first("") == ""


@pytest.mark.parametrize(
    ("share", "name"), [(0.0, "h1"), (0.25, "h2"), (0.5, "h5"), (0.51, "h5"), (1.0, "h9")]
)
def test_heat_class_grows_with_the_share(share: float, name: str) -> None:
    assert heat_class(share) == name
