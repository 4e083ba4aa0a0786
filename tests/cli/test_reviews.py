"""Commands of reviews: look, list, and set the share."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalhub.cli import main
from evalhub.db.engine import Database
from tests.services.reviewing.scene import make_scene

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def run(tmp_path: Path, database_url: str, database: Database) -> Callable[..., Result]:
    """Give a function that runs a command where two experts disagreed an hour ago."""
    environment = {"EVALHUB_INSTANCE_DIR": str(tmp_path), "EVALHUB_DATABASE_URL": database_url}
    with database.transaction() as session:
        scene = make_scene(session, datetime.now(UTC) - timedelta(hours=1))
        scene.judge(0, -1)
        scene.judge(1, 1)
        scene.project.slug = "acute"

    def run(*arguments: str) -> Result:
        return CliRunner(env=environment).invoke(main, ["reviews", *arguments])

    return run


def test_a_look_opens_what_is_to_be_looked_at(run: Callable[..., Result]) -> None:
    assert run("look").output == "Opened 1 case.\n"
    assert run("look").output == "Opened 0 cases.\n"
    assert run("list").output == "0 cases wait.\n"


def test_what_waits_is_listed(run: Callable[..., Result]) -> None:
    assert "5 % of the judgments of acute" in run("share", "acute", "5").output
    assert run("share", "acute", "100").exit_code == 0
    assert run("look").output == "Opened 3 cases.\n"

    output = run("list").output

    assert output.count("sample") == 2
    assert output.endswith("2 cases wait.\n")


def test_a_share_is_a_percentage_of_a_project(run: Callable[..., Result]) -> None:
    assert run("share", "acute", "101").exit_code == 2
    assert run("share", "nothing", "5").exit_code == 1
