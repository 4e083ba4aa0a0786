"""The scripted server answers as its script says and counts each call."""

import http.client
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalhub.core.canonical import Json
from evalhub.endpoints.scripted import (
    Script,
    ScriptedReply,
    ScriptedServer,
    prompt_key,
    read_script,
)
from evalhub.endpoints.scripted.__main__ import serve
from evalhub.errors import BadInput

TURNS: list[Json] = [
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello"},
    {"role": "user", "content": "Well?"},
]
SCRIPT = Script(
    {
        ("a", "Well?"): ScriptedReply("Yes."),
        ("a", "Slow?"): ScriptedReply("At last.", delay_s=0.01),
        ("b", "Well?"): ScriptedReply("Busy.", status=429),
        ("b", prompt_key(TURNS)): ScriptedReply("After all that, yes.", finish_reason="length"),
    }
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[http.client.HTTPConnection]:
    """Give one connection to a server of the script."""
    with ScriptedServer(SCRIPT, log=tmp_path / "calls.jsonl") as server:
        host, port = server.url.removeprefix("http://").removesuffix("/v1").split(":")
        connection = http.client.HTTPConnection(host, int(port))
        yield connection
        connection.close()


def complete(
    connection: http.client.HTTPConnection, model: str, messages: list[Json]
) -> tuple[int, dict[str, Json]]:
    """Ask for a completion."""
    body = json.dumps({"model": model, "messages": messages})
    connection.request("POST", "/v1/chat/completions", body)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def user(text: str) -> list[Json]:
    """Return a single-turn prompt."""
    return [{"role": "user", "content": text}]


def test_a_reply_looks_like_a_completion(connection: http.client.HTTPConnection) -> None:
    status, body = complete(connection, "a", user("Well?"))

    assert status == 200
    assert body["model"] == "a"
    assert body["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Yes."},
            "finish_reason": "stop",
        }
    ]


def test_a_whole_conversation_comes_before_its_last_message(
    connection: http.client.HTTPConnection,
) -> None:
    _, body = complete(connection, "b", TURNS)

    assert "After all that, yes." in json.dumps(body)


def test_a_status_other_than_200_is_an_error(connection: http.client.HTTPConnection) -> None:
    status, body = complete(connection, "b", user("Well?"))

    assert (status, body["error"]) == (
        429,
        {"message": "Busy.", "type": "scripted", "param": None, "code": None},
    )


@pytest.mark.parametrize(
    ("model", "text"), [("c", "Well?"), ("a", "Why?")], ids=["model", "prompt"]
)
def test_what_the_script_does_not_know_is_not_found(
    connection: http.client.HTTPConnection, model: str, text: str
) -> None:
    status, _ = complete(connection, model, user(text))

    assert status == 404


def test_a_default_answers_the_rest() -> None:
    script = Script(default=ScriptedReply("No idea."))

    assert script.reply("x", user("?")) == ScriptedReply("No idea.")


def test_the_models_are_listed(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/v1/models")
    body = json.loads(connection.getresponse().read())

    assert [model["id"] for model in body["data"]] == ["a", "b"]


def test_each_call_is_counted_and_logged(
    connection: http.client.HTTPConnection, tmp_path: Path
) -> None:
    for text in ("Well?", "Well?", "Slow?"):
        complete(connection, "a", user(text))

    lines = (tmp_path / "calls.jsonl").read_text().splitlines()
    assert [json.loads(line)["prompt"] for line in lines] == ["Well?", "Well?", "Slow?"]
    assert [json.loads(line)["n"] for line in lines] == [1, 2, 3]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        pytest.param("GET", "/v1/nothing", None, 404, id="unknown page"),
        pytest.param("POST", "/v1/nothing", "{}", 404, id="unknown action"),
        pytest.param("POST", "/v1/chat/completions", "{", 400, id="broken JSON"),
        pytest.param("POST", "/v1/chat/completions", "[" * 200_000, 400, id="deep JSON"),
        pytest.param("POST", "/v1/chat/completions", "[]", 400, id="no object"),
        pytest.param("POST", "/v1/chat/completions", '{"model": 1}', 400, id="wrong types"),
    ],
)
def test_bad_requests_are_answered(
    connection: http.client.HTTPConnection, method: str, path: str, body: str | None, status: int
) -> None:
    connection.request(method, path, body)

    assert connection.getresponse().status == status


