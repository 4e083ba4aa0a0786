"""Ids are asked for in chunks that a database takes, each id once."""

import pytest

from evalhub.db.chunks import CHUNK, chunks


@pytest.mark.parametrize(
    ("n", "sizes"),
    [(0, []), (1, [1]), (CHUNK, [CHUNK]), (2 * CHUNK + 1, [CHUNK, CHUNK, 1])],
    ids=["none", "one", "a whole chunk", "one more than two"],
)
def test_all_ids_are_asked_for_and_no_more_than_fit_at_once(n: int, sizes: list[int]) -> None:
    found = list(chunks(reversed(range(n))))

    assert [len(chunk) for chunk in found] == sizes
    assert [one for chunk in found for one in chunk] == list(range(n))


def test_an_id_that_is_named_twice_is_asked_for_once() -> None:
    twice = [*range(CHUNK + 1), *range(CHUNK + 1)]

    assert sum(len(chunk) for chunk in chunks(twice)) == CHUNK + 1
