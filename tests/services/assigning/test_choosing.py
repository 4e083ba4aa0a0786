"""The choice of the next pair under a plan: by weight, by prompt, with an exact probability."""

import itertools
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import Lease, ReleaseReason, SelectionPolicy
from evalhub.core.campaigns import AssignmentStatus
from evalhub.db.models import Assignment, SelectionPlan
from evalhub.services.assigning.leasing import lease_next
from evalhub.services.assigning.open_pairs import N_CANDIDATES
from evalhub.services.assigning.releasing import release
from tests.factories import add_member, make_assignment, make_person
from tests.services.selecting.tournaments import Tournament, make_tournament

CHANCES = {(0, 1): 0.6, (0, 2): 0.3, (1, 2): 0.1}


def lease(tournament: Tournament, now: datetime, *, by: int = 0, seed: int = 0) -> Lease | None:
    return lease_next(
        tournament.project.id,
        person_id=tournament.people[by].id,
        session=tournament.session,
        now=now,
        rng=random.Random(seed),
    )


def models_of(tournament: Tournament, lease: Lease) -> tuple[int, int]:
    return next(key[:2] for key, pair in tournament.pairs.items() if pair.id == lease.pair_id)


@pytest.fixture
def noise(session: Session) -> Tournament:
    """Add another planned project, which no choice may mix in."""
    other = make_tournament(session)
    other.set_chances({(0, 1): 1.0})
    return other


def test_models_are_drawn_as_planned_and_the_chance_is_kept(
    session: Session, noise: Tournament, now: datetime
) -> None:
    tournament = make_tournament(session, n_prompts=1, n_people=1)
    tournament.set_chances(CHANCES)
    drawn_models: Counter[tuple[int, int]] = Counter()

    for seed in range(300):
        with session.begin_nested() as savepoint:
            drawn = lease(tournament, now, seed=seed)
            assert drawn is not None
            models = models_of(tournament, drawn)
            drawn_models[models] += 1
            assert drawn.policy == SelectionPolicy.RANK
            assert drawn.probability == pytest.approx(CHANCES[models])
            savepoint.rollback()

    shares = {models: n / 300 for models, n in drawn_models.items()}
    assert shares == pytest.approx(CHANCES, abs=0.09)


def test_what_is_closed_to_the_person_makes_the_rest_likelier(
    session: Session, noise: Tournament, now: datetime
) -> None:
    tournament = make_tournament(session, n_prompts=1, n_people=2)
    tournament.set_chances(CHANCES)
    make_assignment(
        session, tournament.pairs[0, 1, 0], tournament.people[0], status=AssignmentStatus.SUBMITTED
    )

    drawn = lease(tournament, now)

    assert drawn is not None
    assert drawn.probability == pytest.approx(CHANCES[models_of(tournament, drawn)] / 0.4)


def test_a_person_s_own_history_closes_pairs_for_them_alone(
    session: Session, now: datetime
) -> None:
    tournament = make_tournament(session, n_prompts=1, overlap=2)
    tournament.set_chances({(0, 1): 0.9, (0, 2): 0.05, (1, 2): 0.05})
    tournament.judge(0, 1, by=0)

    own, other = (lease(tournament, now, by=by, seed=1) for by in (0, 1))

    assert own is not None
    assert other is not None
    assert own.probability == pytest.approx(0.5)
    assert models_of(tournament, own) != (0, 1)
    assert models_of(tournament, other) == (0, 1)
    assert other.probability == pytest.approx(0.9)


def test_prompts_are_dealt_like_cards(session: Session, now: datetime) -> None:
    tournament = make_tournament(session, n_prompts=4, n_people=8)
    tournament.set_chances(CHANCES)

    prompts: Counter[int] = Counter()
    for by in range(8):
        drawn = lease(tournament, now, by=by, seed=by)
        assert drawn is not None
        prompts[
            next(p for (*_, p), pair in tournament.pairs.items() if pair.id == drawn.pair_id)
        ] += 1

    assert sorted(prompts.values()) == [2, 2, 2, 2]


def test_the_chance_of_equal_prompts_is_shared(session: Session, now: datetime) -> None:
    tournament = make_tournament(session, n_models=2, n_prompts=N_CANDIDATES + 2)
    tournament.set_chances({(0, 1): 1.0})

    first, second = (lease(tournament, now, by=by) for by in (0, 1))

    assert first is not None
    assert second is not None
    assert first.probability == pytest.approx(1 / N_CANDIDATES)
    assert second.probability == pytest.approx(1 / N_CANDIDATES)


