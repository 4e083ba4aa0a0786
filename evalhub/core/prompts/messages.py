"""Read the messages of a prompt, whichever way a row gives them."""

from evalhub.core.canonical import Json
from evalhub.core.prompts.fields import Fields
from evalhub.core.prompts.limits import MAX_MESSAGE_BYTES, MAX_MESSAGES
from evalhub.core.prompts.records import Message
from evalhub.core.prompts.vocabulary import MessageRole
from evalhub.core.reading.quoting import shown

FIELDS = ("role", "content")


def read_messages(fields: Fields) -> tuple[Message, ...]:
    """Return the messages of ``messages``, or of ``prompt`` (one text, or such a list).

    A ``system`` field becomes the first message. What is wrong is added to ``fields``.
    """
    if fields.has("messages") and fields.has("prompt"):
        fields.add("prompt", "stands beside 'messages'; give one of the two")
    if not fields.has("messages") and not fields.has("prompt"):
        fields.add("messages", "is missing; give 'messages' or 'prompt'")
    before = len(fields.problems)
    system = _system(fields)
    turns = _single(fields) if isinstance(fields.get("prompt"), str) else _listed(fields)
    messages = (*system, *turns)
    if len(fields.problems) == before and turns:
        _check_order(messages, fields)
    return messages


def _system(fields: Fields) -> tuple[Message, ...]:
    text = fields.text("system", limit=MAX_MESSAGE_BYTES)
    return () if text is None else (Message(MessageRole.SYSTEM, text),)


def _single(fields: Fields) -> tuple[Message, ...]:
    text = _content(fields, "prompt")
    return () if text is None else (Message(MessageRole.USER, text),)


def _listed(fields: Fields) -> tuple[Message, ...]:
    name = "messages" if fields.has("messages") else "prompt"
    if fields.get(name) == []:
        fields.add(name, "is an empty list")
    read = [_message(item) for item in fields.objects(name, most=MAX_MESSAGES)]
    return tuple(message for message in read if message is not None)


def _message(item: Fields) -> Message | None:
    item.refuse_unknown(FIELDS)
    item.require(*FIELDS)
    # Taken as system it would change what other models are asked; newer servers alone know it.
    if item.get("role") == "developer":
        item.add("role", "'developer' is not used here; write 'system'")
        return None
    role = item.word("role", MessageRole)
    content = _parts(item) if isinstance(item.get("content"), list) else _content(item, "content")
    return None if role is None or content is None else Message(role, content)


def _content(fields: Fields, name: str) -> str | None:
    # The limit is in bytes, and no text has fewer bytes than characters: the cheap test first.
    text = fields.text(name, limit=MAX_MESSAGE_BYTES)
    if text is not None and len(text.encode()) > MAX_MESSAGE_BYTES:
        fields.add(name, f"has more than {MAX_MESSAGE_BYTES:,} bytes")
        return None
    return text


def _parts(item: Fields) -> str | None:
    """Join the text parts of a message with a blank line; other parts are refused."""
    before = len(item.problems)
    texts = []
    for part in item.objects("content", most=MAX_MESSAGES):
        kind = part.get("type")
        if kind != "text":
            part.add("type", f"{shown(kind)} cannot be shown yet; only 'text' parts are read")
            continue
        part.refuse_unknown(("type", "text"))
        part.require("text")
        texts.append(_content(part, "text"))
    joined = "\n\n".join(text for text in texts if text is not None)
    if not joined and len(item.problems) == before:
        item.add("content", "is an empty list")
    if len(joined.encode()) > MAX_MESSAGE_BYTES:
        item.add("content", f"has more than {MAX_MESSAGE_BYTES:,} bytes")
    return joined or None


def _check_order(messages: tuple[Message, ...], fields: Fields) -> None:
    roles = [message.role for message in messages]
    if roles.count(MessageRole.SYSTEM) > 1:
        fields.add("messages", "holds more than one system message")
    elif MessageRole.SYSTEM in roles[1:]:
        fields.add("messages", "has its system message in another place than the first")
    # Some servers continue a last assistant message instead of answering, others refuse it, so
    # the responses of two endpoints would not be answers to the same thing.
    if roles[-1] is not MessageRole.USER:
        fields.add("messages", f"must end with a user message, not with {roles[-1].value!r}")


def messages_to_json(messages: tuple[Message, ...]) -> Json:
    """Return messages as ``[{role, content}]``."""
    return [{"role": message.role.value, "content": message.content} for message in messages]
