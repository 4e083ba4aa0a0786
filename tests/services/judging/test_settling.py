"""A further place is opened on a conflict only, and closed again when there is none."""

import threading

import pytest
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus, OverlapRule
from evalhub.core.judging.answers import Choice
from evalhub.db.engine import Database
from evalhub.db.models import Pair
from evalhub.services.judging.settling import settle_places
from tests.factories import make_assignment, make_judgment
from tests.services.selecting.tournaments import Tournament, make_tournament

ON_CONFLICT = OverlapRule.ON_CONFLICT
A, B, TIE, CANNOT = Choice.A, Choice.B, Choice.TIE, Choice.CANNOT_JUDGE


def make(session: Session) -> tuple[Tournament, Pair]:
    """Add a project with one pair that has the two places it begins with."""
    tournament = make_tournament(
        session, n_models=2, n_prompts=1, overlap=3, overlap_rule=ON_CONFLICT, n_people=4
    )
    pair = tournament.pairs[0, 1, 0]
    pair.overlap = 2
    session.flush()
    return tournament, pair


def settle(pair: Pair, session: Session) -> int:
    return settle_places(pair.id, rule=ON_CONFLICT, overlap=3, session=session)


@pytest.mark.parametrize(
    ("choices", "places"),
    [
        ((), 2),
        ((A,), 2),
        ((A, A), 2),
        ((A, TIE), 2),
        ((A, CANNOT), 2),
        ((A, B), 3),
        ((B, A), 3),
    ],
    ids=str,
)
def test_a_place_opens_when_signs_conflict(
    session: Session, choices: tuple[Choice, ...], places: int
) -> None:
    tournament, pair = make(session)
    for by, choice in enumerate(choices):
        tournament.judge(0, 1, by=by, choice=choice)

    assert settle(pair, session) == places
    session.refresh(pair)
    assert pair.overlap == places


def test_the_sides_shown_make_no_conflict(session: Session) -> None:
    tournament, pair = make(session)
    tournament.judge(0, 1, by=0)
    tournament.judge(1, 0, by=1, choice=B)

    assert settle(pair, session) == 2


def test_a_revision_that_agrees_closes_the_place_again(session: Session) -> None:
    tournament, pair = make(session)
    tournament.judge(0, 1, by=0)
    made = make_assignment(session, pair, tournament.people[1], status=AssignmentStatus.SUBMITTED)
    make_judgment(session, pair, tournament.people[1], assignment=made, choice=B)
    assert settle(pair, session) == 3

    make_judgment(session, pair, tournament.people[1], assignment=made, choice=A, revision=2)

    assert settle(pair, session) == 2


def test_a_place_that_somebody_holds_stays(session: Session) -> None:
    tournament, pair = make(session)
    pair.overlap = 3
    for by in range(2):
        tournament.judge(0, 1, by=by)
    make_assignment(session, pair, tournament.people[2])

    assert settle(pair, session) == 3


def test_a_judgment_given_back_as_cannot_judge_makes_no_conflict(session: Session) -> None:
    tournament, pair = make(session)
    tournament.judge(0, 1, by=0)
    made = make_assignment(session, pair, tournament.people[1], status=AssignmentStatus.RELEASED)
    make_judgment(session, pair, tournament.people[1], assignment=made, choice=B)

    assert settle(pair, session) == 2


def test_two_people_who_conflict_at_once_are_both_seen(database: Database) -> None:
    with database.transaction() as session:
        tournament, pair = make(session)
        pair_id, people = pair.id, [person.id for person in tournament.people]
    barrier = threading.Barrier(2)

    def judge(by: int, choice: Choice) -> None:
        barrier.wait()
        with database.transaction() as session:
            mine = session.get_one(type(tournament.people[0]), people[by])
            made = make_assignment(
                session, session.get_one(Pair, pair_id), mine, status=AssignmentStatus.RELEASED
            )
            made.status = AssignmentStatus.SUBMITTED
            make_judgment(
                session, session.get_one(Pair, pair_id), mine, assignment=made, choice=choice
            )
            settle_places(pair_id, rule=ON_CONFLICT, overlap=3, session=session)

    threads = [threading.Thread(target=judge, args=job) for job in ((0, A), (1, B))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.transaction(write=False) as session:
        assert session.get_one(Pair, pair_id).overlap == 3
