"""Serve a script file: ``python -m evalhub.endpoints.scripted FILE --port 8100``."""

import argparse
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from evalhub.endpoints.scripted.script import read_script
from evalhub.endpoints.scripted.server import ScriptedServer
from evalhub.errors import EvalHubError

EPILOG = """\
Each line of FILE is one reply as a JSON object:

  {"model": "model-a", "prompt": "What is fever?", "text": "A raised body temperature."}

"prompt" is the text of the last user message. "finish_reason", "status" and "delay_s"
(seconds) may be given. A prompt that is not in the file is answered with status 404.
EvalHub asks this machine only where EVALHUB_ENDPOINT_ALLOW lists 127.0.0.1:PORT.
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m evalhub.endpoints.scripted",
        description="Serve prepared replies as OpenAI-compatible chat completions, on 127.0.0.1.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("file", type=Path, metavar="FILE", help="the replies, as JSON lines")
    made.add_argument("--port", type=_port, default=0, help="by default any that is free")
    made.add_argument("--log", type=Path, help="file to which each call is appended")
    return made


def serve(arguments: Sequence[str], *, until: threading.Event) -> int:
    """Serve the file until ``until`` is set or Ctrl-C; return the exit status.

    The first line printed is the base address, ready to be registered as an endpoint's.
    """
    given = parser().parse_args(arguments)
    try:
        with ScriptedServer(read_script(given.file), port=given.port, log=given.log) as server:
            sys.stdout.write(server.url + "\n")
            sys.stdout.flush()
            until.wait()
    except KeyboardInterrupt:
        return 0
    except EvalHubError as error:
        return _refuse(str(error))
    except OSError as error:
        place = error.filename or f"port {given.port}"
        return _refuse(f"{place}: {error.strerror}.")
    return 0


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, 0 to 65535")
    return int(text)


def _refuse(message: str) -> int:
    sys.stderr.write(f"Error: {message}\n")
    return 1


if __name__ == "__main__":
    sys.exit(serve(sys.argv[1:], until=threading.Event()))
