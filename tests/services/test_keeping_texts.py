"""What is made of texts is kept up to a number of bytes, and no further."""

import pytest

from evalhub.services.keeping_texts import OVERHEAD, TextCache

SIZE = 1_000


class Maker:
    """Make texts of a known size and count how often that was needed."""

    def __init__(self, *, n_chars: int = SIZE) -> None:
        self.n_made = 0
        self._n_chars = n_chars

    def __call__(self) -> str:
        """Make one."""
        self.n_made += 1
        return "x" * self._n_chars


@pytest.fixture
def cache() -> TextCache[str]:
    return TextCache(10 * (SIZE + OVERHEAD), size=len)


def test_the_same_text_is_made_once(cache: TextCache[str]) -> None:
    make = Maker()

    assert cache.get("text", make=make) == cache.get("text", make=make)

    assert make.n_made == 1
    assert cache.n_bytes == SIZE + OVERHEAD


def test_what_else_it_depends_on_tells_entries_apart(cache: TextCache[str]) -> None:
    make = Maker()

    cache.get("text", 2, make=make)
    cache.get("text", 3, make=make)

    assert make.n_made == 2


def test_bytes_bound_it_and_the_least_lately_used_goes_first(cache: TextCache[str]) -> None:
    for number in range(10):
        cache.get(str(number), make=Maker())
    cache.get("0", make=Maker())

    cache.get("new", make=Maker())

    kept, gone = Maker(), Maker()
    cache.get("0", make=kept)
    cache.get("1", make=gone)
    assert (kept.n_made, gone.n_made) == (0, 1)
    assert cache.n_bytes <= 10 * (SIZE + OVERHEAD)


def test_one_large_text_takes_the_place_of_many_small_ones(cache: TextCache[str]) -> None:
    for number in range(10):
        cache.get(str(number), make=Maker())

    cache.get("large", make=Maker(n_chars=8 * SIZE))

    assert cache.n_bytes <= 10 * (SIZE + OVERHEAD)
    again = Maker()
    cache.get("large", make=again)
    assert again.n_made == 0


def test_what_is_larger_than_the_whole_drives_nothing_out(cache: TextCache[str]) -> None:
    cache.get("small", make=Maker())
    huge = Maker(n_chars=20 * SIZE)

    cache.get("huge", make=huge)
    cache.get("huge", make=huge)

    small = Maker()
    cache.get("small", make=small)
    assert (huge.n_made, small.n_made) == (2, 0)


def test_a_text_that_cannot_be_written_down_has_a_key_too(cache: TextCache[str]) -> None:
    assert cache.get("\ud800", make=Maker()) == "x" * SIZE


def test_everything_can_be_forgotten(cache: TextCache[str]) -> None:
    cache.get("text", make=Maker())

    cache.clear()

    assert cache.n_bytes == 0