@pytest.mark.parametrize("length", ["", "-1", "99999999999", "9" * 5_000])
def test_a_body_of_unknown_or_absurd_length_is_refused(
    connection: http.client.HTTPConnection, length: str
) -> None:
    connection.putrequest("POST", "/v1/chat/completions")
    connection.putheader("Content-Length", length)
    connection.endheaders()

    assert connection.getresponse().status == 411


def test_a_script_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "script.jsonl"
    path.write_text(
        '{"model": "a", "prompt": "Well?", "text": "Yes."}\n\n'
        '{"model": "b", "prompt": "x", "text": "", "status": 500, "delay_s": 1, '
        '"finish_reason": "length"}\n'
    )

    assert read_script(path).replies == {
        ("a", "Well?"): ScriptedReply("Yes."),
        ("b", "x"): ScriptedReply("", finish_reason="length", status=500, delay_s=1.0),
    }


@pytest.mark.parametrize(
    ("line", "where"),
    [
        pytest.param("{", "script.jsonl line 1: is not JSON", id="broken"),
        pytest.param("[]", "script.jsonl line 1: is not a JSON object", id="list"),
        pytest.param('{"model": 1}', "line 1, field 'model': must be a text", id="type"),
        pytest.param('{"model": "a"}', "line 1, field 'prompt': must be a text", id="missing"),
        pytest.param(
            '{"model": "a", "prompt": "p", "text": "t", "status": "ok"}',
            "field 'status': must be a number",
            id="status",
        ),
    ],
)
def test_a_broken_script_names_line_and_field(tmp_path: Path, line: str, where: str) -> None:
    path = tmp_path / "script.jsonl"
    path.write_text(line)

    with pytest.raises(BadInput, match=where.replace("(", "\\(")):
        read_script(path)


def test_a_script_can_be_served_as_a_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "script.jsonl"
    path.write_text('{"model": "a", "prompt": "Well?", "text": "Yes."}\n')
    until = threading.Event()
    until.set()

    status = serve([str(path), "--log", str(tmp_path / "log.jsonl")], until=until)
    serve([str(path), "--port", "0"], until=until)

    assert status == 0
    assert capsys.readouterr().out.count("http://127.0.0.1:") == 2
    assert (tmp_path / "log.jsonl").exists()


