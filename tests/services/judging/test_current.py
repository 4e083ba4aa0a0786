"""The judgments in force are the newest revisions, in an order free of row ids."""

from sqlmodel import Session

from evalhub.core.judging.answers import Choice
from evalhub.db.models import Project
from evalhub.services.judging.current import current_judgments
from tests.factories import make_assignment, make_judgment, make_person, make_project
from tests.services.judging.conftest import a_pair


def test_only_the_newest_revision_counts(session: Session) -> None:
    pair = a_pair(session)
    noise = a_pair(session, "gamma", "delta")
    person = make_person(session)
    make_judgment(session, noise, person)
    assignment = make_assignment(session, pair, person)
    make_judgment(session, pair, person, assignment=assignment, choice=Choice.A)
    make_judgment(session, pair, person, assignment=assignment, choice=Choice.B, revision=2)

    records = current_judgments(pair.project_id, session=session)

    assert [(record.choice, record.revision) for record in records] == [(Choice.B, 2)]


def test_the_orientation_follows_the_content_and_not_the_row_ids(session: Session) -> None:
    pair = a_pair(session, first="zeta", second="alpha")
    make_judgment(session, pair, make_person(session), choice=Choice.A, preference=-1)

    record = current_judgments(pair.project_id, session=session)[0]

    assert (record.x.endpoint, record.y.endpoint) == ("alpha", "zeta")
    assert record.is_swapped
    assert record.winner == record.y
    assert record.canonical_preference == 1


def test_judgments_without_an_assignment_all_count(session: Session) -> None:
    pair = a_pair(session)
    people = [make_person(session), make_person(session)]
    for person in people:
        make_judgment(session, pair, person)

    records = current_judgments(pair.project_id, session=session)

    assert [record.person_public_id for record in records] == sorted(
        person.public_id for person in people
    )


def test_a_project_without_judgments_has_none(session: Session) -> None:
    project: Project = make_project(session)

    assert current_judgments(project.id, session=session) == []


def test_a_record_carries_what_was_judged(session: Session) -> None:
    pair = a_pair(session)
    person = make_person(session)
    make_judgment(session, pair, person, choice=Choice.TIE, preference=0)

    record = current_judgments(pair.project_id, session=session)[0]

    assert record.prompt_key == "p0"
    assert record.x.model.startswith("model-")
    assert record.answer == {}
    assert record.person_public_id == person.public_id
    assert record.rubric_version == "1.0.0"
