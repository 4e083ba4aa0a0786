"""Serve a script over HTTP/1.1 on loopback."""

import json
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from evalhub.core.canonical import Json
from evalhub.core.pulling.messages import last_user_text
from evalhub.core.reading.json_text import parse_json
from evalhub.core.reading.text import decode_text
from evalhub.endpoints.scripted.script import Script, ScriptedReply, prompt_key
from evalhub.errors import BadInput

MAXIMUM_REQUEST = 16 * 2**20
MAXIMUM_LENGTH_DIGITS = 9


class ScriptedServer:
    """Serve one script from a thread and count each call.

    ``calls`` counts (model, last user message). With ``log`` each call is appended to that
    file as a JSON line before it is answered, so that the log outlives the server.
    """

    def __init__(self, script: Script, *, port: int = 0, log: Path | None = None) -> None:
        self.script = script
        self.calls: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._log = log.open("a", encoding="utf-8") if log else None
        self._stopping = threading.Event()
        self._server = _Server(self, port)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        """Return the base address to register as an endpoint's."""
        return f"http://{self.host}/v1"

    @property
    def host(self) -> str:
        """Return host and port, as an allow-list names them."""
        return f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if self._log:
            self._log.close()

    def answer(self, model: str, messages: list[Json]) -> ScriptedReply | None:
        """Count and log one call, wait as the script says, and return the reply."""
        prompt = last_user_text(messages)
        with self._lock:
            self.calls[model, prompt] += 1
            number = self.calls.total()
            if self._log:
                call = {"n": number, "model": model, "prompt": prompt, "key": prompt_key(messages)}
                self._log.write(json.dumps(call) + "\n")
                self._log.flush()
        reply = self.script.reply(model, messages)
        if reply and reply.delay_s:
            self._stopping.wait(reply.delay_s)
        return reply


class _Server(ThreadingHTTPServer):
    """Bind to loopback only and keep idle connections from holding the process."""

    daemon_threads = True
    # A pull opens all its connections at once, and the default queue of 5 would reset most.
    request_queue_size = 1024
    # Connections are kept alive, so waiting for their threads would wait for the clients.
    block_on_close = False

    def __init__(self, owner: ScriptedServer, port: int) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing when a caller hangs up; report anything else."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as it came


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30
    server: _Server

    def do_GET(self) -> None:
        """List the models of the script."""
        if self.path != "/v1/models":
            self._send(404, _error(f"There is no {self.path}."))
            return
        models = self.server.owner.script.models()
        data = [{"id": model, "object": "model", "owned_by": "script"} for model in models]
        self._send(200, {"object": "list", "data": data})

    def do_POST(self) -> None:
        """Answer a chat completion."""
        length = self.headers.get("Content-Length", "")
        is_number = length.isascii() and length.isdigit() and len(length) <= MAXIMUM_LENGTH_DIGITS
        if not is_number or int(length) > MAXIMUM_REQUEST:
            # The body is not read, so what follows on this connection would be taken for a request.
            self.close_connection = True
            self._send(411, _error("Content-Length must say at most 16 MiB."))
            return
        body = self.rfile.read(int(length))
        if self.path != "/v1/chat/completions":
            self._send(404, _error(f"There is no {self.path}."))
            return
        self._complete(body)

    def _complete(self, body: bytes) -> None:
        request = _request(body)
        if request is None:
            self._send(400, _error("The body must be JSON with 'model' and 'messages'."))
            return
        model, messages = request
        reply = self.server.owner.answer(model, messages)
        if reply is None:
            self._send(404, _error(f"The script has no reply of {model!r} to this prompt."))
        elif reply.status != 200:  # noqa: PLR2004 - the only status that carries an answer
            self._send(reply.status, _error(reply.text))
        else:
            self._send(200, _completion(model, messages, reply))

    def _send(self, status: int, value: Json) -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing: calls are counted, not printed."""


def _request(body: bytes) -> tuple[str, list[Json]] | None:
    # Strictly, since the conversation is hashed: a lone surrogate has no bytes to hash.
    try:
        value = parse_json(decode_text(body, where="body"), where="body")
    except BadInput:
        return None
    if not isinstance(value, dict):
        return None
    model, messages = value.get("model"), value.get("messages")
    return (model, messages) if isinstance(model, str) and isinstance(messages, list) else None


def _completion(model: str, messages: list[Json], reply: ScriptedReply) -> dict[str, Json]:
    n_prompt, n_text = len(json.dumps(messages).split()), len(reply.text.split())
    return {
        "id": f"scripted-{prompt_key(messages)[:12]}",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": reply.text},
                "finish_reason": reply.finish_reason,
            }
        ],
        "usage": {
            "prompt_tokens": n_prompt,
            "completion_tokens": n_text,
            "total_tokens": n_prompt + n_text,
        },
    }


def _error(message: str) -> dict[str, Json]:
    return {"error": {"message": message, "type": "scripted", "param": None, "code": None}}
