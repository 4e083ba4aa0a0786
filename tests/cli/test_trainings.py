"""Commands that publish trainings."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalhub.cli import main
from evalhub.db.engine import Database
from tests.core.qualifying.test_trainings import document
from tests.services.judging.conftest import small_rubric

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def runner(database: Database, tmp_path: Path) -> CliRunner:
    """Give a shell whose database has the rubric."""
    with database.transaction() as session:
        small_rubric(session)
    return CliRunner(
        env={"EVALHUB_DATABASE_URL": database.url, "EVALHUB_INSTANCE_DIR": str(tmp_path)}
    )


def publish(runner: CliRunner, folder: Path, **changes: object) -> Result:
    file = folder / "t.json"
    file.write_text(json.dumps(document(**changes)), encoding="utf-8")
    return runner.invoke(main, ["trainings", "publish", str(file)])


def test_a_file_is_published_and_listed(runner: CliRunner, tmp_path: Path) -> None:
    first, second = (
        publish(runner, tmp_path, pay_minor_units=2500),
        publish(runner, tmp_path, pay_minor_units=0),
    )

    listed = runner.invoke(main, ["trainings", "list"])

    assert first.output == "Version 1 of medicine-intro is in force, with 3 steps.\n"
    assert second.output.startswith("Version 2")
    assert listed.output.split() == [
        *("medicine-intro", "version", "2", "medicine", "30", "min", "0.00", "USD")
    ]


def test_pay_under_the_floor_of_the_settings_is_refused(runner: CliRunner, tmp_path: Path) -> None:
    refused = publish(runner, tmp_path, pay_minor_units=1)

    assert refused.exit_code == 1
    assert "0.02 USD an hour" in refused.output
