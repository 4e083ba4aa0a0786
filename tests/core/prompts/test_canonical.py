from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.canonical import Json, canonical_json
from evalhub.core.prompts.canonical import (
    content_key,
    prompt_hash,
    prompt_set_hash,
    prompt_to_json,
    row_to_json,
)
from evalhub.core.prompts.parsing import prompt_from_row
from tests.core.prompts.rows import prompt, row, user

FULL: dict[str, Json] = {
    "reference": ["a", "b"],
    "criteria": [{"id": "c", "text": "T", "points": 1, "tags": ["x"]}],
    "as_of": "2026-11-21",
    "source": {"kind": "public", "collected_at": "2025-01-01"},
    "pii": {"scanned_by": "me", "result": "none"},
    "metadata": {"k": [1, None]},
    "responses": [
        {"model": "m", "content": "", "finish_reason": "length", "generated_at": "2026-01-01"}
    ],
}


def test_the_canonical_row_leaves_out_what_is_absent() -> None:
    assert canonical_json(prompt_to_json(prompt())) == (
        '{"domain":"medicine","id":"q1","language":"en","license":"CC-BY-4.0",'
        '"messages":[{"content":"What is fever?","role":"user"}],'
        '"schema":"evalhub.prompt/1","source":{"kind":"written"},"split":"train"}'
    )


@pytest.mark.parametrize("changes", [{}, FULL], ids=["fewest fields", "many fields"])
def test_a_canonical_row_reads_back_as_the_same_prompt(changes: dict[str, Json]) -> None:
    first = prompt(**changes)

    assert prompt_from_row(row_to_json(first), where="again") == first


def test_the_stored_row_names_no_model() -> None:
    assert "responses" not in prompt_to_json(prompt(**FULL))


def test_the_two_ways_to_write_one_turn_are_one_prompt() -> None:
    assert prompt_hash(prompt()) == prompt_hash(
        prompt(prompt=None, messages=[user("What is fever?")])
    )


@given(st.permutations(range(5)))
def test_the_hash_of_a_set_does_not_depend_on_the_order(order: list[int]) -> None:
    prompts = [prompt(id=f"q{i}") for i in range(5)]

    assert prompt_set_hash(prompts[i] for i in order) == prompt_set_hash(prompts)


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": "What is a fever?"},
        {"license": "MIT"},
        {"tags": ["x"]},
        {"responses": [{"model": "m", "content": "A"}]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_any_change_of_a_row_changes_the_hash_of_the_set(changes: dict[str, Json]) -> None:
    assert prompt_set_hash([prompt(**changes)]) != prompt_set_hash([prompt()])


def test_the_hash_of_a_set_is_known() -> None:
    prompts = [prompt(id="b"), prompt(id="a")]

    assert (
        prompt_set_hash(prompts)
        == "939314365f0b89b7f84c8adc3256ecca10dc941bf2039b25caa1d503c947ec9d"
    )


def test_what_is_asked_decides_exact_duplicates() -> None:
    first = prompt(id="a", tags=["x"])

    assert content_key(first) == content_key(replace(first, id="b", domain="law"))
    assert content_key(first) != content_key(prompt(prompt="What is fever"))


def test_responses_do_not_change_a_derived_id() -> None:
    with_one = prompt_from_row(row(id=None, responses=FULL["responses"]), where="x")

    assert with_one.id == prompt(id=None).id
