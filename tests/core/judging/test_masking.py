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
