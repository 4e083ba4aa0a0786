"""Find prompts that are nearly the same, cheaply and by a stated rule.

Two texts are near duplicates when their normalised words are equal, or when their sets of
four-word shingles have a Jaccard similarity of at least 0.8. Candidates come from MinHash
signatures (20 bands of 3 rows: a pair at 0.8 is missed with probability below 10⁻⁶); within a
band each text is compared with the first that fell there, so the work grows with the number
of texts and not with its square. Texts of fewer than eight words are compared as a whole only,
since one word would decide.
"""

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from evalhub.core.prompts.normalising import normalised

SHINGLE_WORDS = 4
MINIMUM_WORDS = 8
THRESHOLD = 0.8
BANDS = 20
ROWS = 3
# A prime below 2**31 keeps hash * factor + offset below 2**63, so that uint64 never wraps.
_PRIME = np.uint64(2**31 - 1)
# The seed is fixed, so that one upload gives one report wherever and whenever it is read.
_GENERATOR = np.random.default_rng(20261121)
_FACTORS = _GENERATOR.integers(1, 2**31 - 1, size=(BANDS * ROWS, 1), dtype=np.uint64)
_OFFSETS = _GENERATOR.integers(0, 2**31 - 1, size=(BANDS * ROWS, 1), dtype=np.uint64)

Shingles = npt.NDArray[np.uint64]


def near_duplicate_groups(texts: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Return groups of positions in ``texts`` that are near duplicates, each of two or more.

    Being near is carried on: when a is near b and b near c, all three are one group.
    """
    forms = [normalised(text) for text in texts]
    shingles = [_shingles(form) for form in forms]
    parents = list(range(len(texts)))
    first_by_key: dict[tuple[int, bytes], int] = {}
    for position, form in enumerate(forms):
        earlier = first_by_key.setdefault((-1, form.encode()), position)
        _join(parents, earlier, position)
        # A text that equals an earlier one is joined already and would only fill the bands.
        if earlier == position and shingles[position].size:
            for key in _bands(shingles[position]):
                other = first_by_key.setdefault(key, position)
                if (
                    other != position
                    and _similarity(shingles[other], shingles[position]) >= THRESHOLD
                ):
                    _join(parents, other, position)
    return _groups(parents)


def _shingles(form: str) -> Shingles:
    """Return the distinct hashes of the shingles, sorted; none for a short text."""
    words = form.split(" ")
    if len(words) < MINIMUM_WORDS:
        return np.empty(0, dtype=np.uint64)
    joined = (" ".join(words[i : i + SHINGLE_WORDS]) for i in range(len(words) - SHINGLE_WORDS + 1))
    # CRC-32 is the same in every process; Python's own hash of a text is salted in each.
    return np.unique(np.array([zlib.crc32(text.encode()) for text in joined], dtype=np.uint64))


def _bands(shingles: Shingles) -> list[tuple[int, bytes]]:
    signature = ((shingles % _PRIME * _FACTORS + _OFFSETS) % _PRIME).min(axis=1)
    rows = signature.reshape(BANDS, ROWS)
    return [(band, rows[band].tobytes()) for band in range(BANDS)]


def _similarity(first: Shingles, second: Shingles) -> float:
    shared = np.intersect1d(first, second, assume_unique=True).size
    return float(shared / (first.size + second.size - shared))


def _root(parents: list[int], position: int) -> int:
    while parents[position] != position:
        parents[position] = parents[parents[position]]
        position = parents[position]
    return position


def _join(parents: list[int], first: int, second: int) -> None:
    # The lower root wins, so that a group is named by its first text whatever joined it.
    low, high = sorted((_root(parents, first), _root(parents, second)))
    parents[high] = low


def _groups(parents: list[int]) -> tuple[tuple[int, ...], ...]:
    members: dict[int, list[int]] = {}
    for position in range(len(parents)):
        members.setdefault(_root(parents, position), []).append(position)
    return tuple(tuple(group) for group in members.values() if len(group) > 1)
