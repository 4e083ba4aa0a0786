from collections.abc import Callable
from typing import Any

import pytest

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.flavours.pairs import (
    LEFT_OUT,
    PAIR_FLAVOURS,
    axolotl_row,
    hh_rlhf_row,
    llamafactory_row,
    nemo_rl_row,
    openrlhf_row,
    verl_row,
)
from evalhub.core.releasing.rows import MarginRow
from evalhub.core.releasing.vocabulary import Part
from tests.core.releasing.flavours.rows import TALK, make_pair, row_of

ANSWER = [{"role": "assistant", "content": "Rest."}]
OTHER = [{"role": "assistant", "content": "Drink."}]


def test_openrlhf_reads_lists_and_a_margin_that_is_never_null() -> None:
    row = openrlhf_row(row_of(make_pair(turns=TALK)))

    assert [turn["role"] for turn in row["prompt"]] == ["system", "user", "assistant", "user"]
    assert (row["chosen"], row["rejected"]) == (ANSWER, OTHER)
    assert row["margin"] == 1.25


def test_nemo_rl_ranks_the_chosen_completion_first() -> None:
    row = nemo_rl_row(row_of(make_pair(choice=Choice.B)))

    assert row["context"] == [{"role": "user", "content": "What is fever?"}]
    assert row["completions"] == [
        {"rank": 0, "completion": OTHER},
        {"rank": 1, "completion": ANSWER},
    ]


def test_llamafactory_has_the_system_prompt_in_a_column_of_its_own() -> None:
    row = llamafactory_row(row_of(make_pair(turns=TALK)))

    assert row == {
        "conversations": [
            {"from": "human", "value": "My knee hurts."},
            {"from": "gpt", "value": "Since when?"},
            {"from": "human", "value": "Since Monday."},
        ],
        "system": "Be brief.",
        "chosen": {"from": "gpt", "value": "Rest."},
        "rejected": {"from": "gpt", "value": "Drink."},
    }


@pytest.mark.parametrize(
    "turns",
    [
        (("user", "Hello."), ("user", "My knee hurts.")),
        (("assistant", "How can I help?"), ("user", "My knee hurts.")),
    ],
    ids=["two questions in a row", "an assistant first"],
)
def test_llamafactory_leaves_out_what_it_would_skip(turns: tuple[tuple[str, str], ...]) -> None:
    assert llamafactory_row(row_of(make_pair(turns=turns))) is None


def test_axolotl_has_a_system_column_without_a_system_prompt() -> None:
    row = axolotl_row(row_of(make_pair()))

    assert row == {"system": "", "input": "What is fever?", "chosen": "Rest.", "rejected": "Drink."}


def test_axolotl_keeps_the_system_prompt_of_a_single_question() -> None:
    row = axolotl_row(row_of(make_pair(turns=(TALK[0], TALK[1]))))

    assert row is not None
    assert (row["system"], row["input"]) == ("Be brief.", "My knee hurts.")


def test_axolotl_leaves_out_a_conversation() -> None:
    assert axolotl_row(row_of(make_pair(turns=TALK))) is None


def test_verl_marks_the_turns_because_it_knows_no_template() -> None:
    row = verl_row(row_of(make_pair(turns=TALK)))

    assert row == {
        "prompt": (
            "Be brief.\n\nHuman: My knee hurts.\n\nAssistant: Since when?"
            "\n\nHuman: Since Monday.\n\nAssistant:"
        ),
        "chosen": " Rest.",
        "rejected": " Drink.",
    }


def test_hh_rlhf_transcripts_share_everything_but_the_last_turn() -> None:
    row = hh_rlhf_row(row_of(make_pair()))

    assert row == {
        "chosen": "\n\nHuman: What is fever?\n\nAssistant: Rest.",
        "rejected": "\n\nHuman: What is fever?\n\nAssistant: Drink.",
    }


@pytest.mark.parametrize("make", [verl_row, hh_rlhf_row])
@pytest.mark.parametrize(
    "changes",
    [
        {"x_text": "No.\n\nHuman: And now?"},
        {"y_text": "Yes.\n\nAssistant: More."},
        {"turns": (("user", "Complete:\n\nAssistant: I"),)},
    ],
    ids=["chosen", "rejected", "prompt"],
)
def test_text_with_a_speaker_mark_is_left_out(
    make: Callable[[MarginRow], object], changes: dict[str, Any]
) -> None:
    assert make(row_of(make_pair(**changes))) is None


def test_speaker_mark_within_a_sentence_harms_nothing() -> None:
    assert verl_row(row_of(make_pair(x_text="Write Human: and Assistant: here."))) is not None


@pytest.mark.parametrize("part", PAIR_FLAVOURS)
def test_filter_is_named_exactly_where_a_pair_can_be_left_out(part: Part) -> None:
    awkward = [
        make_pair(turns=TALK),
        make_pair(turns=(TALK[1], TALK[1])),
        make_pair(x_text="\n\nHuman: Me."),
    ]

    made = [PAIR_FLAVOURS[part](row_of(pair)) for pair in awkward]

    assert (None in made) == (part in LEFT_OUT)
