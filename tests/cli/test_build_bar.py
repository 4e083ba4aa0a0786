"""The bar of a build is for people: a terminal gets one a stage, a log gets nothing."""

import io

import pytest

from evalhub.cli.progress import BuildBar
from evalhub.core.releasing.builds import BuildStage


class Terminal(io.StringIO):
    """Stand for a terminal."""

    def isatty(self) -> bool:
        """Say that a person looks."""
        return True


def follow(stream: io.StringIO) -> str:
    """Show a whole build on ``stream``."""
    with BuildBar(stream) as bar:
        bar.say(BuildStage.COUNTING, 1, 4)
        bar.say(BuildStage.COUNTING, 4, 4)
        bar.say(BuildStage.LABELLING, 0, 0)
    return stream.getvalue()


def test_a_terminal_sees_every_stage() -> None:
    text = follow(Terminal())

    assert text.index("counting") < text.index("labelling")
    assert "4" in text


def test_a_log_sees_nothing() -> None:
    assert follow(io.StringIO()) == ""


def test_a_build_that_says_nothing_ends_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    with BuildBar():
        pass

    assert capsys.readouterr().err == ""
