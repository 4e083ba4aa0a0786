"""What is set on a response stands, and what is missing is added once."""

import pytest
from werkzeug.wrappers import Response

from evalhub.web.security import HEADERS, add_headers


@pytest.mark.parametrize("name", ["Referrer-Policy", "referrer-policy", "CACHE-CONTROL"])
def test_what_a_view_has_set_stands_however_it_is_written(name: str) -> None:
    given = Response(headers={name: "its own"})

    headers = add_headers(given, is_https=False, is_static=False).headers

    assert headers.getlist(name) == ["its own"]
    assert all(known in headers for known in ("Cache-Control", *HEADERS))
    assert "Strict-Transport-Security" not in headers


def test_what_is_the_same_for_all_may_be_kept_by_anybody() -> None:
    headers = add_headers(Response(), is_https=True, is_static=True).headers

    assert "Cache-Control" not in headers
    assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert {name: headers.getlist(name) for name in HEADERS} == {
        name: [value] for name, value in HEADERS.items()
    }
