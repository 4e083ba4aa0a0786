import pytest
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule

from evalhub.rim.routing import BoundedInteger, is_api, page_number


@pytest.mark.parametrize(
    ("text", "page"),
    [
        (None, 1),
        ("", 1),
        ("0", 1),
        ("3", 3),
        ("-1", 1),
        ("x", 1),
        ("²", 1),
        ("9" * 7, 1_000_000),
        ("9" * 5000, 1),
    ],
)
def test_a_page_is_always_a_page(text: str | None, page: int) -> None:
    assert page_number(text) == page


@pytest.mark.parametrize(("path", "api"), [("/api/v1/x", True), ("/api", False), ("/", False)])
def test_addresses_of_the_api_are_told_apart(path: str, api: bool) -> None:
    assert is_api(path) is api


@pytest.mark.parametrize("digits", ["1" * 10, "1" * 5000], ids=["ten", "many"])
def test_numbers_too_long_for_a_column_lead_nowhere(digits: str) -> None:
    rules = Map([Rule("/<int:n>", endpoint="n")], converters={"int": BoundedInteger})
    urls = rules.bind("localhost")

    assert urls.match("/123456789") == ("n", {"n": 123_456_789})
    with pytest.raises(NotFound):
        urls.match(f"/{digits}")
