from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.judging.answers import Choice
from evalhub.core.people import command_actor
from evalhub.core.scoring.options import FitOptions, Ties
from evalhub.db.engine import Database
from evalhub.errors import Conflict
from evalhub.services.scoring.boards import keep_fit, project_boards
from evalhub.services.scoring.keeping import BoardCache
from tests.factories import MOMENT
from tests.services.scoring.worlds import World, assert_kept_is_fitted, judge, make_world


def filled(database: Database, *pairs: int) -> World:
    with database.transaction() as session:
        world = make_world(session)
        for pair in pairs:
            judge(session, world, pair)
    return world


def test_earlier_state_of_the_database_forces_a_rebuild(database: Database) -> None:
    """A reader whose transaction is older finds less, as after a restore from a backup."""
    world, cache = filled(database, 0, 1), BoardCache()
    with database.transaction(write=False) as old:
        assert_kept_is_fitted(world, cache, session=old)
        with database.transaction() as session:
            judge(session, world, 2)
        with database.transaction(write=False) as new:
            assert assert_kept_is_fitted(world, cache, session=new).boards.n_judgments == 3

        assert assert_kept_is_fitted(world, cache, session=old).boards.n_judgments == 2

    with database.transaction(write=False) as new:
        assert assert_kept_is_fitted(world, cache, session=new).boards.n_judgments == 3


def test_other_rows_under_the_same_ids_force_a_rebuild(database: Database) -> None:
    world, cache = filled(database, 0), BoardCache()
    with database.session(write=True) as session:
        judge(session, world, 1, Choice.A, row_id=500)
        assert_kept_is_fitted(world, cache, session=session)
        session.rollback()

    with database.transaction() as session:
        judge(session, world, 2, Choice.B, row_id=500)
        assert_kept_is_fitted(world, cache, session=session)


def test_least_recently_read_project_is_dropped(session: Session) -> None:
    worlds = [make_world(session, slug=slug) for slug in ("one", "two", "three")]
    cache = BoardCache(n_projects=2)

    for world in (*worlds, worlds[1], worlds[0]):
        assert_kept_is_fitted(world, cache, session=session)

    assert cache.project_ids == [worlds[1].project_id, worlds[0].project_id]


def test_threads_share_one_fold(database: Database) -> None:
    world, cache = filled(database, *range(6)), BoardCache()

    def read(number: int) -> int:
        if number % 3 == 0:
            with database.transaction() as session:
                judge(session, world, number % 9, Choice.B, person=number % 3)
        with database.transaction(write=False) as session:
            return project_boards(world.slug, session=session, cache=cache).boards.n_judgments

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(read, range(24)))

    assert 6 < max(found) <= 14
    with database.transaction(write=False) as session:
        assert assert_kept_is_fitted(world, cache, session=session).boards.n_judgments == 14


def test_error_on_the_way_drops_the_fold(database: Database) -> None:
    world, cache = filled(database, 0), BoardCache()
    with database.transaction(write=False) as session:
        assert_kept_is_fitted(world, cache, session=session)
    with database.transaction() as session:
        judge(session, world, 1)
    lost = Session(sa.create_engine("sqlite:////no/such/folder/evalhub.db"))

    with pytest.raises(sa.exc.OperationalError):
        cache.refreshed(world.project_id, session=lost, level=0.95)

    with database.transaction(write=False) as session:
        assert assert_kept_is_fitted(world, cache, session=session).boards.n_judgments == 2


def test_project_too_large_to_keep_is_fitted(session: Session) -> None:
    world, cache = make_world(session), BoardCache(max_size=1)
    judge(session, world, 0)

    for _ in range(2):
        scored = project_boards(world.slug, session=session, cache=cache)

    assert scored.inputs_sha256 is not None
    assert scored.boards.n_judgments == 1


@pytest.mark.parametrize("options", [FitOptions(ties=Ties.DAVIDSON), FitOptions(seed=4)])
def test_other_options_are_fitted(session: Session, options: FitOptions) -> None:
    world, cache = make_world(session), BoardCache()

    scored = project_boards(world.slug, session=session, options=options, cache=cache)

    assert scored.inputs_sha256 is not None
    assert cache.project_ids == []


def test_refreshed_boards_are_not_stored(session: Session) -> None:
    world = make_world(session)
    scored = project_boards(world.slug, session=session, cache=BoardCache())

    with pytest.raises(Conflict, match="were refreshed, not fitted"):
        keep_fit(scored, session=session, actor=command_actor(), now=MOMENT)
