"""What a key that is limited to some releases names, and what it opens."""

import pytest

from evalhub.core.people import ReleaseLimit
from evalhub.core.releasing.limits import parse_limit
from evalhub.errors import BadInput


@pytest.mark.parametrize(
    ("names", "project", "version", "is_open"),
    [
        (("a",), "a", "1.0.0", True),
        (("a",), "a", "2.3.4", True),
        (("a",), "ab", "1.0.0", False),
        (("a@1.0.0",), "a", "1.0.0", True),
        (("a@1.0.0",), "a", "1.1.0", False),
        (("b", "a@1.0.0"), "a", "1.0.0", True),
    ],
)
def test_a_limit_opens_what_it_names(
    names: tuple[str, ...], project: str, version: str, *, is_open: bool
) -> None:
    assert ReleaseLimit(names).allows(project, version) is is_open


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ([" b, a@1.0.0\n a@1.0.0"], ("a@1.0.0", "b")),
        (["b", "a"], ("a", "b")),
        (["a,b"], ("a", "b")),
    ],
)
def test_names_are_read_as_people_type_them(typed: list[str], names: tuple[str, ...]) -> None:
    assert parse_limit(typed) == ReleaseLimit(names)


@pytest.mark.parametrize("typed", [[], [""], [" , \n"]])
def test_nothing_named_is_no_limit(typed: list[str]) -> None:
    assert parse_limit(typed) is None


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("@1.0.0", "'@1.0.0' is neither PROJECT nor PROJECT@VERSION"),
        ("x" * 81, "is neither PROJECT nor PROJECT@VERSION"),
        ("a@", "'a@': the version '': must be three numbers"),
        ("a@one", "'a@one': the version 'one': must be three numbers"),
        ("a@1.0.0@2.0.0", "must be three numbers"),
        (" ".join(f"p{n}" for n in range(51)), "names 51; a key is limited to 50"),
    ],
)
def test_what_names_no_release_is_refused(typed: str, rule: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_limit([typed])

    assert caught.value.problems[0].where == "releases"
    assert rule in caught.value.problems[0].rule


def test_every_bad_name_is_told_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        parse_limit(["a@x", "b", "c@y"])

    assert len(caught.value.problems) == 2
