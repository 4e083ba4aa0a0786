"""Fixtures of pulls: a small scene, and one long enough to be killed halfway."""

from tests.processes import big_scene, halfway_server
from tests.pulling import scene, server

__all__ = ["big_scene", "halfway_server", "scene", "server"]
