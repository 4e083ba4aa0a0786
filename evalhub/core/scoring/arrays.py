"""Name the array types that scoring passes around, and keep those of many judgments small.

Scoring says ``import scipy`` and never ``from scipy.sparse import ...``: SciPy imports each of its
parts when something of it is first used. Taken at once they are a tenth of the start of a server,
none of whose pages fits anything before somebody asks for it. What is sparse is named in quotes
where a parameter is annotated, as an annotation would import it as well.
"""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
CodeArray: TypeAlias = npt.NDArray[np.signedinteger]
"""Whole numbers as narrow as they fit: sums and products of them may overflow, so widen first."""

BLOCK = 2**17
"""So many judgments are worked on at once: what is in between then costs megabytes, whatever the
number of judgments, and fits the cache."""


def narrowest(largest: int) -> np.dtype[np.signedinteger]:
    """Return the narrowest type that holds -1 to ``largest``."""
    found: np.dtype[np.signedinteger] = np.dtype(np.min_scalar_type(-max(largest, 1) - 1))
    return found


def slices(n: int) -> Iterator[slice]:
    """Yield the slices of ``n`` entries, a block each."""
    return (slice(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK))


def look_up(table: CodeArray, codes: CodeArray) -> CodeArray:
    """Return ``table[codes]`` in the type of ``table``.

    NumPy widens all codes to 64 bits before it looks any up, so this goes block by block.
    """
    found = np.empty(len(codes), dtype=table.dtype)
    for rows in slices(len(codes)):
        found[rows] = table[codes[rows]]
    return found
