"""Serve a script file: ``python -m evalhub.endpoints.scripted FILE [PORT] [LOG]``."""

import sys
import threading
from pathlib import Path

from evalhub.endpoints.scripted.script import read_script
from evalhub.endpoints.scripted.server import ScriptedServer


def serve(arguments: list[str], *, until: threading.Event) -> None:
    """Serve the file, print the base address as the first line, and stop when ``until`` is set."""
    port = int(arguments[1]) if len(arguments) > 1 else 0
    log = Path(arguments[2]) if len(arguments) > 2 else None  # noqa: PLR2004 - FILE PORT LOG
    with ScriptedServer(read_script(Path(arguments[0])), port=port, log=log) as server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        until.wait()


if __name__ == "__main__":
    serve(sys.argv[1:], until=threading.Event())
