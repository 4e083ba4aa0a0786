from dataclasses import fields, is_dataclass
from enum import StrEnum
from pathlib import Path

import pytest

from evalhub.core.rubrics import about, schema, vocabulary
from evalhub.core.rubrics.vocabulary import Modality, Route, ShowReference, Stage, VetoOverride

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "rubrics.md").read_text("utf-8")
NAMES = sorted(
    {
        item.name
        for module in (about, schema)
        for kind in vars(module).values()
        if isinstance(kind, type) and is_dataclass(kind)
        for item in fields(kind)
    }
)


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_the_schema_is_documented(name: str) -> None:
    assert f"`{name}`" in GUIDE or f"`{name}:" in GUIDE or f"`{name}." in GUIDE


@pytest.mark.parametrize(
    "kind", [Modality, Route, ShowReference, Stage, VetoOverride, vocabulary.Match, vocabulary.Mode]
)
def test_every_word_to_choose_from_is_documented(kind: type[StrEnum]) -> None:
    words = [member.value for member in kind]

    assert [word for word in words if f"`{word}`" not in GUIDE and f'`"{word}"`' not in GUIDE] == []