def test_a_script_may_hold_the_separators_that_other_readers_split_at(tmp_path: Path) -> None:
    path = tmp_path / "script.jsonl"
    path.write_text('{"model": "a", "prompt": "one\u2028two", "text": "x\x85y"}\n', "utf-8")

    assert read_script(path).replies == {("a", "one\u2028two"): ScriptedReply("x\x85y")}


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        pytest.param(b'{"model": "\xff"}', "line 1: byte 0xFF at byte 11 is not", id="encoding"),
        pytest.param(b'{"model": "a", "model": "b"}', "'model' stands twice", id="a key twice"),
        pytest.param(b'{"delay_s": NaN}', "NaN is not a JSON number", id="NaN"),
        pytest.param(b"[" * 10**6, "line 1: is nested deeper than 100", id="deep"),
        pytest.param(b"\xef\xbb\xbf{}", "starts with a UTF-8 byte order mark", id="mark"),
        pytest.param(
            b'{"model": "a", "prompt": "p", "text": "t"}\n' * 2,
            "line 2: answers this prompt as 'a' a second time",
            id="a prompt twice",
        ),
        pytest.param(
            b'{"model": "a", "prompt": "p", "text": "t", "status": 99}',
            "field 'status': must be a number from 200 to 599",
            id="no status",
        ),
        pytest.param(
            b'{"model": "a", "prompt": "p", "text": "t", "delay_s": -1}',
            "field 'delay_s': must be a number of seconds",
            id="negative wait",
        ),
    ],
)
def test_a_script_of_bad_bytes_is_refused(tmp_path: Path, data: bytes, rule: str) -> None:
    path = tmp_path / "script.jsonl"
    path.write_bytes(data)

    with pytest.raises(BadInput, match=rule):
        read_script(path)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"model": "a", "messages": ["\\ud800"]}', id="half a surrogate pair"),
        pytest.param(b'{"model": "a", "messages": [NaN]}', id="NaN"),
        pytest.param(b'{"model": "a", "model": "b", "messages": []}', id="a key twice"),
        pytest.param(b'{"model": "\xff", "messages": []}', id="encoding"),
    ],
)
def test_a_request_that_cannot_be_hashed_is_answered(
    connection: http.client.HTTPConnection, body: bytes
) -> None:
    connection.request("POST", "/v1/chat/completions", body)

    assert connection.getresponse().status == 400


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        pytest.param([], 2, "the following arguments are required: FILE", id="no file"),
        pytest.param(["x.jsonl", "--port", "70000"], 2, "'70000' is not a port", id="port"),
        pytest.param(["--help"], 0, '"prompt": "What is fever?"', id="help"),
    ],
)
def test_the_program_explains_its_arguments(
    capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, message: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        serve(arguments, until=threading.Event())

    shown = capsys.readouterr()
    assert caught.value.code == status
    assert message in shown.out + shown.err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "No such file or directory.", id="missing"),
        pytest.param(b"[]", "script.jsonl line 1: is not a JSON object", id="broken"),
        pytest.param(b"\xff", "byte 0xFF at byte 0 is not UTF-8", id="encoding"),
    ],
)
def test_the_program_refuses_a_bad_script_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, message: str
) -> None:
    path = tmp_path / "script.jsonl"
    if content is not None:
        path.write_bytes(content)

    status = serve([str(path)], until=threading.Event())

    error = capsys.readouterr().err
    assert (status, len(error.splitlines())) == (1, 1)
    assert error.rstrip().endswith(message)


def test_the_program_refuses_a_port_that_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "script.jsonl"
    path.write_text('{"model": "a", "prompt": "Well?", "text": "Yes."}\n')

    with ScriptedServer(SCRIPT) as other:
        port = other.host.rpartition(":")[2]
        status = serve([str(path), "--port", port], until=threading.Event())

    assert status == 1
    assert capsys.readouterr().err == f"Error: port {port}: Address already in use.\n"


def test_the_program_ends_well_at_the_keyboard(tmp_path: Path) -> None:
    path = tmp_path / "script.jsonl"
    path.write_text('{"model": "a", "prompt": "Well?", "text": "Yes."}\n')
    command = [sys.executable, "-m", "evalhub.endpoints.scripted", str(path)]

    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)

    assert address.startswith("http://127.0.0.1:")
    assert (process.returncode, errors) == (0, "")


class BrokenServer(ScriptedServer):
    """Have a defect."""

    def answer(self, model: str, messages: list[Json]) -> ScriptedReply | None:
        """Fail."""
        raise LookupError(f"no shelf for {len(messages)} messages to {model}")


def test_a_defect_of_the_server_is_reported(capfd: pytest.CaptureFixture[str]) -> None:
    with BrokenServer(SCRIPT) as server:
        connection = http.client.HTTPConnection(server.host)
        with pytest.raises(http.client.RemoteDisconnected):
            complete(connection, "careful", user("Well?"))
        connection.close()

    assert "LookupError: no shelf for 1 messages to careful" in capfd.readouterr().err
