"""Commands that find experts, decide about them, and say what a project asks for."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlmodel import select

from evalhub.cli import main
from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import AuditEvent, CredentialDecision, LevelDecision, Person, Project
from tests.factories import make_languages, make_person, make_project

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
STATE = ("experts", "credential", "ada@example.org", "--class", "physician", "--domain", "medicine")
REST = ("--issuer", "Chamber", "--issued-on", "2020-01-31", "--jurisdiction", "de")
BY = ("--by", "cora@example.org", "--reason", "Seen.")


@pytest.fixture
def runner(database: Database, tmp_path: Path) -> CliRunner:
    """Give a shell with an expert, a coordinator and a project in its database."""
    with database.transaction() as session:
        ada = make_person(session, Role.ANNOTATOR, name="Ada", email="ada@example.org")
        make_languages(session, ada, "de")
        make_person(session, Role.COORDINATOR, name="Cora", email="cora@example.org")
        make_project(session, slug="acute")
    return CliRunner(
        env={"EVALHUB_DATABASE_URL": database.url, "EVALHUB_INSTANCE_DIR": str(tmp_path)}
    )


def run(runner: CliRunner, *arguments: str) -> str:
    result = runner.invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_credential_is_stated_verified_and_found(runner: CliRunner, database: Database) -> None:
    public_id = run(runner, *STATE, *REST, "--by", "cora@example.org").strip()
    waiting = run(runner, "experts", "find", "--waiting")
    run(runner, "experts", "decide", public_id, "verified", *BY)
    run(runner, "experts", "level", "ada@example.org", "medicine", "3", *BY)

    assert waiting.split() == ["Ada", "ada@example.org", "-", "-", "de"]
    assert run(runner, "experts", "find", "--waiting") == ""
    found = run(runner, "experts", "find", "--domain", "medicine", "--level", "3")
    assert found.split() == ["Ada", "ada@example.org", "physician", "medicine:3", "de"]
    shown = run(runner, "experts", "show", "ada@example.org")
    assert public_id in shown
    assert "verified" in shown
    with database.transaction(write=False) as session:
        assert session.exec(select(CredentialDecision)).one().reason == "Seen."
        assert session.exec(select(LevelDecision)).one().level == 3
        assert session.exec(select(AuditEvent.actor_name)).all() == ["Cora"] * 3


def test_who_has_shown_nothing_is_said_to(runner: CliRunner) -> None:
    assert "neither a credential nor a level" in run(runner, "experts", "show", "ada@example.org")


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["experts", "show", "cora@example.org"], 1, "no such expert"),
        (["experts", "decide", "nothing", "verified", *BY], 1, "no such credential"),
        (["experts", "decide", "nothing", "maybe", *BY], 2, "'maybe' is not one of"),
        ([*STATE, *REST], 2, "Missing option '--by'"),
        ([*STATE, *REST, "--by", "nobody@example.org"], 1, "Nobody has the address"),
        (["experts", "level", "ada@example.org", "medicine", "0", *BY], 1, "no level in medicine"),
        (["projects", "require", "acute", "--level", "2"], 1, "domain"),
        (["projects", "require", "nothing"], 1, "no project"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    runner: CliRunner, arguments: list[str], status: int, says: str
) -> None:
    result = runner.invoke(main, arguments)

    assert result.exit_code == status
    assert says in result.output


def test_a_project_says_what_it_asks_for(runner: CliRunner) -> None:
    asked = run(
        runner,
        *("projects", "require", "acute", "--domain", "medicine", "--class", "physician"),
        *("--jurisdiction", "de", "--by-language", "--by-specialty"),
    )
    nothing = run(runner, "projects", "require", "acute")

    assert "Version 1 holds for every claim in acute" in asked
    assert "acute asks for nothing" in nothing


def test_experts_may_join_a_project_that_says_so(runner: CliRunner, database: Database) -> None:
    on = run(runner, "projects", "joining", "acute", "on")
    off = run(runner, "projects", "joining", "acute", "off")

    assert "may join it" in on
    assert "put on acute by those who run it" in off
    with database.transaction(write=False) as session:
        assert not session.exec(select(Project)).one().is_joinable


def test_nobody_decides_by_the_account_of_who_was_disabled(
    runner: CliRunner, database: Database
) -> None:
    public_id = run(runner, *STATE, *REST, "--by", "cora@example.org").strip()
    with database.transaction() as session:
        cora = session.exec(select(Person).where(Person.name == "Cora")).one()
        cora.disabled_at = cora.created_at

    refused = runner.invoke(main, ["experts", "decide", public_id, "verified", *BY])

    assert refused.exit_code != 0
    assert "cora@example.org is disabled" in refused.output
    with database.transaction(write=False) as session:
        assert session.exec(select(CredentialDecision)).all() == []
