"""Count how often a judge changes its verdict when the two answers change places."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring.agreement.subjects import TIE, PairKey, code_of, pair_of
from evalhub.core.scoring.intervals.shares import Share, share_of

NO_REPEATS = "No pair was judged in both orders, so nothing is known of the judge's own position."
NO_FLIPS = "No verdict changed from one side to the other with the order."


@dataclass(frozen=True, slots=True)
class OrderFlips:
    """Hold the share of pairs whose verdict changes with the order.

    ``to_left`` is the share of those changes that prefer the answer shown first both times; a
    judge without a leaning to a side has half of them there, ties aside.
    """

    flipped: Share
    to_left: Share


def order_flips(records: Sequence[JudgmentRecord]) -> OrderFlips:
    """Return how the verdicts of one judge change with the order, pair by pair.

    The first verdict in each order counts; cannot-judge is none.
    """
    by_order: defaultdict[PairKey, dict[bool, int]] = defaultdict(dict)
    for record in records:
        code = code_of(record)
        if code is not None:
            by_order[pair_of(record)].setdefault(record.is_swapped, code)
    both = [(codes[False], codes[True]) for codes in by_order.values() if len(codes) > 1]
    changed = [(plain, swapped) for plain, swapped in both if plain != swapped]
    # Unswapped, x is shown first; swapped, y is: 0 then 2 prefers the first both times.
    sided = [change for change in changed if TIE not in change]
    return OrderFlips(
        flipped=share_of(len(changed), len(both), reason=NO_REPEATS),
        to_left=share_of(sided.count((0, 2)), len(sided), reason=NO_FLIPS if both else NO_REPEATS),
    )
