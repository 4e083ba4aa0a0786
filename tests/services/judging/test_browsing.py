"""Reading judgments: those in force, as they were shown, the newest first."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from evalhub.core.campaigns import AnnotatorKind, AssignmentStatus, JudgmentOrigin
from evalhub.core.canonical import canonical_json
from evalhub.core.judging.answers import (
    Answer,
    Choice,
    Mark,
    RaisedFlag,
    SideFlags,
    answer_to_json,
)
from evalhub.db.models import Assignment, Judgment, Pair, Person, Project, Prompt
from evalhub.services.judging.browsing import PAGE_SIZE, ReadFlag, ReadMark, list_judgments
from tests.factories import (
    MOMENT,
    make_endpoint,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
)


@pytest.fixture
def project(session: Session) -> Project:
    """Give a project with a pair on each of two prompts, beside a judged noise project."""
    noise = set_up(session, "noise")
    judge(session, noise, 0, make_person(session))
    return set_up(session, "trial")


def set_up(session: Session, slug: str) -> Project:
    version = make_prompt_set_version(session, "First?", "Second?")
    endpoints = [make_endpoint(session, model=f"{slug}-{n}") for n in (1, 2)]
    project = make_project(session, *endpoints, prompts=version, slug=slug)
    for prompt in session.exec(select(Prompt).where(Prompt.prompt_set_version_id == version.id)):
        first, second = (make_response(session, prompt, endpoint) for endpoint in endpoints)
        make_pair(session, project, first, second, position=prompt.position)
    return project


def judge(  # noqa: PLR0913 - what a test says of a judgment, each by its name
    session: Session,
    project: Project,
    position: int,
    person: Person,
    *,
    is_swapped: bool = False,
    n_revisions: int = 1,
    answer: Answer | None = None,
    at: datetime = MOMENT,
    rubric_language: str | None = None,
) -> None:
    query = select(Pair).where(Pair.project_id == project.id, Pair.position == position)
    pair = session.exec(query).one()
    assignment = Assignment(
        token=f"{pair.id}-{person.id}",
        project_id=project.id,
        pair_id=pair.id,
        person_id=person.id,
        is_swapped=is_swapped,
        status=AssignmentStatus.SUBMITTED,
        policy="uniform",
        leased_at=at,
        expires_at=at,
    )
    session.add(assignment)
    session.flush()
    for revision in range(1, n_revisions + 1):
        session.add(
            Judgment(
                public_id=f"{pair.id}-{person.id}-{revision}",
                project_id=project.id,
                pair_id=pair.id,
                person_id=person.id,
                assignment_id=assignment.id,
                revision=revision,
                origin=JudgmentOrigin.FORM,
                annotator_kind=AnnotatorKind.HUMAN,
                rubric_version_id=project.rubric_version_id,
                is_swapped=is_swapped,
                choice=Choice.A,
                preference=-2,
                why=f"Reason {revision}",
                answer=canonical_json(answer_to_json(answer or Answer())),
                created_at=at,
                rubric_language=rubric_language,
            )
        )
    session.flush()


@pytest.mark.parametrize(
    ("is_swapped", "sides"),
    [(False, ("trial-1", "trial-2")), (True, ("trial-2", "trial-1"))],
    ids=["as stored", "swapped"],
)
def test_the_models_stand_on_the_sides_that_were_shown(
    session: Session, project: Project, sides: tuple[str, str], *, is_swapped: bool
) -> None:
    judge(session, project, 0, make_person(session, name="Bo"), is_swapped=is_swapped)

    (one,) = list_judgments(project, session=session).items

    assert (one.model_a, one.model_b) == sides
    assert (one.prompt_key, one.annotator, one.choice) == ("p0", "Bo", Choice.A)


def test_only_the_revision_in_force_is_listed(session: Session, project: Project) -> None:
    judge(session, project, 0, make_person(session), n_revisions=3)

    (one,) = list_judgments(project, session=session).items

    assert (one.revision, one.why) == (3, "Reason 3")


def test_flags_come_with_their_side_and_words(session: Session, project: Project) -> None:
    flagged = Answer(flags_b=SideFlags(raised=(RaisedFlag("privacy", "her full name"),)))
    judge(session, project, 0, make_person(session), answer=flagged)

    (one,) = list_judgments(project, session=session).items

    assert one.flags == (ReadFlag("B", "privacy", "her full name"),)


def test_the_newest_come_first_and_one_prompt_can_be_asked_for(
    session: Session, project: Project
) -> None:
    person = make_person(session)
    judge(session, project, 0, person)
    judge(session, project, 1, person, at=MOMENT + timedelta(minutes=1))

    everything = list_judgments(project, session=session)
    one_prompt = list_judgments(project, session=session, prompt="p0")

    assert [one.prompt_key for one in everything.items] == ["p1", "p0"]
    assert [one.prompt_key for one in one_prompt.items] == ["p0"]


def test_a_long_list_is_cut_into_pages(session: Session, project: Project) -> None:
    for _ in range(PAGE_SIZE + 1):
        judge(session, project, 0, make_person(session))

    second = list_judgments(project, session=session, page=2)

    assert (second.n_found, second.n_pages, len(second.items)) == (PAGE_SIZE + 1, 2, 1)


def test_marks_are_read_with_their_words_flag_and_reason(
    session: Session, project: Project
) -> None:
    answer = Answer(
        choice=Choice.A,
        preference=-2,
        flags_a=SideFlags(raised=(RaisedFlag("rude", "you fool"), RaisedFlag("harmful", "take"))),
        marks=(Mark("a", 3, 11, "you fool", "rude"), Mark("b", 0, 4, "Rest", reason="Kind.")),
    )
    judge(session, project, 0, make_person(session), answer=answer)

    (read,) = list_judgments(project, session=session).items

    assert read.marks == (
        ReadMark("A", "you fool", "rude", ""),
        ReadMark("B", "Rest", "", "Kind."),
    )
    # The words of a flag that a mark shows stand with the mark.
    assert read.flags == (ReadFlag("A", "rude", ""), ReadFlag("A", "harmful", "take"))


def test_the_language_that_was_read_is_told_where_it_is_known(
    session: Session, project: Project
) -> None:
    judge(session, project, 0, make_person(session))
    judge(session, project, 1, make_person(session), rubric_language="de")

    read = list_judgments(project, session=session).items

    assert {one.language for one in read} == {"", "de"}
