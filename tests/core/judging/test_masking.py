"""What names the model is masked before anybody reads it."""

import pytest

from evalhub.core.judging.masking import MASK, mask_names
from evalhub.core.pulling.naming import names_itself


@pytest.mark.parametrize(
    "text",
    [
        "As ChatGPT, I cannot examine you.",
        "I am Claude. I was made by Anthropic. I'm Claude, really.",
        "My name is cedar-large and cedar-large says rest.",
    ],
    ids=["as", "twice", "own-name"],
)
def test_every_passage_is_masked(text: str) -> None:
    masked = mask_names(text, ["cedar-large"])

    assert MASK in masked
    assert names_itself(masked, ["cedar-large"]) is None


def test_an_answer_about_models_stays_as_it_is() -> None:
    text = "ChatGPT and Claude are two chatbots; neither is a doctor."

    assert mask_names(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (
            "I am ChatGPT, a large language model trained by OpenAI, based on GPT-4.",
            f"{MASK}, based on {MASK}.",
        ),
        ("I'm Claude, an AI assistant created by Anthropic.", f"{MASK}."),
        (
            "I'm Claude, and whatever you may have heard of it elsewhere, it is Anthropic's work.",
            f"{MASK}, and whatever you may have heard of it elsewhere, it is {MASK}'s work.",
        ),
        ("Made by OpenAI, I am ChatGPT.", f"Made by {MASK}, {MASK}."),
        ("I'm\nClaude, by\nAnthropic. Rest.", f"{MASK}, by\n{MASK}. Rest."),
        ("I am Claude. OpenAI is a firm.", f"{MASK}. OpenAI is a firm."),
        ("I am Claude\n\nOpenAI is a firm.", f"{MASK}\n\nOpenAI is a firm."),
        ("i'm claude, made by anthropic", MASK),
    ],
    ids=["gpt", "maker", "far", "before", "wrapped", "next-sentence", "paragraph", "small"],
)
def test_a_sentence_that_introduces_itself_keeps_no_model_and_no_maker(
    text: str, masked: str
) -> None:
    assert mask_names(text) == masked


@pytest.mark.parametrize("name", ["the model", "[the model names itself]", "names itself"])
def test_a_name_that_is_part_of_the_mask_is_masked_once(name: str) -> None:
    assert mask_names(f"Use {name} .", (name,)) == f"Use {MASK} ."


def test_overlapping_passages_become_one_mask() -> None:
    assert mask_names("I am Claude-3-large.", ("claude-3-large",)) == f"{MASK}."


def test_many_distinct_passages_are_each_masked() -> None:
    text = " ".join(f"I am no. I am GPT-4-{number}." for number in range(300))

    assert mask_names(text) == " ".join([f"I am no. {MASK}."] * 300)
