"""Languages in which somebody works, as tags."""

import pytest

from evalhub.core.qualifying.languages import MAX_LANGUAGES, check_languages, primary_tag


@pytest.mark.parametrize(("tag", "primary"), [("sw", "sw"), ("sw-KE", "sw"), ("ZH-Hans-CN", "zh")])
def test_only_the_first_part_routes_work(tag: str, primary: str) -> None:
    assert primary_tag(tag) == primary


def test_tags_are_read_with_blanks_and_twice() -> None:
    assert check_languages([" de ", "de-AT", "EN"]) == (frozenset({"de", "en"}), [])


@pytest.mark.parametrize("tag", ["", "german", "d", "de_AT", "x" * 100, "de\x00", "١٢"])
def test_what_is_no_tag_is_named(tag: str) -> None:
    _languages, problems = check_languages(["en", tag])

    assert [problem.where for problem in problems] == ["languages"]


def test_nobody_works_in_more_than_so_many() -> None:
    tags = [f"a{letter}" for letter in "abcdefghijklmnopqrstu"]

    _languages, problems = check_languages(tags)

    assert len(tags) == MAX_LANGUAGES + 1
    assert [str(problem) for problem in problems] == ["languages: names 21; 20 are enough"]
