"""Commands that check the audit log."""

from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalhub.cli import main
from evalhub.core.people import command_actor
from evalhub.db.engine import Database
from evalhub.services import audit
from tests.services.test_audit import tamper


@pytest.fixture
def heads(database: Database, now: datetime) -> list[str]:
    """Write three entries and give the head after each."""
    heads = []
    with database.transaction() as session:
        for n in range(3):
            audit.record(
                "thing.do",
                session=session,
                actor=command_actor(),
                subject="thing:1",
                details={"n": n},
                now=now,
            )
            heads.append(str(audit.head(session=session)))
    return heads


def run(database: Database, folder: Path, *arguments: str) -> Result:
    runner = CliRunner(
        env={"EVALHUB_DATABASE_URL": database.url, "EVALHUB_INSTANCE_DIR": str(folder)}
    )
    return runner.invoke(main, ["audit", *arguments])


def test_the_head_is_printed_for_keeping(
    database: Database, tmp_path: Path, heads: list[str]
) -> None:
    assert run(database, tmp_path, "head").output == heads[-1] + "\n"


@pytest.mark.usefixtures("heads")
def test_a_sound_log_verifies(database: Database, tmp_path: Path) -> None:
    result = run(database, tmp_path, "verify")

    assert result.exit_code == 0
    assert "3 entries hold. Head 3:" in result.output


@pytest.mark.usefixtures("heads")
def test_a_changed_entry_is_named(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        tamper(session, "UPDATE audit_event SET action = 'x' WHERE sequence = 2")

    result = run(database, tmp_path, "verify")

    assert result.exit_code == 1
    assert "Entry 2 does not hold: its content does not match its hash." in result.output


def test_a_cut_off_end_needs_the_head(database: Database, tmp_path: Path, heads: list[str]) -> None:
    with database.transaction() as session:
        tamper(session, "DELETE FROM audit_event WHERE sequence = 3")

    alone = run(database, tmp_path, "verify")
    known = run(database, tmp_path, "verify", "--expected-head", heads[2])
    older = run(database, tmp_path, "verify", "--expected-head", heads[1])

    assert (alone.exit_code, known.exit_code, older.exit_code) == (0, 1, 0)
    assert "Entry 3 does not hold: the log ends here" in known.output


def test_a_head_that_is_none_is_refused(database: Database, tmp_path: Path) -> None:
    result = run(database, tmp_path, "verify", "--expected-head", "yesterday")

    assert result.exit_code == 1
    assert "'yesterday' is not NUMBER:HASH" in result.output
