import json

import pytest
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.judging.answers import Choice
from evalhub.core.scoring.agreement import Statistic, SubjectKind
from evalhub.errors import NotFound
from evalhub.services.scoring.agreement import (
    ProjectAgreement,
    agreement_document,
    project_agreement,
)
from tests.factories import (
    make_assignment,
    make_endpoint,
    make_judgment,
    make_person,
    make_project,
    make_rubric_version,
)
from tests.release_project import Verdict, add_verdict, make_tiny_project
from tests.services.scoring.audited import SLUG, make_audited_project
from tests.services.scoring.pairs import make_two_model_pair


@pytest.fixture
def found(session: Session) -> ProjectAgreement:
    make_tiny_project(session)
    make_audited_project(session)
    return project_agreement(SLUG, session=session)


def test_people_are_compared_and_models_left_out(found: ProjectAgreement) -> None:
    assert (found.n_judgments, found.n_by_models) == (24, 24)
    percent = found.rubrics[0].subjects[0].figures[0]
    assert percent.statistic is Statistic.PERCENT
    assert percent.value == pytest.approx(8 / 12)
    assert (percent.n_pairs, percent.n_annotators) == (12, 2)


def test_every_question_that_was_answered_has_its_table(found: ProjectAgreement) -> None:
    asked = [(subject.kind, subject.criterion) for subject in found.rubrics[0].subjects]

    assert asked == [
        (SubjectKind.OVERALL, ""),
        (SubjectKind.PREFERENCE, ""),
        (SubjectKind.COMPARED, "clear"),
        (SubjectKind.RATED, "correct"),
    ]


def test_one_annotators_criteria_have_nothing_to_agree_with(found: ProjectAgreement) -> None:
    clear = found.rubrics[0].subjects[2]

    assert all(figure.reason == "No pair was judged by two annotators." for figure in clear.figures)


def test_consensus_covers_every_pair(found: ProjectAgreement) -> None:
    assert found.consensus is not None
    assert len(found.consensus.pairs) == 12
    assert found.consensus.n_annotators == 2


def test_document_is_plain_json(found: ProjectAgreement) -> None:
    document = json.loads(json.dumps(agreement_document(found), allow_nan=False))

    assert document["schema"] == "evalhub.agreement/1"
    assert document["project"] == SLUG
    assert document["rubrics"][0]["subjects"][0]["figures"][0]["statistic"] == "percent agreement"


def test_project_without_judgments_has_nothing(session: Session) -> None:
    slug = make_project(session, make_endpoint(session)).slug

    found = project_agreement(slug, session=session)

    assert (found.rubrics, found.consensus, found.is_simulated) == ((), None, False)


@pytest.mark.parametrize("is_simulated", [True, False])
def test_simulated_judgments_are_said(session: Session, *, is_simulated: bool) -> None:
    project = make_tiny_project(session, is_simulated=is_simulated)
    project.is_simulated = False

    assert project_agreement("tiny", session=session).is_simulated is is_simulated


def test_unknown_project_is_named(session: Session) -> None:
    with pytest.raises(NotFound, match="no project 'nothing'"):
        project_agreement("nothing", session=session)


def test_a_judgment_that_was_changed_counts_as_it_stands(session: Session) -> None:
    project, pair = make_two_model_pair(session)
    for name, choices in (("ann", (Choice.A, Choice.B)), ("bob", (Choice.B,))):
        person = make_person(session, name=name)
        lease = make_assignment(session, pair, person, status=AssignmentStatus.SUBMITTED)
        for revision, choice in enumerate(choices, start=1):
            make_judgment(session, pair, person, assignment=lease, choice=choice, revision=revision)

    found = project_agreement(project.slug, session=session)

    assert found.n_judgments == 2
    assert found.rubrics[0].subjects[0].figures[0].value == 1.0


def test_versions_of_a_rubric_have_tables_of_their_own(session: Session) -> None:
    project, pair = make_two_model_pair(session)
    for version in ("1.0.0", "2.0.0"):
        rubric = make_rubric_version(session, rubric_id="two-versions", version=version)
        project.rubric_version_id = rubric.id
        for _ in range(2):
            add_verdict(session, pair, make_person(session), Verdict(0, Choice.A))

    found = project_agreement(project.slug, session=session)

    assert [rubric.rubric_version for rubric in found.rubrics] == ["1.0.0", "2.0.0"]
    assert [rubric.subjects[0].figures[0].n_pairs for rubric in found.rubrics] == [1, 1]
