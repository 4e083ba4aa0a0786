import json

import pytest
from sqlmodel import Session, select

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.canonical import canonical_json
from evalhub.core.judging.answers import Choice
from evalhub.core.scoring.judges.length import ALL, MUCH_LONGER
from evalhub.db.models import Prompt
from evalhub.errors import NotFound
from evalhub.services.scoring.agreement import project_agreement
from evalhub.services.scoring.boards import project_boards
from evalhub.services.scoring.judges import ProjectJudges, judges_document, project_judges
from tests.factories import make_endpoint, make_person, make_project
from tests.release_project import Verdict, add_verdict, make_tiny_project
from tests.services.scoring.audited import SLUG, make_audited_project
from tests.services.scoring.pairs import make_two_model_pair


@pytest.fixture
def found(session: Session) -> ProjectJudges:
    make_tiny_project(session)
    make_audited_project(session)
    return project_judges(SLUG, session=session)


def test_the_judge_is_held_against_the_experts(found: ProjectJudges) -> None:
    (audit,) = found.audits

    assert found.names == {audit.judge: "gpt-4 (pilot)"}
    assert (audit.n_judgments, audit.n_shared_pairs, audit.n_experts) == (24, 12, 2)
    assert audit.comparisons[0].between_experts.value == pytest.approx(8 / 12)


def test_a_judge_that_follows_the_place_flips_every_verdict(found: ProjectJudges) -> None:
    flips = found.audits[0].flips

    assert (flips.flipped.value, flips.flipped.n) == (1.0, 12)
    assert flips.to_left.value == 1.0


def test_lengths_of_the_texts_reach_the_slices(found: ProjectJudges) -> None:
    by_slice = {effect.slice: effect for effect in found.audits[0].length}

    assert by_slice[ALL].n_pairs == by_slice[MUCH_LONGER].n_pairs == 12
    assert by_slice[ALL].experts == 0.0


def test_document_is_plain_json(found: ProjectJudges) -> None:
    document = json.loads(json.dumps(judges_document(found), allow_nan=False))

    assert document["schema"] == "evalhub.judges/1"
    assert document["judges"][0]["name"] == "gpt-4 (pilot)"


def test_project_without_judges_has_no_audit(session: Session) -> None:
    slug = make_project(session, make_endpoint(session)).slug

    found = project_judges(slug, session=session)

    assert (found.audits, found.names, found.n_by_people) == ((), {}, 0)


def test_unknown_project_is_named(session: Session) -> None:
    with pytest.raises(NotFound, match="no project 'nothing'"):
        project_judges("nothing", session=session)


def test_judges_of_other_projects_stay_there(found: ProjectJudges, session: Session) -> None:
    """The tiny project has a judgment by a model too; it is audited on its own."""
    other = project_judges("tiny", session=session)

    assert len(other.audits) == 1
    assert other.audits[0].judge != found.audits[0].judge
    assert other.audits[0].n_judgments == 1


def test_judgments_by_models_change_neither_board_nor_agreement(session: Session) -> None:
    project, pair = make_two_model_pair(session)
    for choice in (Choice.A, Choice.B):
        add_verdict(session, pair, make_person(session), Verdict(0, choice))
    before = (
        project_boards(project.slug, session=session).boards,
        project_agreement(project.slug, session=session).rubrics,
    )

    judge = make_person(session)
    add_verdict(session, pair, judge, Verdict(0, Choice.A, kind=AnnotatorKind.MODEL))

    assert before == (
        project_boards(project.slug, session=session).boards,
        project_agreement(project.slug, session=session).rubrics,
    )


def test_slices_are_the_prompts_own(session: Session) -> None:
    """Half of the prompts carry a tag; its slice holds their pairs and no others."""
    project = make_audited_project(session, with_controls=False)
    query = select(Prompt).where(Prompt.prompt_set_version_id == project.prompt_set_version_id)
    for prompt in session.exec(query).all()[:6]:
        prompt.document = canonical_json({**json.loads(prompt.document), "tags": ["dosing"]})
        session.add(prompt)
    session.flush()

    by_slice = {one.slice: one for one in project_judges(SLUG, session=session).audits[0].length}

    assert by_slice["tag dosing"].n_pairs == 6
    assert by_slice["all pairs"].n_pairs == 12
