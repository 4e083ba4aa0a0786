"""Project commands: from a draft to a closed project, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from evalhub.cli import main
from evalhub.core.campaigns import OverlapRule, ProjectStatus, SelectionMode
from evalhub.core.people import Role
from evalhub.core.responses import ResponseStatus
from evalhub.db.engine import Database
from evalhub.db.models import Project, ProjectMember, Prompt
from tests.factories import (
    make_endpoint,
    make_person,
    make_prompt_set_version,
    make_response,
    make_rubric_version,
)

CREATE = (
    *("projects", "create", "trial", "--title", "A trial", "--purpose", "To try."),
    *("--prompt-set", "questions@1", "--rubric", "general@1.0.0"),
    *("--endpoint", "one", "--endpoint", "two", "--pay", "14.50", "--currency", "EUR"),
)


Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, database_url: str) -> Run:
    """Give a function that runs a command on the test's database."""
    environment = {"EVALHUB_INSTANCE_DIR": str(tmp_path), "EVALHUB_DATABASE_URL": database_url}

    def run(*arguments: str) -> Result:
        return CliRunner(env=environment).invoke(main, arguments)

    return run


@pytest.fixture
def material(database: Database) -> None:
    """Store a prompt set, a rubric, two endpoints and their responses."""
    with database.transaction() as session:
        make_prompt_set_version(session, "First?", slug="questions")
        make_rubric_version(session, rubric_id="general")
        prompt = session.exec(select(Prompt)).one()
        for slug in ("one", "two"):
            make_response(session, prompt, make_endpoint(session, slug=slug), text=slug)
        failed = make_endpoint(session, slug="three")
        make_response(session, prompt, failed, text="", status=ResponseStatus.EMPTY)
        make_person(session, Role.ANNOTATOR, email="ada@example.org")


def stored(database: Database) -> Project:
    with database.transaction(write=False) as session:
        return session.exec(select(Project)).one()


@pytest.mark.usefixtures("material")
def test_a_project_goes_from_draft_to_closed(run: Run, database: Database) -> None:
    results = [
        run(*CREATE),
        run("projects", "open", "trial"),
        run("projects", "pause", "trial"),
        run("projects", "close", "trial"),
    ]

    assert [result.exit_code for result in results] == [0, 0, 0, 0]
    assert "1 new pair can be claimed" in results[1].output
    assert stored(database).status is ProjectStatus.CLOSED


@pytest.mark.usefixtures("material")
def test_pay_is_kept_in_minor_units(run: Run, database: Database) -> None:
    run(*CREATE)

    assert (stored(database).pay_minor_units, stored(database).pay_currency) == (1450, "EUR")


@pytest.mark.usefixtures("material")
def test_opening_says_what_was_left_out(run: Run) -> None:
    run(*CREATE, "--endpoint", "three")

    assert "1 response without an answer" in run("projects", "open", "trial").output


@pytest.mark.usefixtures("material")
def test_a_person_is_put_on_a_project(run: Run, database: Database) -> None:
    run(*CREATE)

    result = run("projects", "add-member", "trial", "ada@example.org")

    with database.transaction(write=False) as session:
        assert session.exec(select(ProjectMember)).one().role is Role.ANNOTATOR
    assert "ada@example.org is on trial as annotator" in result.output


@pytest.mark.usefixtures("material")
def test_projects_are_listed(run: Run) -> None:
    empty = run("projects", "list").output
    run(*CREATE)

    assert "No projects" in empty
    assert "trial  draft  general@1.0.0  A trial" in run("projects", "list").output


@pytest.mark.usefixtures("material")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*CREATE, "--endpoint", "four"), "there is no endpoint 'four'"),
        ((*CREATE, "--pay", "lots"), "'lots' is not an amount"),
        (("projects", "open", "nothing"), "There is no project 'nothing'"),
        (("projects", "add-member", "nothing", "x@y.z"), "There is no project 'nothing'"),
    ],
    ids=["endpoint", "pay", "unknown", "unknown for a member"],
)
def test_what_cannot_be_done_is_refused_with_its_reason(
    run: Run, arguments: tuple[str, ...], message: str
) -> None:
    result = run(*arguments)

    assert result.exit_code == 1
    assert message in result.output


@pytest.mark.usefixtures("material")
def test_a_project_without_pairs_does_not_open(run: Run, database: Database) -> None:
    with database.transaction() as session:
        make_endpoint(session, slug="four")
    run(*[word if word != "two" else "four" for word in CREATE])

    assert "has no pair to judge" in run("projects", "open", "trial").output


def test_what_to_ask_for_and_when_a_pair_is_done_can_be_said(
    run: Run, material: None, database: Database
) -> None:
    further = ("--selection", "winner", "--overlap", "3", "--overlap-rule", "on_conflict")

    assert run(*CREATE, *further).exit_code == 0

    project = stored(database)
    assert project.selection_mode is SelectionMode.WINNER
    assert project.overlap_rule is OverlapRule.ON_CONFLICT


def test_a_conflict_rule_without_a_third_judgment_is_refused(run: Run, material: None) -> None:
    result = run(*CREATE, "--overlap", "2", "--overlap-rule", "on_conflict")

    assert result.exit_code == 1
    assert "leaves nobody to ask" in result.output
