"""The command that serves EvalHub, as a real process."""

import json
import logging
import os
import signal
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
from evalhub.cli.serve import gunicorn_command
from evalhub.cli.server_logs import ServerLogs
from evalhub.db.engine import Database


@contextmanager
def serving(database: Database, folder: Path, *options: str) -> Iterator[tuple[str, list[str]]]:
    """Run the command and yield its address and what it logged until it listened."""
    environ = {
        **os.environ,
        "EVALHUB_DATABASE_URL": database.url,
        "EVALHUB_INSTANCE_DIR": str(folder),
    }
    command = [sys.executable, "-m", "evalhub", "serve", "--port", "0", "--workers", "1", *options]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        logged: list[str] = []
        assert process.stderr is not None
        for line in process.stderr:
            logged.append(line)
            if "Listening at" in line:
                break
        event = json.loads(logged[-1])["event"]
        yield event.split()[2], logged
        process.send_signal(signal.SIGTERM)
        process.stderr.read()
    assert process.returncode == 0


def test_it_serves_until_it_is_told_to_stop(database: Database, tmp_path: Path) -> None:
    with (
        serving(database, tmp_path, "--no-worker") as (address, logged),
        urllib.request.urlopen(f"{address}/ready") as response,  # noqa: S310 - our own server
    ):
        body = json.load(response)

    assert body == {"status": "ok"}
    assert all(json.loads(line)["level"] == "info" for line in logged)


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


def test_the_status_of_the_server_is_the_command_s(database: Database, tmp_path: Path) -> None:
    """No machine has this address, so the server ends at once."""
    environ = {"EVALHUB_DATABASE_URL": database.url, "EVALHUB_INSTANCE_DIR": str(tmp_path)}

    result = CliRunner(env=environ).invoke(main, ["serve", "--host", "256.0.0.1", "--no-worker"])

    assert result.exit_code == 1


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
