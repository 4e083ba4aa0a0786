"""Licences: SPDX expressions, references of one's own, and what is openly unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.prompts.licences import is_licence
from evalhub.core.prompts.vocabulary import UNKNOWN_LICENSES


@pytest.mark.parametrize(
    "text",
    [
        "CC-BY-4.0",
        "cc-by-4.0",
        "LicenseRef-Hospital-Terms",
        "MIT OR (Apache-2.0 AND CC0-1.0)",
        "Apache-2.0 WITH LLVM-exception",
        *UNKNOWN_LICENSES,
        "NOASSERTION",
    ],
)
def test_what_can_be_looked_up_or_is_openly_unknown_is_a_licence(text: str) -> None:
    assert is_licence(text)


@pytest.mark.parametrize(
    "text", ["mine", "CC-BY", "MIT OR mine", "MIT OR", "LicenseRef-", "unknown OR MIT", ""]
)
def test_what_nobody_can_look_up_is_none(text: str) -> None:
    assert not is_licence(text)


@given(st.text(max_size=60))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    assert is_licence(text) in {True, False}
