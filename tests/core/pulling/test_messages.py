"""The text of messages is found in every shape that content has."""

import pytest

from evalhub.core.canonical import Json
from evalhub.core.pulling.messages import last_user_text, plain_text, split_system


@pytest.mark.parametrize(
    ("content", "text"),
    [
        pytest.param("Hi", "Hi", id="text"),
        pytest.param(
            [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}], "AB", id="parts"
        ),
        pytest.param([{"type": "image"}, "x", {"text": 7}], "", id="other parts"),
        pytest.param(None, "", id="null"),
        pytest.param({"text": "x"}, "", id="object"),
    ],
)
def test_content_is_text_or_parts(content: Json, text: str) -> None:
    assert plain_text(content) == text


def test_the_last_user_message_counts() -> None:
    messages: list[Json] = [
        {"role": "user", "content": "First"},
        {"role": "user", "content": [{"type": "text", "text": "Last"}]},
        {"role": "assistant", "content": "Reply"},
        "noise",
    ]

    assert last_user_text(messages) == "Last"


def test_without_a_user_message_there_is_no_text() -> None:
    assert last_user_text([{"role": "system", "content": "Short."}]) == ""


def test_the_system_message_is_told_from_the_turns() -> None:
    turns: list[dict[str, Json]] = [
        {"role": "user", "content": "A"},
        {"role": "assistant", "content": "B"},
    ]
    system: dict[str, Json] = {"role": "system", "content": [{"type": "text", "text": "Short."}]}

    assert split_system([system, *turns]) == ("Short.", turns)
    assert split_system(turns) == ("", turns)
