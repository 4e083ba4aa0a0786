"""Read the text of chat messages, whose content is text or a list of parts."""

from collections.abc import Mapping, Sequence

from evalhub.core.canonical import Json


def plain_text(content: Json) -> str:
    """Return the text of a message's content; parts of other kinds are passed over."""
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        return ""
    texts = [part.get("text") for part in content if isinstance(part, Mapping)]
    return "".join(text for text in texts if isinstance(text, str))


def split_system(messages: Sequence[Mapping[str, Json]]) -> tuple[str, list[Mapping[str, Json]]]:
    """Return (system text, turns) of ``messages``, for dialects that keep the two apart.

    A prompt has one system message at most, and it comes first.
    """
    system = [one for one in messages if one.get("role") == "system"]
    turns = [one for one in messages if one.get("role") != "system"]
    return "\n\n".join(plain_text(one.get("content")) for one in system), turns


def last_user_text(messages: Sequence[Json]) -> str:
    """Return the text of the last user message, or an empty text."""
    for message in reversed(messages):
        if isinstance(message, Mapping) and message.get("role") == "user":
            return plain_text(message.get("content"))
    return ""
