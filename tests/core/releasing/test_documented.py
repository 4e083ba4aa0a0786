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


def section(part: Part) -> str:
    """Return what the guide says under the heading of a table, up to the next heading."""
    return DOCS.partition(f"\n## `{part}`\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("part", [Part.PAIRS, Part.TIES, Part.JUDGMENTS, Part.PROMPTS, Part.TRL])
def test_every_column_is_told_under_its_table(part: Part) -> None:
    told = section(part)

    assert [name for name in SCHEMAS[part].names if f"`{name}`" not in told] == []


def test_what_margins_add_to_pairs_is_told_under_their_table() -> None:
    told = section(Part.PAIRS_MARGIN)

    added = set(SCHEMAS[Part.PAIRS_MARGIN].names) - set(SCHEMAS[Part.PAIRS].names)
    assert added == {name for name in added if f"`{name}`" in told} != set()


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
