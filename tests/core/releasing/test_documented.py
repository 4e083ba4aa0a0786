from enum import StrEnum
from pathlib import Path

import pytest

from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.vocabulary import FilterName, PairOutcome, Part, Split

DOCS = (Path(__file__).parents[3] / "docs" / "releases.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("part", "column"), [(part, name) for part in Part for name in SCHEMAS[part].names]
)
def test_every_column_is_documented(part: Part, column: str) -> None:
    assert f"`{column}`" in DOCS


@pytest.mark.parametrize("word", [*Part, *Split, *FilterName, *PairOutcome])
def test_every_word_is_documented(word: StrEnum) -> None:
    assert f"`{word}`" in DOCS
