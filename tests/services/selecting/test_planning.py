"""Plans: when they are made, what they rest on, and what they leave in the rows."""

from datetime import datetime

import pytest
from sqlmodel import Session, col, select

from evalhub.core.assigning import SelectionPolicy
from evalhub.core.campaigns import JudgmentOrigin, Purpose, SelectionMode
from evalhub.core.judging.answers import Choice
from evalhub.db.engine import Database
from evalhub.db.models import Assignment, Matchup, SelectionPlan
from evalhub.services.selecting.planning import (
    draft_plan,
    is_plan_due,
    keep_plan_fresh,
    plan_if_due,
    store_plan,
)
from tests.factories import make_judgment
from tests.services.selecting.tournaments import Tournament, make_tournament

SIDES = {True: Choice.A, False: Choice.B}


def season(tournament: Tournament) -> None:
    """Give each of four models 12 judgments; 1 and 2 come out even, the others far apart."""
    for prompt in range(4):
        for first, second in ((0, 1), (0, 2), (0, 3), (1, 3), (2, 3)):
            is_upset = prompt == 3 and (first, second) != (0, 3)
            tournament.judge(first, second, prompt, choice=SIDES[not is_upset])
        tournament.judge(1, 2, prompt, choice=SIDES[prompt < 2])


@pytest.fixture
def noise(session: Session) -> Tournament:
    """Add another judged and planned project, which no plan may mix in."""
    other = make_tournament(session)
    other.judge(0, 1)
    other.plan()
    return other


def test_a_new_project_first_connects_its_models(session: Session, noise: Tournament) -> None:
    tournament = make_tournament(session, n_models=4)

    plan = tournament.plan()

    chances = sorted(matchup.probability or 0 for matchup in _matchups(tournament))
    assert plan.policy is SelectionPolicy.CONNECT
    assert plan.n_judgments == plan.after_judgment_id == 0
    assert chances == pytest.approx([0.05, 0.05, 0.225, 0.225, 0.225, 0.225])


def test_the_mode_decides_from_ten_judgments_a_model(session: Session, noise: Tournament) -> None:
    tournament = make_tournament(session, n_models=4, n_prompts=5)
    season(tournament)

    plan = tournament.plan()

    chances = {m.id: m.probability or 0 for m in _matchups(tournament)}
    assert plan.policy is SelectionPolicy.RANK
    assert plan.n_judgments == 24
    assert sum(chances.values()) == pytest.approx(1)
    assert max(chances, key=chances.__getitem__) == tournament.matchup(1, 2).id
    assert min(chances.values()) >= 0.3 / 6 - 1e-12


def test_the_winner_mode_asks_who_is_first(session: Session) -> None:
    tournament = make_tournament(session, n_models=4, n_prompts=5, mode=SelectionMode.WINNER)
    season(tournament)

    plan = tournament.plan()

    assert plan.policy is SelectionPolicy.WINNER
    assert (tournament.matchup(0, 1).probability or 0) > (tournament.matchup(2, 3).probability or 0)


def test_matchups_without_room_are_not_drawn(session: Session) -> None:
    tournament = make_tournament(session, n_models=3, n_prompts=1)
    tournament.judge(0, 1)

    tournament.plan()

    assert tournament.matchup(0, 1).probability is None
    others = [tournament.matchup(*models).probability or 0 for models in ((0, 2), (1, 2))]
    assert sum(others) == pytest.approx(1)


def test_a_project_without_any_room_still_has_a_plan(session: Session) -> None:
    tournament = make_tournament(session, n_models=2, n_prompts=1)
    tournament.judge(0, 1)

    plan = tournament.plan()

    assert plan.policy is SelectionPolicy.UNIFORM
    assert not is_plan_due(tournament.project.id, session=session)


