"""Commands that invite people, list them and set lost passwords."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from evalhub.cli import main
from evalhub.core.people import Origin, Role
from evalhub.db.engine import Database
from evalhub.db.models import AuditEvent, Invitation, Person
from evalhub.services.accounts.passwords import is_password
from tests.factories import make_person


@pytest.fixture
def runner(database: Database, tmp_path: Path) -> CliRunner:
    """Give a shell whose settings name the test's database."""
    return CliRunner(
        env={"EVALHUB_DATABASE_URL": database.url, "EVALHUB_INSTANCE_DIR": str(tmp_path)}
    )


def invite(runner: CliRunner, email: str, *roles: str) -> Result:
    options = [part for role in roles for part in ("--role", role)]
    return runner.invoke(main, ["invite", email, "--name", "Bo Li", *options])


def test_an_invitation_prints_its_link(runner: CliRunner, database: Database) -> None:
    result = invite(runner, "bo@example.org", "lab", "annotator")

    assert re.fullmatch(r"http://127\.0\.0\.1:8000/invitations/[\w-]{43}\n", result.stdout)
    assert "Set EVALHUB_PUBLIC_URL where people use another one." in result.stderr
    with database.transaction(write=False) as session:
        row = session.exec(select(Invitation)).one()
        event = session.exec(select(AuditEvent)).one()
    assert (row.email, row.roles, row.invited_by) == ("bo@example.org", ["annotator", "lab"], None)
    assert event.actor_name == "command line"


def test_a_link_to_an_address_that_somebody_named_needs_no_word(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVALHUB_PUBLIC_URL", "http://127.0.0.1:8123")

    result = invite(runner, "bo@example.org", "lab")

    assert result.stdout.startswith("http://127.0.0.1:8123/invitations/")
    assert result.stderr == ""


def test_open_invitations_are_listed_behind_the_people(
    runner: CliRunner, database: Database
) -> None:
    with database.transaction() as session:
        make_person(session, Role.LAB, name="Ines", email="ines@example.org")
    for email in ("bo@example.org", "li@example.org"):
        invite(runner, email, "lab", "annotator")

    listed = runner.invoke(main, ["people", "list", "--search", "BO@"])
    nobody = runner.invoke(main, ["people", "list", "--page", "2"])

    assert re.fullmatch(
        r"Bo Li  bo@example.org  annotator,lab  invited until \d{4}-\d\d-\d\d\n", listed.stdout
    )
    assert listed.stderr == "Page 1 of 1; 0 found, 1 open invitation.\n"
    assert (nobody.stdout, nobody.stderr) == ("", "Page 2 of 1; 1 found.\n")


@pytest.mark.parametrize(
    ("email", "roles", "status", "says"),
    [
        ("bo", ["lab"], 1, "'bo' is not one"),
        ("known@example.org", ["lab"], 1, "has an account already"),
        ("bo@example.org", ["king"], 2, "'king' is not one of"),
        ("bo@example.org", [], 2, "Missing option '--role'"),
    ],
    ids=["address", "known", "role", "no role"],
)
def test_a_bad_invitation_is_refused(
    runner: CliRunner, database: Database, email: str, roles: list[str], status: int, says: str
) -> None:
    with database.transaction() as session:
        make_person(session, email="known@example.org")

    result = invite(runner, email, *roles)

    assert result.exit_code == status
    assert says in result.output
    with database.transaction(write=False) as session:
        assert session.exec(select(Invitation)).all() == []


def test_people_are_listed(runner: CliRunner, database: Database) -> None:
    with database.transaction() as session:
        make_person(session, Role.ADMIN, Role.LAB, name="Ines", email="ines@example.org")
        make_person(session, name="Bo", email="bo@example.org")
        make_person(session, name="Sim", origin=Origin.SIMULATED)

    result = runner.invoke(main, ["people", "list"])

    assert result.stdout.splitlines() == [
        "Bo    bo@example.org    -          open",
        "Ines  ines@example.org  admin,lab  open",
    ]
    assert result.stderr == "Page 1 of 1; 2 found.\n"


@pytest.mark.parametrize(
    ("options", "names"),
    [(["--search", "ine"], ["Ines"]), (["--origin", "simulated"], ["Sim"]), (["--page", "9"], [])],
)
def test_the_list_can_be_narrowed(
    runner: CliRunner, database: Database, options: list[str], names: list[str]
) -> None:
    with database.transaction() as session:
        make_person(session, name="Ines")
        make_person(session, name="Bo")
        make_person(session, name="Sim", origin=Origin.SIMULATED)

    result = runner.invoke(main, ["people", "list", *options])

    assert [line.split("  ")[0] for line in result.stdout.splitlines()] == names


def test_a_lost_password_is_set(runner: CliRunner, database: Database) -> None:
    with database.transaction() as session:
        make_person(session, name="Bo", email="bo@example.org")

    typed = "three quiet rivers\nthree quiet rivers\n"
    result = runner.invoke(main, ["people", "password", "bo@example.org"], input=typed)

    assert "The password of Bo is set." in result.output
    assert "rivers" not in result.output
    with database.transaction(write=False) as session:
        assert is_password("three quiet rivers", session.exec(select(Person)).one().password_hash)


def test_an_address_that_nobody_has_is_refused_before_a_password_is_thought_of(
    runner: CliRunner,
) -> None:
    result = runner.invoke(main, ["people", "password", "nobody@example.org"])

    assert (result.exit_code, result.output) == (
        1,
        "Error: Nobody has the address nobody@example.org.\n",
    )


def test_a_weak_password_is_refused(runner: CliRunner, database: Database) -> None:
    with database.transaction() as session:
        make_person(session, name="Bo", email="bo@example.org")

    result = runner.invoke(main, ["people", "password", "bo@example.org", "--password", "short"])

    assert result.exit_code == 1
    assert "needs at least 12 characters" in result.output
