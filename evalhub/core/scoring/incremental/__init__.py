"""Keep a board's sufficient sums as judgments arrive, so that a refresh passes over none of them.

``BoardState`` is the way in; ``docs/methods/refreshing.md`` says what is exact and what is bounded.
"""

from evalhub.core.scoring.incremental.state import MAX_SIZE, BoardState

__all__ = ["MAX_SIZE", "BoardState"]