def test_ties_swapped_sides_and_revisions_count_as_on_the_board(
    session: Session, noise: Tournament
) -> None:
    tournament = make_tournament(session, n_models=2, n_prompts=4)
    tournament.judge(0, 1, 0)
    tournament.judge(1, 0, 1)
    tournament.judge(0, 1, 2, choice=Choice.BOTH_BAD)
    tournament.judge(0, 1, 3, choice=Choice.CANNOT_JUDGE)
    first = _assignments_of(tournament)[0]
    make_judgment(
        session,
        tournament.pairs[0, 1, 0],
        tournament.people[0],
        assignment=first,
        choice=Choice.B,
        revision=2,
    )

    tally = draft_plan(tournament.project.id, session=session).tally

    assert tally.scores.tolist() == [[0.0, 0.5], [2.5, 0.0]]
    assert tally.n_judgments == 3


def test_a_plan_is_due_at_first_and_when_its_batch_is_used_up(session: Session) -> None:
    tournament = make_tournament(session, n_models=3, n_prompts=3)
    assert is_plan_due(tournament.project.id, session=session)
    assert tournament.plan().n_until_next == 3

    due = []
    for prompt in range(3):
        tournament.judge(0, 1, prompt)
        due.append(is_plan_due(tournament.project.id, session=session))

    assert due == [False, False, True]


def test_what_checks_quality_uses_up_no_plan(session: Session) -> None:
    tournament = make_tournament(session, n_models=3, n_prompts=3)
    tournament.plan()

    for prompt in range(3):
        tournament.judge(0, 1, prompt, purpose=Purpose.ANCHOR)

    assert not is_plan_due(tournament.project.id, session=session)


def test_assignments_of_another_project_use_up_nothing(session: Session, noise: Tournament) -> None:
    tournament = make_tournament(session, n_models=3, n_prompts=3)
    tournament.plan()

    for first, second in ((0, 2), (1, 2)):
        noise.judge(first, second)
        noise.judge(first, second, 1)

    assert not is_plan_due(tournament.project.id, session=session)


def test_a_uniform_project_never_plans(session: Session, now: datetime) -> None:
    tournament = make_tournament(session, mode=SelectionMode.UNIFORM)

    assert not plan_if_due(tournament.project.id, session=session, now=now)
    assert session.get(SelectionPlan, tournament.project.id) is None


def test_planning_twice_from_the_same_judgments_gives_the_same(
    session: Session, noise: Tournament
) -> None:
    tournament = make_tournament(session, n_models=5)
    tournament.judge(0, 1)

    first, again = (draft_plan(tournament.project.id, session=session).plan for _ in range(2))

    assert first is not None
    assert again is not None
    assert first.probabilities.tolist() == again.probabilities.tolist()


def test_an_older_draft_does_not_replace_a_newer_plan(session: Session, now: datetime) -> None:
    tournament = make_tournament(session, n_models=3, n_prompts=3)
    old = draft_plan(tournament.project.id, session=session)
    tournament.judge(0, 1)
    standing = tournament.plan().after_judgment_id

    store_plan(old, session=session, now=now)

    session.expire_all()
    assert session.get_one(SelectionPlan, tournament.project.id).after_judgment_id == standing > 0


def test_imported_judgments_are_planned_from(session: Session) -> None:
    tournament = make_tournament(session, n_models=2, n_prompts=1)
    pair, person = tournament.pairs[0, 1, 0], tournament.people[0]
    make_judgment(session, pair, person, origin=JudgmentOrigin.IMPORTED)

    tally = draft_plan(tournament.project.id, session=session).tally

    assert tally.scores.tolist() == [[0.0, 1.0], [0.0, 0.0]]


def test_fresh_plans_are_made_in_transactions_of_their_own(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        project_id = make_tournament(session, n_models=3).project.id

    made = [keep_plan_fresh(project_id, database=database, now=now) for _ in range(2)]

    assert made == [True, False]
    with database.transaction(write=False) as session:
        assert session.get_one(SelectionPlan, project_id).planned_at == now


def _matchups(tournament: Tournament) -> list[Matchup]:
    query = select(Matchup).where(col(Matchup.project_id) == tournament.project.id)
    return list(tournament.session.exec(query))


def _assignments_of(tournament: Tournament) -> list[Assignment]:
    query = select(Assignment).where(Assignment.project_id == tournament.project.id)
    return list(tournament.session.exec(query.order_by(col(Assignment.id))))
