"""The examples of the README and the guides are typed as they stand, in order, and work."""

import os
import shlex
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from evalhub.cli import main
from evalhub.endpoints.scripted import ScriptedServer, read_script

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
SERVE = ["python", "-m", "evalhub.endpoints.scripted"]
PORT = "8100"
"""The port that the README names; the test puts one that is free in its place."""

ELSEWHERE = (". .venv/bin/activate", "make run", "make test")
"""What only a shell can do; other tests run the make targets' parts."""


def examples(page: Path) -> list[str]:
    """Return the shell lines of a page's indented blocks, continued lines joined."""
    lines = page.read_text("utf-8").replace("\\\n", " ").splitlines()
    typed = [line.strip() for line in lines if line.startswith("    ")]
    return [line.partition("    #")[0] for line in typed if "→" not in line]


class Shell:
    """Type lines as a shell would, in this process: ``evalhub``, ``export`` and the endpoint."""

    def __init__(self, instance: Path, port: str) -> None:
        self._environ = {"EVALHUB_INSTANCE_DIR": str(instance)}
        self._port = port
        self._stack = ExitStack()

    def close(self) -> None:
        """Stop what runs in the background."""
        self._stack.close()

    def type(self, line: str) -> str:
        """Run one line and return what it printed; fail when it fails."""
        words = shlex.split(line.replace(PORT, self._port))
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            self._environ[name] = value
        elif words[:3] == SERVE:
            server = ScriptedServer(read_script(ROOT / words[3]), port=int(self._port))
            self._stack.enter_context(server)
        elif words[0] == "evalhub":
            result = CliRunner(env=self._environ).invoke(main, words[1:])
            assert result.exit_code == 0, f"{line}\n{result.output}"
            return result.output
        else:
            pytest.fail(f"This line is not one that the test knows how to type: {line}")
        return ""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Give what each line of the README printed, typed from the project's folder."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    shell = Shell(tmp_path_factory.mktemp("readme"), port)
    before = Path.cwd()
    os.chdir(ROOT)
    lines = [line for line in examples(README) if not line.startswith(ELSEWHERE)]
    try:
        yield {line: shell.type(line) for line in lines}
    finally:
        os.chdir(before)
        shell.close()


def output_of(printed: dict[str, str], start: str) -> str:
    """Return what the one line that begins with ``start`` printed."""
    [text] = [text for line, text in printed.items() if line.startswith(start)]
    return text


def test_the_readme_leads_from_nothing_to_a_release_that_verifies(printed: dict[str, str]) -> None:
    assert "8 of 8 settled, 8 answered" in output_of(printed, "evalhub pull start")
    assert "4 new pairs can be claimed" in output_of(printed, "evalhub projects open")
    assert "Imported 8 judgments by 3 annotators" in output_of(printed, "evalhub judgments import")
    assert "is sound" in output_of(printed, "evalhub release verify")
    assert "entries hold" in output_of(printed, "evalhub audit verify")


def test_the_readme_shows_a_board(printed: dict[str, str]) -> None:
    board = output_of(printed, "evalhub score")

    assert board.index("careful") < board.index("quick")


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_every_command_of_a_guide_exists_with_its_options(page: Path) -> None:
    """Placeholders stand for names, so lines are parsed and not run; words of choices must fit."""
    for line in examples(page):
        if line.startswith("evalhub "):
            _parse(shlex.split(line)[1:])


def _parse(words: list[str]) -> None:
    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        assert found is not None, words
        command, words = found, words[1:]
    options = {name: parameter for parameter in command.params for name in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options.keys()
    for name, value in pairwise(words):
        if name in options and isinstance(options[name].type, click.Choice):
            options[name].type.convert(value, options[name], context)
