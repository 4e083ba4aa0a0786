from pathlib import Path

import pytest

from evalhub.core.prompts.cards import (
    MAX_README_BYTES,
    SetCard,
    card_to_json,
    read_front_matter,
    read_set_card,
)
from evalhub.core.prompts.options import RowDefaults
from evalhub.errors import BadInput

SHIPPED = Path(__file__).parents[3] / "prompts"
CARD = """\
schema: evalhub.promptset/1
id: rivers
title: Questions about rivers
domain: geography
language: en
license: CC-BY-4.0
n_prompts: 2
authors: [A. Writer]
"""
FRONT_MATTER = """\
---
language:
- en
license: cc-by-4.0
pretty_name: Questions about rivers
size_categories:
- n<1K
configs:
- config_name: default
  data_files:
  - split: train
    path: data/*.parquet
---
# Rivers
"""


def card(text: str) -> SetCard:
    return read_set_card(text.encode(), where="set.yaml")


def test_a_card_describes_its_set_and_fills_gaps() -> None:
    found = card(CARD)

    assert (found.id, found.title, found.n_prompts) == ("rivers", "Questions about rivers", 2)
    assert found.defaults == RowDefaults("geography", "en", "CC-BY-4.0")


def test_a_card_may_be_json() -> None:
    found = card('{"schema": "evalhub.promptset/1", "id": "a", "title": "A"}')

    assert found == SetCard("a", "A")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("id: a\ntitle: A\n", "field 'schema': must be", id="no schema"),
        pytest.param(CARD.replace("set/1", "set/2"), "line 1, field 'schema': must be", id="other"),
        pytest.param(CARD + "colour: red\n", "unknown key 'colour'", id="unknown key"),
        pytest.param(CARD + "notes: Yes\n", "set.yaml line 9", id="implicit boolean"),
        pytest.param("- a\n", "must be a set of keys and values", id="list"),
        pytest.param("", "is empty", id="nothing"),
        pytest.param("\ufeff" + CARD, "byte order mark", id="byte order mark"),
    ],
)
def test_a_broken_card_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        card(text)


def test_front_matter_of_the_hub_is_a_card() -> None:
    found = read_front_matter(FRONT_MATTER.encode(), where="README.md", folder="rivers")

    assert found == SetCard("rivers", "Questions about rivers", language="en", license="cc-by-4.0")


@pytest.mark.parametrize(
    "text", ["# Rivers\n", "---\n- a\n---\n"], ids=["no front matter", "front matter is a list"]
)
def test_a_readme_that_says_nothing_leaves_the_folder_its_name(text: str) -> None:
    found = read_front_matter(text.encode(), where="README.md", folder="rivers")

    assert found == SetCard("rivers", "rivers")


def test_broken_front_matter_is_refused_with_its_line() -> None:
    with pytest.raises(BadInput, match=r"README.md line 3.*'a' appears twice"):
        read_front_matter(b"---\na: x\na: y\n---\n", where="README.md", folder="f")


def test_a_card_is_kept_without_what_it_does_not_say() -> None:
    assert card_to_json(SetCard("a", "A", authors=("B",))) == {
        "schema": "evalhub.promptset/1",
        "id": "a",
        "title": "A",
        "authors": ["B"],
    }


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*/set.yaml")), ids=lambda p: p.parent.name)
def test_every_shipped_card_names_its_folder(path: Path) -> None:
    assert read_set_card(path.read_bytes(), where=path.name).id == path.parent.name


def test_a_readme_may_be_far_longer_than_its_front_matter() -> None:
    data = b"---\npretty_name: Rivers\n---\n" + b"Much is told here. " * 50_000

    assert read_front_matter(data, where="README.md", folder="rivers").title == "Rivers"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        pytest.param(b"---\nx: |\n" + b"  y\n" * 60_000 + b"---\n", "at most 200,000", id="front"),
        pytest.param(b"x" * (MAX_README_BYTES + 1), "at most 4,194,304 are read", id="readme"),
        pytest.param(b"---\nx: \xff\n---\n", "README.md line 2: is not UTF-8", id="encoding"),
        pytest.param(b"\xef\xbb\xbf---\nx: y\n---\n", "byte order mark", id="mark"),
    ],
)
def test_a_readme_that_cannot_be_read_is_refused(data: bytes, rule: str) -> None:
    with pytest.raises(BadInput, match=rule):
        read_front_matter(data, where="README.md", folder="rivers")
