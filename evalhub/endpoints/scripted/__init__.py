"""A scripted chat-completions server on loopback, for the demo and for tests."""

from evalhub.endpoints.scripted.script import Script, ScriptedReply, prompt_key, read_script
from evalhub.endpoints.scripted.server import ScriptedServer

__all__ = ["Script", "ScriptedReply", "ScriptedServer", "prompt_key", "read_script"]
