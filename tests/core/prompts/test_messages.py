import pytest

from evalhub.core.canonical import Json
from evalhub.core.prompts.limits import MAX_MESSAGE_BYTES, MAX_MESSAGES
from evalhub.core.prompts.records import Message
from evalhub.core.prompts.vocabulary import MessageRole
from evalhub.errors import BadInput
from tests.core.prompts.rows import prompt, user

SYSTEM: dict[str, Json] = {"role": "system", "content": "Be brief."}
ASSISTANT: dict[str, Json] = {"role": "assistant", "content": "Hello."}


@pytest.mark.parametrize("name", ["messages", "prompt"])
def test_a_conversation_is_read_from_either_field(name: str) -> None:
    listed = [SYSTEM, user("Hi"), ASSISTANT, user("And now?")]

    found = prompt(**({"prompt": None} | {name: listed}))

    assert [message.role.value for message in found.messages] == [
        "system",
        "user",
        "assistant",
        "user",
    ]
    assert found.system == "Be brief."


def test_the_system_field_becomes_the_first_message() -> None:
    found = prompt(system="Be brief.", messages=[user("Hi")], prompt=None)

    assert found.messages[0] == Message(MessageRole.SYSTEM, "Be brief.")


def test_text_parts_are_joined_by_a_blank_line() -> None:
    parts: list[Json] = [{"type": "text", "text": "One"}, {"type": "text", "text": "Two"}]

    found = prompt(prompt=[{"role": "user", "content": parts}])

    assert found.messages[0].content == "One\n\nTwo"


@pytest.mark.parametrize(
    ("listed", "place", "rule"),
    [
        pytest.param([], "messages", "is an empty list", id="nothing"),
        pytest.param("Hi", "messages", "must be a list, not text", id="text"),
        pytest.param([ASSISTANT], "messages", "must end with a user message", id="assistant last"),
        pytest.param([user("a"), SYSTEM, user("b")], "messages", "another place", id="late system"),
        pytest.param([SYSTEM, SYSTEM, user("b")], "messages", "more than one system", id="systems"),
        pytest.param(["Hi"], "messages[0]", "must be an object, not text", id="message as text"),
        pytest.param([{"role": "user"}], "messages[0].content", "is missing", id="no content"),
        pytest.param(
            [{"role": "human", "content": "a"}], "messages[0].role", "must be one of", id="role"
        ),
        pytest.param(
            [{"role": "developer", "content": "a"}],
            "messages[0].role",
            "write 'system'",
            id="developer",
        ),
        pytest.param([user("a") | {"name": "x"}], "messages[0]", "unknown field 'name'", id="name"),
        pytest.param([user(" \n")], "messages[0].content", "is empty", id="blank"),
        pytest.param([user("a\x00")], "messages[0].content", "U+0000", id="NUL"),
        pytest.param(
            [user("é" * (MAX_MESSAGE_BYTES // 2 + 1))],
            "messages[0].content",
            "has more than 200,000 bytes",
            id="bytes",
        ),
        pytest.param(
            [user("a")] * (MAX_MESSAGES + 1), "messages", "has 501 entries", id="too many"
        ),
        pytest.param(
            [{"role": "user", "content": []}], "messages[0].content", "is an empty list", id="parts"
        ),
        pytest.param(
            [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}],
            "messages[0].content[0].type",
            "'image_url' cannot be shown yet",
            id="image",
        ),
        pytest.param(
            [{"role": "user", "content": [{"type": "text", "text": "a", "cache": 1}]}],
            "messages[0].content[0]",
            "unknown field 'cache'",
            id="unknown part field",
        ),
        pytest.param(
            [{"role": "user", "content": [{"type": "text"}]}],
            "messages[0].content[0].text",
            "is missing",
            id="part without text",
        ),
        pytest.param(
            [{"role": "user", "content": [{"type": "text", "text": "a" * 100_000}] * 2}],
            "messages[0].content",
            "has more than 200,000 bytes",
            id="parts together",
        ),
    ],
)
def test_a_conversation_that_breaks_a_rule_is_refused(listed: Json, place: str, rule: str) -> None:
    with pytest.raises(BadInput) as caught:
        prompt(prompt=None, messages=listed)

    assert caught.value.problems[0].where == f"row, field {place!r}"
    assert rule in caught.value.problems[0].rule


def test_two_ways_at_once_are_refused() -> None:
    with pytest.raises(BadInput, match="field 'prompt': stands beside 'messages'"):
        prompt(messages=[user("a")], prompt="b")


def test_no_messages_at_all_are_refused() -> None:
    with pytest.raises(BadInput, match="field 'messages': is missing; give 'messages' or 'prompt'"):
        prompt(prompt=None)


def test_two_system_prompts_are_refused() -> None:
    with pytest.raises(BadInput, match="more than one system message"):
        prompt(system="Be long.", prompt=[SYSTEM, user("a")])
