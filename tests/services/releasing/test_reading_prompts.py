"""Stored prompts are read fast where they are sound, and with a place where they are not."""

import pytest

from evalhub.core.canonical import Json, canonical_json
from evalhub.core.prompts.canonical import prompt_to_json
from evalhub.core.prompts.parsing import prompt_from_row
from evalhub.errors import BadInput
from evalhub.services.releasing.reading_prompts import read_prompt

ROW: dict[str, Json] = {
    "id": "p1",
    "domain": "law",
    "language": "en",
    "license": "CC-BY-4.0",
    "source": {"kind": "written"},
    "messages": [{"role": "user", "content": "Is silence consent?\n\u2028\u00e4"}],
}
WHOLE: dict[str, Json] = {
    **ROW,
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Is silence consent?"},
        {"role": "assistant", "content": "No."},
        {"role": "user", "content": "Never?"},
    ],
    "source": {
        "kind": "synthetic",
        "generator": "model-1",
        "author": "A. N. Author",
        "collected_at": "2026-01-02",
    },
    "split": "gold",
    "reference": ["Silence is no consent."],
    "criteria": [{"text": "Cites the code.", "points": 2.5, "tags": ["law"]}],
    "jurisdiction": "DE",
    "specialty": "contracts",
    "as_of": "2026-03-04",
    "audience": "counsel",
    "tags": ["consent", "silence"],
    "difficulty": "hard",
    "risk": "hazard",
    "pii": {"scanned_by": "a person", "result": "none"},
    "metadata": {
        "control": [{"better": "a", "worse": "b"}],
        "deep": [1, 2.5, True, None, {"x": "1"}],
    },
}


@pytest.mark.parametrize("row", [ROW, WHOLE], ids=["least", "whole"])
def test_a_prompt_comes_back_as_it_was_stored(row: dict[str, Json]) -> None:
    prompt = prompt_from_row(row, where="here")

    found = read_prompt(canonical_json(prompt_to_json(prompt)), key="p1")

    assert found == prompt
    # True is 1 to Python, and another prompt to whoever reads the row.
    assert canonical_json(prompt_to_json(found)) == canonical_json(prompt_to_json(prompt))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"risk": "some"}, "risk"),
        ({"messages": []}, "messages"),
        ({"as_of": 7}, "as_of"),
        ({"schema": "evalhub.prompt/2"}, "schema"),
        ({"source": "written"}, "source"),
    ],
    ids=["an unknown word", "no messages", "no date", "another schema", "no object"],
)
def test_a_row_that_is_no_prompt_is_refused_with_its_place(
    change: dict[str, Json], named: str
) -> None:
    row = prompt_to_json(prompt_from_row(WHOLE, where="here")) | change

    with pytest.raises(BadInput, match=f"prompt 'p1', field '{named}") as found:
        read_prompt(canonical_json(row), key="p1")

    assert len(found.value.problems) == 1


def test_a_row_in_another_form_than_the_stored_one_is_read_all_the_same() -> None:
    prompt = read_prompt(canonical_json(ROW | {"id": 7}), key="7")

    assert (prompt.id, prompt.domain) == ("7", "law")


def test_a_licence_that_left_the_list_since_the_prompt_was_stored_stands() -> None:
    row = prompt_to_json(prompt_from_row(ROW, where="here")) | {"license": "Left-SPDX-1.0"}

    assert read_prompt(canonical_json(row), key="p1").license == "Left-SPDX-1.0"
