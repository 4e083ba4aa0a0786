"""What is asked next, in every mode, with what it rests on."""

import pytest
from sqlmodel import Session

from evalhub.core.assigning import SelectionPolicy
from evalhub.core.campaigns import SelectionMode
from evalhub.core.judging.answers import Choice
from evalhub.db.models import SelectionPlan
from evalhub.errors import NotFound
from evalhub.services.scoring.asking import AskNext, ask_next
from tests.services.selecting.test_planning import season
from tests.services.selecting.tournaments import Tournament, make_tournament


@pytest.fixture
def noise(session: Session) -> Tournament:
    """Add another judged project, which no answer may mix in."""
    other = make_tournament(session)
    other.judge(0, 1)
    return other


def asked(tournament: Tournament) -> AskNext:
    return ask_next(tournament.project.slug, session=tournament.session)


def test_a_new_project_links_its_models(session: Session, noise: Tournament) -> None:
    tournament = make_tournament(session, n_models=4)

    found = asked(tournament)

    assert found.policy is SelectionPolicy.CONNECT
    assert (found.n_parts, found.n_judgments, found.n_least) == (4, 0, 0)
    assert all(pair.joins_parts for pair in found.pairs)
    assert found.foreseen.points == ()
    assert "no judgment" in found.foreseen.reason


def test_until_ten_judgments_a_model_the_draw_is_even(session: Session) -> None:
    tournament = make_tournament(session, n_models=2, n_prompts=12)
    for prompt in range(9):
        tournament.judge(0, 1, prompt)

    found = asked(tournament)

    assert found.policy is SelectionPolicy.UNIFORM
    assert (found.n_least, found.n_seasoned_at) == (9, 10)


def test_every_mode_says_what_it_would_ask(session: Session, noise: Tournament) -> None:
    tournament = make_tournament(session, n_models=4, n_prompts=5)
    season(tournament)

    found = asked(tournament)

    assert found.policy_by_mode == {mode: SelectionPolicy(mode.value) for mode in SelectionMode}
    for mode in SelectionMode:
        total = sum(pair.probability_by_mode[mode] for pair in found.pairs)
        assert total == pytest.approx(1)
    assert {found.pairs[0].first, found.pairs[0].second} == {
        tournament.endpoints[1].model,
        tournament.endpoints[2].model,
    }
    assert (found.pairs[0].n_judgments, found.pairs[0].n_open) == (4, 1)


@pytest.mark.parametrize("left", [{(0, 3)}, set()], ids=["two models left", "none left"])
def test_what_more_would_settle_does_not_hang_on_the_pairs_that_are_left(
    session: Session, left: set[tuple[int, int]]
) -> None:
    tournament = make_tournament(session, n_models=4, n_prompts=5)
    season(tournament)
    before = asked(tournament)
    for (first, second, _), pair in tournament.pairs.items():
        pair.n_taken = 0 if (first, second) in left else pair.overlap
    session.flush()

    after = asked(tournament)

    assert len(after.pairs) == len(left)
    assert after.foreseen.points == before.foreseen.points != ()


def test_the_prompts_least_judged_come_first(session: Session, noise: Tournament) -> None:
    tournament = make_tournament(session, n_models=3, n_prompts=3)
    for first, second in ((0, 1), (0, 2)):
        tournament.judge(first, second, 1)
    tournament.judge(0, 1, 0, choice=Choice.TIE)

    found = asked(tournament)

    assert [(use.key, use.n_judgments) for use in found.prompts] == [
        ("p2", 0),
        ("p0", 1),
        ("p1", 2),
    ]
    assert found.n_places_left == 6


def test_a_finished_project_asks_nothing(session: Session) -> None:
    tournament = make_tournament(session, n_models=2, n_prompts=1)
    tournament.judge(0, 1)

    found = asked(tournament)

    assert found.pairs == ()
    assert found.n_places_left == 0


def test_the_plan_that_leases_follow_is_told_apart(session: Session) -> None:
    tournament = make_tournament(session, n_models=3)
    planned_at = tournament.plan().planned_at
    tournament.judge(0, 1)

    found = asked(tournament)

    assert (found.planned_at, found.n_planned_from, found.n_judgments) == (planned_at, 0, 1)


def test_looking_stores_no_plan(session: Session) -> None:
    tournament = make_tournament(session)

    asked(tournament)

    assert session.get(SelectionPlan, tournament.project.id) is None


def test_models_of_one_name_are_told_apart(session: Session) -> None:
    tournament = make_tournament(session, n_models=2, n_prompts=1)
    for endpoint in tournament.endpoints:
        endpoint.model = "same"
    session.flush()

    (pair,) = asked(tournament).pairs

    assert {pair.first, pair.second} == {
        f"same ({endpoint.slug}, revision 1)" for endpoint in tournament.endpoints
    }


def test_an_unknown_project_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        ask_next("nothing", session=session)
