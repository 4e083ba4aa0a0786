"""The guide names every field, word and format."""

from enum import StrEnum
from pathlib import Path

import pytest

from evalhub.core.prompts.files import FileFormat
from evalhub.core.prompts.parsing import KNOWN
from evalhub.core.prompts.vocabulary import Audience, MessageRole, Risk, SourceKind, Split

GUIDE = (Path(__file__).parents[3] / "docs" / "prompt-sets.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", KNOWN)
def test_every_field_of_a_row_has_a_line(name: str) -> None:
    assert f"| `{name}` |" in GUIDE


@pytest.mark.parametrize("kind", [Audience, MessageRole, Risk, SourceKind, Split])
def test_every_word_is_named(kind: type[StrEnum]) -> None:
    assert [word for word in kind if f"`{word.value}`" not in GUIDE] == []


@pytest.mark.parametrize("kind", FileFormat)
def test_every_format_is_named(kind: FileFormat) -> None:
    assert f".{kind.value}" in GUIDE
