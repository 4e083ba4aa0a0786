from sqlmodel import Session

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.judging.answers import Choice
from evalhub.db.models import Response
from evalhub.services.scoring.inputs import scoring_inputs
from tests.factories import (
    make_endpoint,
    make_person,
    make_project,
    make_prompt_set_version,
)
from tests.release_project import Verdict, add_verdict, make_tiny_project
from tests.services.scoring.pairs import make_second_sample, make_two_model_pair


def test_rows_are_as_shown_with_ties_as_half(session: Session) -> None:
    project, pair = make_two_model_pair(session)
    for verdict in (
        Verdict(0, Choice.A),
        Verdict(0, Choice.A, is_swapped=True),
        Verdict(0, Choice.B),
        Verdict(0, Choice.TIE),
        Verdict(0, Choice.BOTH_GOOD),
        Verdict(0, Choice.BOTH_BAD),
    ):
        add_verdict(session, pair, make_person(session), verdict)

    inputs = scoring_inputs(project, session=session)

    columns = inputs.judgments[["prompt_id", "left", "right", "winner"]]
    rows = sorted(columns.itertuples(index=False, name=None))
    assert rows == [
        ("p0", "alder", "birch", "left"),
        ("p0", "alder", "birch", "right"),
        ("p0", "alder", "birch", "tie"),
        ("p0", "alder", "birch", "tie"),
        ("p0", "alder", "birch", "tie"),
        ("p0", "birch", "alder", "left"),
    ]
    assert inputs.n_annotators == inputs.judgments["annotator_id"].nunique() == 6


def test_what_cannot_be_scored_is_counted(session: Session) -> None:
    project, pair = make_two_model_pair(session)
    person = make_person(session)
    add_verdict(session, pair, person, Verdict(0, Choice.CANNOT_JUDGE))
    add_verdict(session, pair, person, Verdict(0, Choice.A, kind=AnnotatorKind.MODEL))

    inputs = scoring_inputs(project, session=session)

    assert inputs.judgments.empty
    assert (inputs.left_out.cannot_judge, inputs.left_out.by_models) == (1, 1)
    assert inputs.models == ("alder", "birch")


def test_two_samples_of_one_endpoint_are_left_out(session: Session) -> None:
    project, pair = make_two_model_pair(session)
    other = make_second_sample(session, project, pair)
    add_verdict(session, other, make_person(session), Verdict(0, Choice.A))

    inputs = scoring_inputs(project, session=session)

    assert inputs.left_out.same_endpoint == 1
    assert inputs.judgments.empty


def test_two_endpoints_of_one_model_are_told_apart(session: Session) -> None:
    version = make_prompt_set_version(session)
    endpoints = [make_endpoint(session, slug=slug, model="same") for slug in ("cold", "warm")]
    project = make_project(session, *endpoints, prompts=version)

    inputs = scoring_inputs(project, session=session)

    assert inputs.models == ("same (cold, revision 1)", "same (warm, revision 1)")


def test_simulated_judgments_are_counted(session: Session) -> None:
    project = make_tiny_project(session, is_simulated=True)

    inputs = scoring_inputs(project, session=session)

    assert inputs.n_simulated == len(inputs.judgments) > 0


def test_texts_stand_on_the_side_where_they_were_shown(session: Session) -> None:
    project, pair = make_two_model_pair(session)
    for side, text in ((pair.response_x_id, "by alder"), (pair.response_y_id, "by birch")):
        session.get_one(Response, side).text = text
    make_tiny_project(session)
    for is_swapped in (False, True):
        verdict = Verdict(0, Choice.A, is_swapped=is_swapped)
        add_verdict(session, pair, make_person(session), verdict)

    table = scoring_inputs(project, session=session, has_texts=True).judgments

    assert len(table) == 2
    assert (table["response_left"] == "by " + table["left"]).all()
    assert (table["response_right"] == "by " + table["right"]).all()


def test_grades_come_as_shown(session: Session) -> None:
    project, pair = make_two_model_pair(session)
    add_verdict(session, pair, make_person(session), Verdict(0, Choice.A, preference=-2))

    (grade,) = scoring_inputs(project, session=session).judgments["preference"]

    assert grade == "-2"


def test_hash_changes_with_the_judgments_only(session: Session) -> None:
    project = make_tiny_project(session)
    other, pair = make_two_model_pair(session)
    before = scoring_inputs(project, session=session).sha256

    add_verdict(session, pair, make_person(session), Verdict(0, Choice.A))

    assert scoring_inputs(project, session=session).sha256 == before
    assert scoring_inputs(other, session=session).sha256 != before
