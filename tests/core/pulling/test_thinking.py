"""Reasoning left in the answer is separated; tags in the answer stay."""

import pytest

from evalhub.core.pulling.thinking import split_thinking


@pytest.mark.parametrize(
    ("content", "answer", "reasoning"),
    [
        pytest.param("Yes.", "Yes.", "", id="none"),
        pytest.param("<think>Hm.</think>\n\nYes.", "Yes.", "Hm.", id="block"),
        pytest.param("\n<thinking>\nHm.\n</thinking>Yes.", "Yes.", "Hm.", id="other name"),
        pytest.param("<think></think>Yes.", "Yes.", "", id="empty block"),
        pytest.param("<think>Hm", "", "Hm", id="never closed"),
        pytest.param("Hm.</think>Yes.", "Yes.", "Hm.", id="opened by the template"),
        pytest.param(
            "Use <think>x</think> so.", "Use <think>x</think> so.", "", id="later in the text"
        ),
    ],
)
def test_thinking_is_split_off(content: str, answer: str, reasoning: str) -> None:
    assert split_thinking(content) == (answer, reasoning)
