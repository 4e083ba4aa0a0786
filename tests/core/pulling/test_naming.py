"""Text in which a model names itself is found; text about models is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.pulling.naming import (
    _LIKELY,
    LIMIT,
    MAKERS,
    MODELS,
    names_itself,
    naming_spans,
)


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("Hello! I am ChatGPT, and I can help.", "I am ChatGPT"),
        ("Hi, I'm Claude, an assistant.", "I'm Claude"),
        ("I’m an AI assistant called Gemini.", "I’m an AI assistant called Gemini"),  # noqa: RUF001 - as models write it
        ("My name is Qwen2.5.", "My name is Qwen"),
        ("As ChatGPT, I cannot say.", "As ChatGPT"),
        (
            "As a large language model trained by OpenAI, I cannot.",
            "As a large language model trained by OpenAI",
        ),
        ("I was created by Anthropic.", "I was created by Anthropic"),
        ("Note that OpenAI trained me for this.", "OpenAI trained me"),
        ("This is a Google-developed assistant.", "This is a Google-developed"),
        ("hi, i'm claude.", "i'm claude"),
        ("I am CLAUDE.", "I am CLAUDE"),
        ("i am gemini, hello", "i am gemini"),
        ("I'm\nClaude.", "I'm\nClaude"),
        ("I'm an AI\nassistant named Claude.", "I'm an AI\nassistant named Claude"),
        ("i was trained by openai.", "i was trained by openai"),
        ("Ich bin ChatGPT.", "Ich bin ChatGPT"),
        ("Je suis Mistral, un assistant.", "Je suis Mistral"),
        ("我是DeepSeek，很高兴。", "我是DeepSeek"),  # noqa: RUF001 - Chinese punctuation
    ],
)
def test_a_model_that_names_itself_is_found(text: str, passage: str) -> None:
    assert names_itself(text) == passage


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GPT-4 scored higher than Claude 2 on the exam.",
        "I am afraid I cannot say.",
        "Google Scholar lists the trial; Microsoft Excel opens the table.",
        "As an AI language model, I cannot examine you.",
        "This is a palm tree, and this is a llama.",
        "I am going to google how it is made.",
        "I am doing a meta-analysis that was designed well.",
        "I am glad to help\nClaude Bernard described it in 1865.",
        "I am\n\nClaude",
        "I am not sure. Claude Bernard described it in 1865.",
    ],
)
def test_text_about_other_things_is_not(text: str) -> None:
    assert names_itself(text) is None


def test_the_endpoints_own_name_counts_wherever_it_stands() -> None:
    text = "Powered by Model-Large-7B today"

    assert names_itself(text, ("org/model-large-7b",)) == "Model-Large-7B"


@pytest.mark.parametrize("name", ["careful", "x1", ""], ids=["plain word", "short", "empty"])
def test_a_name_that_is_an_ordinary_word_does_not_count(name: str) -> None:
    assert names_itself("Be careful with x1.", (name,)) is None


def test_a_longer_name_is_not_taken_for_a_shorter_one() -> None:
    assert names_itself("Use model-7b-turbo.", ("model-7b",)) is None


def test_the_first_of_several_passages_is_given() -> None:
    assert names_itself("I am Claude. I am ChatGPT.") == "I am Claude"


def test_a_long_passage_is_cut() -> None:
    assert len(names_itself("x-" + "9" * 300, ("x-" + "9" * 300,)) or "") == LIMIT


PIECES = st.sampled_from(
    ["I am ", "Claude", "GPT-4", " made by ", "OpenAI", ". ", "\n", "x", "As ", "made", " me"]
)


@given(st.lists(PIECES, max_size=12).map("".join), st.sampled_from([(), ("x-1",), ("org/m-7b",)]))
def test_the_passages_to_hide_lie_apart_in_the_text(text: str, names: tuple[str, ...]) -> None:
    spans = naming_spans(text, names)

    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(text) for start, end in spans)


@given(st.lists(PIECES, max_size=12).map("".join), st.sampled_from([(), ("x-1",), ("org/m-7b",)]))
def test_a_text_names_itself_where_there_is_something_to_hide(
    text: str, names: tuple[str, ...]
) -> None:
    passage = names_itself(text, names)

    assert (passage is not None) is bool(naming_spans(text, names))
    assert passage is None or passage in text


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_no_text_with_a_name_is_passed_over(data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from((*MODELS, *MAKERS)))
    name = data.draw(st.from_regex(f"(?i:{pattern})", fullmatch=True).filter(_LIKELY.fullmatch))

    assert names_itself(f"I am {name}.") or not names_itself(f"Claude aside, I am {name}.")


@pytest.mark.parametrize("name", ["M\u0131stral", "\u212aimi", "MiNiMax", "M\u0130n\u0131Max"])
def test_letters_that_count_as_others_hide_no_name(name: str) -> None:
    assert bool(names_itself(f"i am {name}.")) is bool(names_itself(f"Claude aside, i am {name}."))
