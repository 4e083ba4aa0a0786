"""Separate reasoning that a server left inside the answer from the answer."""

import re

_BLOCK = re.compile(r"\A\s*<think(?:ing)?>(.*?)</think(?:ing)?>\s*", re.DOTALL)
_OPEN = re.compile(r"\A\s*<think(?:ing)?>")
_CLOSE = re.compile(r"</think(?:ing)?>\s*")


def split_thinking(content: str) -> tuple[str, str]:
    """Return (answer, reasoning) of ``content``.

    Reasoning stands in a ``<think>`` block at the start. Some chat templates write the
    opening tag themselves, so a lone closing tag ends reasoning too; a block that is never
    closed is reasoning to its end. Tags later in the text belong to the answer.
    """
    # Only at the start: an answer about HTML or prompting may well hold such tags itself.
    block = _BLOCK.match(content)
    if block:
        return content[block.end() :], block.group(1).strip()
    opened = _OPEN.match(content)
    if opened:
        return "", content[opened.end() :].strip()
    closed = _CLOSE.search(content)
    if closed and "<think" not in content:
        return content[closed.end() :], content[: closed.start()].strip()
    return content, ""
