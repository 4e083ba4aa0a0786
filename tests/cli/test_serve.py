"""The command that serves EvalHub, as a real process."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner
from gunicorn.config import Config

from evalhub.cli import main
from evalhub.cli.serve import (
    BLAS_THREADS,
    addressed,
    default_workers,
    gunicorn_command,
    served_environ,
)
from evalhub.cli.server_hooks import opening
from evalhub.cli.server_logs import ServerLogs
from evalhub.config import Settings
from evalhub.db.engine import Database


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(database: Database, folder: Path, *options: str) -> Iterator[tuple[str, list[str]]]:
    """Run the command and yield its address and what it logged until it was open."""
    port = free_port()
    environ = {
        **os.environ,
        "EVALHUB_DATABASE_URL": database.url,
        "EVALHUB_INSTANCE_DIR": str(folder),
    }
    serve = [sys.executable, "-m", "evalhub", "serve", "--port", str(port)]
    command = [*serve, "--workers", "1", *options]
    log = folder / "log"
    with (
        log.open("w") as stderr,
        subprocess.Popen(  # noqa: S603 - our own command
            command, env=environ, stdout=subprocess.PIPE, stderr=stderr, text=True
        ) as process,
    ):
        assert process.stdout is not None
        opened = process.stdout.readline()
        logged = log.read_text().splitlines()
        # No other address is told of: links lead to where it listens.
        assert opened == f"EvalHub is open at http://127.0.0.1:{port} (Ctrl-C stops it).\n"
        yield f"http://127.0.0.1:{port}", logged
        process.send_signal(signal.SIGTERM)
        said = process.stdout.read()
    assert (process.returncode, said) == (0, "Stopping. Press Ctrl-C again to stop at once.\n")


def test_it_serves_until_it_is_told_to_stop(database: Database, tmp_path: Path) -> None:
    with (
        serving(database, tmp_path, "--no-worker", "--workers", "2") as (address, logged),
        urllib.request.urlopen(f"{address}/ready") as response,  # noqa: S310 - our own server
    ):
        body = json.load(response)

    assert body == {"status": "ok"}
    assert all(json.loads(line)["level"] == "info" for line in logged)


@pytest.mark.parametrize(
    ("host", "port", "named", "found"),
    [
        ("127.0.0.1", 8123, "", "http://127.0.0.1:8123"),
        ("0.0.0.0", 8123, "", "http://127.0.0.1:8123"),  # noqa: S104 - nothing listens
        ("::1", 8123, "", "http://[::1]:8123"),
        ("127.0.0.1", 8123, "https://hub.example.org", None),
        ("192.0.2.1", 8123, "", None),
        ("127.0.0.1", 0, "", None),
    ],
    ids=["this machine", "all addresses", "IPv6", "named", "another address", "any port"],
)
def test_the_address_is_the_one_it_listens_at_unless_one_is_named(
    host: str, port: int, named: str, found: str | None
) -> None:
    given = Settings(public_url=named) if named else Settings()

    assert addressed(host, port, given).get("EVALHUB_PUBLIC_URL") == found


def test_it_does_not_start_without_a_schema(tmp_path: Path) -> None:
    result = CliRunner(env={"EVALHUB_INSTANCE_DIR": str(tmp_path)}).invoke(main, ["serve"])

    assert result.exit_code == 1
    assert "evalhub db upgrade" in result.output


@pytest.mark.parametrize(
    ("host", "bind"), [("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80"), ("hub", "hub:80")]
)
def test_the_server_listens_where_it_is_told(host: str, bind: str) -> None:
    command = gunicorn_command(host, 80, workers=2, threads=4)

    assert command[command.index("--bind") + 1] == bind


def test_an_address_that_no_machine_has_is_refused_before_anything_starts(tmp_path: Path) -> None:
    environ = {"EVALHUB_INSTANCE_DIR": str(tmp_path)}

    result = CliRunner(env=environ).invoke(main, ["serve", "--host", "256.0.0.1", "--no-worker"])

    assert result.exit_code == 1
    assert result.output.startswith("Error: Cannot listen at 256.0.0.1:8000: ")


@pytest.mark.parametrize("option", ["--no-worker", "--check-port"])
def test_a_taken_port_is_said_in_one_line_with_the_way_out(tmp_path: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        environ = {"EVALHUB_INSTANCE_DIR": str(tmp_path)}
        result = CliRunner(env=environ).invoke(main, ["serve", "--port", str(port), option])

    other_port = f"--port {port + 1} (or `make run PORT={port + 1}`)"
    assert result.exit_code == 1
    assert result.output == (
        f"Error: Port {port} of 127.0.0.1 is taken; use another: {other_port}.\n"
    )


def test_a_free_port_is_checked_without_an_instance(tmp_path: Path) -> None:
    runner = CliRunner(env={"EVALHUB_INSTANCE_DIR": str(tmp_path / "none")})

    result = runner.invoke(main, ["serve", "--port", "0", "--check-port"])

    assert (result.exit_code, result.output) == (0, "")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("bound", "public_url", "line"),
    [
        pytest.param(
            ("127.0.0.1", 80),
            "http://127.0.0.1:80/",
            "EvalHub is open at http://127.0.0.1:80 (Ctrl-C stops it).\n",
            id="itself",
        ),
        pytest.param(
            ("::1", 80),
            "https://hub.example.org",
            "EvalHub is open at http://[::1]:80 (Ctrl-C stops it); "
            "people use https://hub.example.org.\n",
            id="behind a proxy",
        ),
    ],
)
def test_where_it_is_open_is_said_in_plain_words(
    bound: tuple[str, int], public_url: str, line: str
) -> None:
    assert opening(bound, public_url) == line


def test_the_server_logs_as_we_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EVALHUB_INSTANCE_DIR", str(tmp_path))
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr(logging.getLogger(), "level", logging.WARNING)

    ServerLogs(Config())  # type: ignore[no-untyped-call]  # gunicorn ships no types
    logging.getLogger("gunicorn.error").info("Listening at: %s", "here")

    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["logger"]) == ("Listening at: here", "gunicorn.error")
    structlog.reset_defaults()


@pytest.mark.parametrize(("n_cores", "n_workers"), [(1, 2), (2, 2), (6, 6), (64, 8)])
def test_a_process_serves_for_each_core_within_bounds(
    monkeypatch: pytest.MonkeyPatch, n_cores: int, n_workers: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(n_cores)))

    assert default_workers() == n_workers
    assert f"--workers {default_workers()}" in " ".join(
        gunicorn_command("127.0.0.1", 8000, workers=default_workers(), threads=4)
    )


@pytest.mark.parametrize(("n_cores", "n_workers"), [(6, 6), (None, 2)], ids=["known", "unknown"])
def test_all_cores_count_where_nobody_says_which_are_a_processs_own(
    monkeypatch: pytest.MonkeyPatch, n_cores: int | None, n_workers: int
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: n_cores)

    assert default_workers() == n_workers


@pytest.mark.parametrize(("given", "used"), [(None, "1"), ("3", "3")], ids=["unsaid", "said"])
def test_linear_algebra_takes_one_thread_unless_said_otherwise(
    given: str | None, used: str
) -> None:
    environ = {} if given is None else {BLAS_THREADS: given}

    assert served_environ(environ, {"EVALHUB_X": "y"}) == {BLAS_THREADS: used, "EVALHUB_X": "y"}