def test_a_begun_pair_is_finished_before_another_is_begun(session: Session, now: datetime) -> None:
    tournament = make_tournament(session, n_models=2, n_prompts=5, overlap=2, n_people=4)
    tournament.set_chances({(0, 1): 1.0})

    drawn = [lease(tournament, now, by=by, seed=by) for by in range(4)]

    pairs = [one.pair_id for one in drawn if one]
    assert [one.probability for one in drawn if one] == pytest.approx([1 / 5, 1, 1 / 4, 1])
    assert pairs[0] == pairs[1] != pairs[2] == pairs[3]


def test_pairs_the_plan_does_not_know_come_last(session: Session, now: datetime) -> None:
    tournament = make_tournament(session, n_prompts=1)
    tournament.set_chances({(0, 1): 1.0})

    planned, further = (lease(tournament, now, by=by) for by in (0, 1))

    assert planned is not None
    assert further is not None
    assert models_of(tournament, planned) == (0, 1)
    assert further.policy == SelectionPolicy.UNIFORM
    assert further.probability == pytest.approx(1 / 2)


def test_a_blocked_prompt_stays_away_under_a_plan(session: Session, now: datetime) -> None:
    tournament = make_tournament(session, n_models=2, n_prompts=1, overlap=2)
    tournament.set_chances({(0, 1): 1.0})
    drawn = lease(tournament, now)
    assert drawn is not None

    release(drawn.token, person_id=tournament.people[0].id, session=session, now=now)

    assert lease(tournament, now) is None
    assert lease(tournament, now, by=1) is not None


def test_everything_is_handed_out_once_and_then_nothing(
    session: Session, noise: Tournament, now: datetime
) -> None:
    tournament = make_tournament(session, n_prompts=3, n_people=0)
    tournament.set_chances(CHANCES)
    for _ in range(10):
        tournament.people.append(make_person(session))
        add_member(session, tournament.project, tournament.people[-1])

    drawn = [lease(tournament, now, by=by, seed=by) for by in range(10)]

    given = [one.pair_id for one in drawn if one]
    assert sorted(given) == sorted(pair.id for pair in tournament.pairs.values())
    assert drawn[-1] is None


@pytest.mark.parametrize("lot", [0.0, 0.599, 0.601, 0.899, 0.901, 1 - 2**-53])
def test_the_lot_falls_where_the_plan_says(session: Session, now: datetime, lot: float) -> None:
    tournament = make_tournament(session, n_prompts=1)
    tournament.set_chances(CHANCES)
    order = sorted(CHANCES, key=lambda models: tournament.matchup(*models).id)
    bounds = itertools.accumulate(CHANCES[models] for models in order)
    expected = next(m for m, bound in zip(order, bounds, strict=True) if lot < bound + 1e-12)

    class Fixed(random.Random):
        def random(self) -> float:
            return lot

    drawn = lease_next(
        tournament.project.id,
        person_id=tournament.people[0].id,
        session=session,
        now=now,
        rng=Fixed(0),
    )

    assert drawn is not None
    assert models_of(tournament, drawn) == expected


def looks_for_closed(session: Session, act: Callable[[], object]) -> bool:
    """Tell whether ``act`` looks through the plan for models that are used up."""
    seen: list[str] = []
    connection = session.connection()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    sa.event.listen(connection, "before_cursor_execute", note)
    act()
    sa.event.remove(connection, "before_cursor_execute", note)
    return any("NOT (EXISTS" in one or "UNION" in one for one in seen)


def test_nothing_is_looked_through_before_anything_can_be_used_up(
    session: Session, noise: Tournament, now: datetime
) -> None:
    tournament = make_tournament(session, n_prompts=3, n_people=4)
    tournament.set_chances(CHANCES)

    looked = [
        looks_for_closed(session, partial(lease, tournament, now, by=by, seed=by))
        for by in range(4)
    ]

    # Each two models have three pairs: three leases could take all of one.
    assert looked == [False, False, False, True]


def test_a_plan_from_before_the_fewest_pairs_were_counted_is_looked_through(
    session: Session, now: datetime
) -> None:
    tournament = make_tournament(session, n_prompts=3)
    tournament.set_chances(CHANCES)
    session.get_one(SelectionPlan, tournament.project.id).least_open = None
    session.flush()

    assert looks_for_closed(session, partial(lease, tournament, now))


def test_a_prompt_that_is_kept_from_somebody_is_looked_for_theirs_alone(
    session: Session, now: datetime
) -> None:
    tournament = make_tournament(session, n_models=2, n_prompts=4)
    tournament.set_chances({(0, 1): 1.0})
    first = lease(tournament, now)
    assert first is not None
    session.get_one(Assignment, first.id).release_reason = ReleaseReason.PROMPT_BLOCKED
    session.get_one(Assignment, first.id).status = AssignmentStatus.RELEASED
    session.flush()

    assert not looks_for_closed(session, partial(lease, tournament, now, by=1))
    assert looks_for_closed(session, partial(lease, tournament, now, by=0))
