from dataclasses import fields
from enum import StrEnum
from pathlib import Path

import pytest

from evalhub.core.releasing.dossier.croissant import RAI
from evalhub.core.releasing.dossier.datasheet import HEADINGS
from evalhub.core.releasing.dossier.fields import (
    Dossier,
    DossierField,
    Figure,
    SummaryRow,
    Unit,
)
from evalhub.core.releasing.dossier.vocabulary import FieldName, FieldOrigin
from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.vocabulary import FilterName, PairOutcome, Part, Split

KINDS = (Dossier, DossierField, Figure, SummaryRow)
DOCS = (Path(__file__).parents[3] / "docs" / "releases.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("part", "column"), [(part, name) for part in Part for name in SCHEMAS[part].names]
)
def test_every_column_is_documented(part: Part, column: str) -> None:
    assert f"`{column}`" in DOCS


@pytest.mark.parametrize("word", [*Part, *Split, *FilterName, *PairOutcome])
def test_every_word_is_documented(word: StrEnum) -> None:
    assert f"`{word}`" in DOCS


@pytest.mark.parametrize("word", [*FieldName, *FieldOrigin, *Unit])
def test_every_field_of_the_dossier_is_documented(word: StrEnum) -> None:
    assert f"`{word}`" in DOCS


@pytest.mark.parametrize("heading", HEADINGS)
def test_every_heading_of_the_datasheet_is_documented(heading: str) -> None:
    assert heading.lower() in DOCS.lower()


@pytest.mark.parametrize("name", [field.name for kind in KINDS for field in fields(kind)])
def test_every_key_of_the_dossier_is_documented(name: str) -> None:
    assert f"`{name}`" in DOCS


@pytest.mark.parametrize("term", RAI)
def test_every_term_of_the_description_is_documented(term: str) -> None:
    assert f"`{term}`" in DOCS
