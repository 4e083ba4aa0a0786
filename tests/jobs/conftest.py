"""Fixtures of a pull's scene."""

from tests.pulling import scene, server

__all__ = ["scene", "server"]
