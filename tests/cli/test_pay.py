"""Commands of pay: what a month came to, statements as files, offers that change."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from evalhub.cli import main
from evalhub.core.pay.ledger import Entry, WorkKind
from evalhub.core.pay.tiers import PayTier
from evalhub.db.engine import Database
from evalhub.db.models import Project
from evalhub.services.paying.booking import book
from tests.factories import make_person, make_project, make_rubric_version

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, database_url: str, database: Database) -> Run:
    """Give a function that runs a command over a ledger with one entry in October 2025."""
    environment = {"EVALHUB_INSTANCE_DIR": str(tmp_path), "EVALHUB_DATABASE_URL": database_url}
    with database.transaction() as session:
        ada = make_person(session, name="Ada Example", email="ada@example.org")
        entry = Entry("one", WorkKind.COMPARISON, 3_600, 6_000, "USD")
        book([entry], person_id=ada.id, session=session, now=datetime(2025, 10, 5, tzinfo=UTC))
        rubric = make_rubric_version(session, rubric_id="general")
        project = make_project(session, slug="trial", rubric=rubric)
        project.pay_tier, project.pay_minor_units = PayTier.GENERAL, 500

    def run(*arguments: str) -> Result:
        return CliRunner(env=environment).invoke(main, arguments)

    return run


def test_a_month_is_printed_a_line_a_person(run: Run) -> None:
    output = run("pay", "month", "2025-10").output

    assert "Ada Example" in output
    assert "60.00 USD" in output
    assert "1 h 00 min paid" in output


def test_a_month_for_a_payroll_is_csv(run: Run) -> None:
    lines = run("pay", "month", "2025-10", "--csv").output.splitlines()

    assert lines[0].startswith("person,name,booked_at")
    assert ",Ada Example,2025-10-05T00:00:00+00:00,,comparison,3600,60.00,USD,,one" in lines[1]


def test_a_month_without_entries_says_so(run: Run) -> None:
    assert run("pay", "month", "2025-09").output == "Nothing was booked in 2025-09.\n"


def test_a_statement_is_printed_or_written(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "ada.pdf"

    printed = run("pay", "statement", "ada@example.org", "2025-10")
    written = run("pay", "statement", "ada@example.org", "2025-10", "--pdf", str(path))

    assert printed.output.count("\n") == 2
    assert written.output == f"Wrote {path}.\n"
    assert path.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("pay", "month", "October"), "not a month such as 2026-11"),
        (("pay", "statement", "bob@example.org", "2025-10"), "Nobody has the address"),
        (("projects", "change-terms", "trial", "--reason", "x", "--pay", "1"), "20.00 USD or more"),
    ],
)
def test_what_is_refused_says_why(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)

    assert result.exit_code == 1
    assert message in result.output


def test_an_offer_changes_only_in_what_is_given(run: Run, database: Database) -> None:
    result = run("projects", "change-terms", "trial", "--reason", "Longer.", "--pay", "7")

    with database.transaction(write=False) as session:
        project = session.exec(select(Project)).one()
    assert "terms 1 from now on" in result.output
    assert (project.pay_minor_units, project.expected_minutes) == (700, 10)
    assert (project.pay_tier, project.terms_number) == (PayTier.GENERAL, 1)


def test_f18_a_project_under_its_floor_does_not_open(run: Run, database: Database) -> None:
    with database.transaction() as session:
        project = session.exec(select(Project)).one()
        project.status, project.pay_minor_units = "draft", 10  # type: ignore[assignment]  # a word
        session.add(project)

    result = run("projects", "open", "trial")

    assert result.exit_code == 1
    assert "general work is paid 20.00 USD or more" in result.output
