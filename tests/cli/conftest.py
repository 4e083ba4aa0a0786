"""Fixtures of pulls: a small scene, and one long enough to be killed halfway."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.processes import big_scene, halfway_server
from tests.pulling import scene, server

__all__ = ["big_scene", "halfway_server", "scene", "server"]


@pytest.fixture(autouse=True)
def _logs_put_back() -> Iterator[None]:
    """Undo what a command that runs in this process does to its logs."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    if root.handlers != handlers:
        root.handlers[:], root.level = handlers, level
        structlog.reset_defaults()
