"""Run a reader on whatever bytes and keep what it ends in."""

from collections.abc import Callable
from typing import TypeVar

from evalhub.errors import BadInput

T = TypeVar("T")


def outcome(read: Callable[[], T]) -> T | BadInput:
    """Return what ``read`` returns, or the ``BadInput`` it raises; nothing else may come."""
    try:
        return read()
    except BadInput as error:
        return error
