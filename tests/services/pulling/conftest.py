"""Fixtures of a pull's scene."""

from tests.pulling import scene, server, tools

__all__ = ["scene", "server", "tools"]
