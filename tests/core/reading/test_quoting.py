import pytest

from evalhub.core.canonical import Json
from evalhub.core.reading.quoting import kind_of, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("a\nb", "'a\\nb'", id="text on one line"),
        pytest.param("x" * 100, "'" + "x" * 60 + "…'", id="long text is cut"),
        pytest.param(3, "3", id="number"),
        pytest.param(None, "None", id="null"),
        pytest.param([1, 2], "a list", id="list by its kind"),
        pytest.param({"a": 1}, "an object", id="object by its kind"),
    ],
)
def test_a_value_is_shown_short(value: Json, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"),
        (True, "true or false"),
        (1.5, "a number"),
        ("", "text"),
        ({}, "an object"),
        ([], "a list"),
    ],
    ids=str,
)
def test_a_kind_is_named_for_people(value: Json, kind: str) -> None:
    assert kind_of(value) == kind
