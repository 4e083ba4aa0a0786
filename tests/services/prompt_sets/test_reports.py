"""What an upload keeps as text comes back as it was, also where a text holds odd separators."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.prompts.patterns import FORBIDDEN_CONTROLS
from evalhub.core.prompts.records import Prompt
from evalhub.services.prompt_sets.reports import read_rows, write_rows
from tests.core.prompts.rows import prompt

TEXTS = st.text(min_size=1, max_size=30).filter(
    lambda text: bool(text.strip()) and not FORBIDDEN_CONTROLS.search(text)
)


@given(st.lists(TEXTS, max_size=4))
def test_rows_are_read_back(texts: list[str]) -> None:
    prompts = [prompt(id=f"q{n}", prompt=text) for n, text in enumerate(texts)]

    assert list(read_rows(write_rows(prompts))) == prompts


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\n", "\t"])
def test_a_separator_within_a_text_ends_no_row(separator: str) -> None:
    given = prompt(prompt=f"one{separator}two")

    assert list(read_rows(write_rows([given]))) == [given]


def test_only_the_rows_that_are_asked_for_are_read() -> None:
    good: Prompt = prompt()

    rows = read_rows(write_rows([good]) + "this is no row\n")

    assert next(rows) == good


def test_no_rows_are_no_prompts() -> None:
    assert list(read_rows("")) == []
