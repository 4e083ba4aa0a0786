import pytest
from sqlmodel import Session, select

from evalhub.core.canonical import canonical_json
from evalhub.core.judging.answers import Answer, Choice, ComparedCriterion, RatedCriterion
from evalhub.db.models import Pair, Project, RubricVersion
from evalhub.errors import NotFound
from evalhub.services.scoring.criteria import project_criteria
from tests.factories import (
    make_endpoint,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
)
from tests.release_project import Verdict, add_verdict, make_tiny_project
from tests.services.scoring.pairs import make_second_sample, prompts_of

RUBRIC = canonical_json(
    {
        "criteria": [
            {"id": "clear", "name": "Clarity", "weight": 0.25},
            {"id": "correct", "name": "Correctness", "weight": 0.75},
        ]
    }
)
FOR_FIRST = Answer(
    rated=(RatedCriterion("correct", a=4, b=2),), compared=(ComparedCriterion("clear", 1),)
)
FOR_SECOND = Answer(
    rated=(RatedCriterion("correct", a=1, b=2),), compared=(ComparedCriterion("clear", -2),)
)


def make_judged(session: Session, n_prompts: int = 9) -> Project:
    """Add a project whose two models split two criteria the opposite ways, 2 to 1."""
    version = make_prompt_set_version(session, *(f"Question {'x' * n}?" for n in range(n_prompts)))
    endpoints = [make_endpoint(session, model=name) for name in ("alder", "birch")]
    project = make_project(session, *endpoints, prompts=version)
    session.get_one(RubricVersion, project.rubric_version_id).document = RUBRIC
    person = make_person(session)
    for number, prompt in enumerate(prompts_of(version, session)):
        responses = [make_response(session, prompt, one, text=one.slug) for one in endpoints]
        answer = FOR_SECOND if number % 3 == 0 else FOR_FIRST
        pair = make_pair(session, project, *responses)
        add_verdict(session, pair, person, Verdict(0, Choice.A, -1, answer=answer))
    session.flush()
    return project


def test_every_criterion_has_a_board_of_its_own(session: Session) -> None:
    make_tiny_project(session)
    project = make_judged(session)

    found = project_criteria(project.slug, session=session)

    assert [(one.id, one.name, one.weight) for one in found.criteria] == [
        ("correct", "Correctness", 0.75),
        ("clear", "Clarity", 0.25),
    ]
    leaders = [one.boards.boards[0].rows[0].model for one in found.criteria]
    assert sorted(leaders) == ["alder", "birch"]


def test_nothing_is_added_up_unasked(session: Session) -> None:
    project = make_judged(session)

    found = project_criteria(project.slug, session=session)

    assert (found.composite, found.chosen, found.reason) == (None, (), "")


def test_named_criteria_are_added_up_by_the_weights_of_the_rubric(session: Session) -> None:
    project = make_judged(session)

    found = project_criteria(project.slug, session=session, chosen=["clear", "correct", "style"])

    assert found.composite is not None
    assert found.composite.weights == {"clear": 0.25, "correct": 0.75}
    assert found.chosen == ("clear", "correct")


def test_what_cannot_be_added_up_has_a_reason(session: Session) -> None:
    project = make_judged(session, n_prompts=3)

    found = project_criteria(project.slug, session=session, chosen=["correct"])

    assert found.composite is None
    assert "at least 5" in found.reason


def test_a_criterion_the_rubric_does_not_have_keeps_its_id(session: Session) -> None:
    make_tiny_project(session)

    found = project_criteria("tiny", session=session)

    assert [(one.name, one.weight) for one in found.criteria] == [
        ("clear", None),
        ("correct", None),
    ]


def test_two_answers_of_one_endpoint_compare_no_models(session: Session) -> None:
    project = make_judged(session)
    before = project_criteria(project.slug, session=session)
    pair = session.exec(select(Pair).where(Pair.project_id == project.id)).first()
    assert pair is not None
    samples = make_second_sample(session, project, pair)
    add_verdict(session, samples, make_person(session), Verdict(0, Choice.A, answer=FOR_FIRST))

    found = project_criteria(project.slug, session=session)

    counts = [one.boards.n_judgments for one in found.criteria]
    assert counts == [one.boards.n_judgments for one in before.criteria] == [9, 9]


def test_an_unknown_project_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        project_criteria("nowhere", session=session)
