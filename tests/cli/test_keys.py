"""Commands that make, list and revoke API keys."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalhub.cli import main
from evalhub.config import Settings
from evalhub.core.people import Role, command_actor
from evalhub.db.engine import Database
from tests.factories import make_person
from tests.release_project import MOMENT, make_tiny_project
from tests.releases import build_release

LAB = "lab@example.org"


@pytest.fixture
def runner(database: Database, settings: Settings, tmp_path: Path) -> CliRunner:
    """Give a shell beside a release and a lab."""
    with database.transaction() as session:
        make_person(session, Role.LAB, email=LAB)
        make_person(session, Role.ADMIN, email="noise@example.org")
        make_tiny_project(session)
        build_release("tiny", session=session, settings=settings, actor=command_actor(), now=MOMENT)
    return CliRunner(
        env={"EVALHUB_DATABASE_URL": database.url, "EVALHUB_INSTANCE_DIR": str(tmp_path)}
    )


def make(runner: CliRunner, *options: str, email: str = LAB) -> Result:
    return runner.invoke(main, ["keys", "make", email, "--name", "Nightly", *options])


def test_a_key_is_made_listed_and_revoked(runner: CliRunner) -> None:
    made = make(runner, "--scope", "releases:read", "--release", "tiny@1.0.0", "--days", "30")

    assert re.fullmatch(r"evh_[\w-]{43}\n", made.stdout)
    assert "is not shown again" in made.stderr
    listed = runner.invoke(main, ["keys", "list", LAB])
    key_id, start, *rest = listed.stdout.split()
    assert made.stdout.startswith(start.removesuffix("…"))
    assert rest[:4] == ["Nightly", "releases:read", "tiny@1.0.0", "until"]
    ended = runner.invoke(main, ["keys", "revoke", LAB, key_id])
    assert ended.output == "The key no longer works.\n"
    assert "No key that works." in runner.invoke(main, ["keys", "list", LAB]).stderr
    assert runner.invoke(main, ["keys", "revoke", LAB, key_id]).exit_code == 1


def test_a_key_without_a_limit_opens_every_release(runner: CliRunner) -> None:
    make(runner, "--scope", "releases:read")

    assert "every release" in runner.invoke(main, ["keys", "list", LAB]).output
    noise = runner.invoke(main, ["keys", "list", "noise@example.org"])
    assert noise.stdout == ""


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        (["--scope", "releases:read", "--release", "tinny"], 1, "no release 'tinny'"),
        (["--scope", "pulls:write"], 1, "Your roles do not allow an API key with pulls:write"),
        ([], 2, "Missing option '--scope'"),
        (["--scope", "releases:read", "--days", "366"], 2, "366 is not in the range"),
    ],
    ids=["release", "role", "no scope", "days"],
)
def test_a_bad_key_is_refused(
    runner: CliRunner, options: list[str], status: int, says: str
) -> None:
    result = make(runner, *options)

    assert result.exit_code == status
    assert says in result.output


def test_nobody_gets_no_key(runner: CliRunner) -> None:
    result = make(runner, "--scope", "releases:read", email="nobody@example.org")

    assert result.exit_code == 1
    assert "Nobody has the address nobody@example.org" in result.output
