"""Find prompts that are nearly the same, cheaply and by a stated rule.

Two texts are near duplicates when their normalised words are equal, or when their sets of
four-word shingles have a Jaccard similarity of at least 0.8. Candidates come from MinHash
signatures (20 bands of 3 rows: a pair at 0.8 is missed with probability below 10⁻⁶); within a
band each text is compared with the first that fell there and the few before it, so the work grows
with the number of texts and not with its square. Texts of fewer than eight words are compared as
a whole only, since one word would decide.
"""

import hashlib
import zlib
from array import array
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from evalhub.core.prompts.normalising import normalised

SHINGLE_WORDS = 4
MINIMUM_WORDS = 8
THRESHOLD = 0.8
NEIGHBOURS = 4
BANDS = 20
ROWS = 3
# A prime below 2**31 keeps hash * factor + offset below 2**63, so that uint64 never wraps.
_PRIME = np.uint64(2**31 - 1)
# The seed is fixed, so that one upload gives one report wherever and whenever it is read.
_GENERATOR = np.random.default_rng(20261121)
_FACTORS = _GENERATOR.integers(1, 2**31 - 1, size=(BANDS * ROWS, 1), dtype=np.uint64)
_OFFSETS = _GENERATOR.integers(0, 2**31 - 1, size=(BANDS * ROWS, 1), dtype=np.uint64)

Shingles = npt.NDArray[np.uint64]


def near_duplicate_groups(texts: Iterable[str]) -> tuple[tuple[int, ...], ...]:
    """Return groups of positions in ``texts`` that are near duplicates, each of two or more.

    Being near is carried on: when a is near b and b near c, all three are one group. Texts are
    read once and not kept; their shingles and signatures are, some 500 bytes a text of 60 words.
    """
    sketches = _Sketches()
    parents: list[int] = []
    first_by_form: dict[bytes, int] = {}
    for position, text in enumerate(texts):
        form = normalised(text)
        parents.append(position)
        digest = hashlib.blake2b(form.encode(), digest_size=16).digest()
        earlier = first_by_form.setdefault(digest, position)
        _join(parents, earlier, position)
        # A text that equals an earlier one is joined already and would only fill the bands.
        if earlier == position:
            sketches.add(position, _shingles(form))
    for first, other in sketches.candidates():
        one, another = sketches.position(first), sketches.position(other)
        # Most pairs fall together in many bands, and the first time has joined them.
        if _root(parents, one) == _root(parents, another):
            continue
        if _similarity(sketches.shingles(first), sketches.shingles(other)) >= THRESHOLD:
            _join(parents, one, another)
    return _groups(parents)


class _Sketches:
    """Keep the shingles and the signature of many texts in a few arrays, numbered as they come."""

    def __init__(self) -> None:
        self._positions = array("q")
        self._values = array("I")
        self._ends = array("q", [0])
        self._signatures = bytearray()

    def add(self, position: int, shingles: Shingles) -> None:
        """Keep the text at ``position``, unless it is too short to have shingles."""
        if not shingles.size:
            return
        self._positions.append(position)
        self._values.frombytes(shingles.astype(np.uint32).tobytes())
        self._ends.append(len(self._values))
        self._signatures += _signature(shingles).tobytes()

    def position(self, number: int) -> int:
        """Return where the text stood."""
        return self._positions[number]

    def shingles(self, number: int) -> Shingles:
        """Return the shingles of a text."""
        kept = self._values[self._ends[number] : self._ends[number + 1]]
        return np.array(kept, dtype=np.uint64)

    def candidates(self) -> Iterator[tuple[int, int]]:
        """Yield, band by band, each text that shares the band with earlier ones, and some of them.

        Those are the first and the ``NEIGHBOURS`` just before it: texts that differ from the first
        in one place and from each other in another are near each other alone.

        Texts of a band are found by sorting it: a dictionary of all bands would hold twenty
        entries a text, ten times what the texts themselves take.
        """
        signatures = np.frombuffer(bytes(self._signatures), np.uint32).reshape(-1, BANDS, ROWS)
        for band in range(BANDS):
            keys = signatures[:, band]
            # Stable, so that within one key the texts stand in their order.
            order = np.lexsort(keys.T)
            is_new = np.ones(len(order), np.bool_)
            is_new[1:] = (keys[order[1:]] != keys[order[:-1]]).any(axis=1)
            starts = np.flatnonzero(is_new)
            first = np.repeat(starts, np.diff(np.append(starts, len(order))))
            for number in np.flatnonzero(~is_new).tolist():
                start = int(first[number])
                for other in {start, *range(max(start, number - NEIGHBOURS), number)}:
                    yield int(order[other]), int(order[number])


def _shingles(form: str) -> Shingles:
    """Return the distinct hashes of the shingles, sorted; none for a short text."""
    words = form.split(" ")
    if len(words) < MINIMUM_WORDS:
        return np.empty(0, dtype=np.uint64)
    joined = (" ".join(words[i : i + SHINGLE_WORDS]) for i in range(len(words) - SHINGLE_WORDS + 1))
    # CRC-32 is the same in every process; Python's own hash of a text is salted in each.
    return np.unique(np.array([zlib.crc32(text.encode()) for text in joined], dtype=np.uint64))


def _signature(shingles: Shingles) -> npt.NDArray[np.uint32]:
    """Return the MinHash signature, whose values are below 2**31."""
    lowest = ((shingles % _PRIME * _FACTORS + _OFFSETS) % _PRIME).min(axis=1)
    return np.asarray(lowest, dtype=np.uint32)


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
        root = _root(parents, position)
        if root != position:
            members.setdefault(root, [root]).append(position)
    return tuple(tuple(members[root]) for root in sorted(members))
