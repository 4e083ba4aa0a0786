"""Counts by prompt equal those of the table that boards are fitted to."""

from sqlmodel import Session

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.judging.answers import Choice
from evalhub.core.scoring.counting.counts import Counts, count_judgments
from evalhub.services.scoring.cells import ActiveTime, active_time, count_by_prompt
from evalhub.services.scoring.inputs import scoring_inputs
from evalhub.services.selecting.tallies import tally_project
from tests.factories import make_judgment
from tests.release_project import make_tiny_project
from tests.services.selecting.tournaments import Tournament, make_tournament


def test_the_counts_are_those_of_the_board(session: Session) -> None:
    make_tournament(session).judge(0, 1)
    project = make_tiny_project(session)
    ids = tally_project(project.id, session=session).endpoint_ids

    counts = count_by_prompt(project.id, ids, session=session)

    inputs = scoring_inputs(project, session=session)
    board = count_judgments(inputs.judgments, models=inputs.models)
    assert counts.n_judgments == board.n_judgments > 0
    assert len(counts.clusters) == len(board.clusters)
    assert counts.table().sum(axis=(1, 2)).tolist() == board.table().sum(axis=(1, 2)).tolist()


def test_two_ways_to_tie_are_one_cell(session: Session) -> None:
    tournament = make_tournament(session, n_models=2, overlap=3, n_people=3)
    for by, choice in enumerate((Choice.TIE, Choice.BOTH_BAD, Choice.CANNOT_JUDGE)):
        tournament.judge(0, 1, by=by, choice=choice)

    counts = _counts(tournament)

    assert counts.n.tolist() == [2]
    assert counts.outcome.tolist() == [1]


def test_no_judgment_is_no_cell(session: Session) -> None:
    counts = _counts(make_tournament(session))

    assert counts.n_judgments == 0
    assert counts.table().shape == (3, 3, 3)


def test_active_time_is_the_mean_of_what_was_measured(session: Session) -> None:
    tournament = make_tournament(session, n_models=2, n_prompts=4)
    for prompt, seconds in enumerate((120.0, 240.0, None, 0.0)):
        _timed(tournament, prompt, seconds)
    _timed(make_tournament(session, n_models=2), 0, 9_999.0)

    assert active_time(tournament.project.id, session=session) == ActiveTime(3.0, 2)


def test_a_model_s_time_is_nobody_s_hour(session: Session) -> None:
    tournament = make_tournament(session, n_models=2)
    _timed(tournament, 0, 60.0, kind=AnnotatorKind.MODEL)

    assert active_time(tournament.project.id, session=session) is None


def _counts(tournament: Tournament) -> Counts:
    ids = tally_project(tournament.project.id, session=tournament.session).endpoint_ids
    return count_by_prompt(tournament.project.id, ids, session=tournament.session)


def _timed(
    tournament: Tournament,
    prompt: int,
    seconds: float | None,
    *,
    kind: AnnotatorKind = AnnotatorKind.HUMAN,
) -> None:
    make_judgment(
        tournament.session,
        tournament.pairs[0, 1, prompt],
        tournament.people[0],
        active_seconds=seconds,
        annotator_kind=kind,
    )
