"""A claim is held by one at a time and goes back when its holder ends."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection

import pytest
import sqlalchemy as sa

from evalhub.db.claims import claim, held_names, watched_claim
from evalhub.db.engine import Database
from evalhub.services.transaction import is_passing
from tests.claims import cut_claims


def test_a_name_is_held_once(database: Database) -> None:
    with claim(database, "a") as first, claim(database, "a") as second:
        assert (first, second) == (True, False)


def test_other_names_are_free(database: Database) -> None:
    with claim(database, "a"), claim(database, "b") as other:
        assert other


def test_a_claim_goes_back_when_its_block_ends(database: Database) -> None:
    with claim(database, "a"):
        pass

    with claim(database, "a") as again:
        assert again


def test_held_names_are_told_without_taking_any(database: Database) -> None:
    with claim(database, "a"), database.transaction(write=False) as session:
        told = held_names(["a", "b"], session=session)

    with database.transaction(write=False) as session, claim(database, "a") as is_free:
        after = held_names(["b", "never-claimed"], session=session)

    assert is_free
    assert (sorted(told), sorted(after)) == (["a"], [])


def test_two_who_look_at_once_do_not_take_each_other_for_a_holder(database: Database) -> None:
    with claim(database, "a"):
        pass

    with ThreadPoolExecutor(8) as pool:

        def look(_number: int) -> frozenset[str]:
            with database.transaction(write=False) as session:
                return held_names(["a"], session=session)

        assert set(pool.map(look, range(64))) == {frozenset()}


def hold(url: str, ready: Connection) -> None:
    """Claim a name, say so, and wait to be killed."""
    database = Database(url)
    with claim(database, "a") as is_held:
        ready.send(is_held)
        ready.recv()


def test_a_claim_goes_back_when_its_holder_is_killed(database: Database) -> None:
    here, there = multiprocessing.get_context("spawn").Pipe()
    holder = multiprocessing.get_context("spawn").Process(target=hold, args=(database.url, there))
    holder.start()
    assert here.recv() is True
    with claim(database, "a") as before:
        assert not before

    holder.kill()
    holder.join()

    is_free = False
    while not is_free:  # PostgreSQL notices the broken connection a moment later.
        with claim(database, "a") as is_free:
            pass


def test_a_claim_that_is_held_is_found_held(database: Database) -> None:
    with watched_claim(database, "a") as look, watched_claim(database, "a") as other:
        assert look is not None
        look()
        assert other is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_claim_whose_connection_was_cut_is_lost_and_free(database: Database) -> None:
    with watched_claim(database, "a") as look:
        assert look is not None
        cut_claims(database)

        with pytest.raises(sa.exc.OperationalError) as lost:
            look()
        with claim(database, "a") as is_free:
            assert is_free

    assert is_passing(lost.value)
