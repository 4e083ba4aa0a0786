"""Rules of the comparisons that check quality: how many there are and what the next one is for.

Each claim draws by itself, with the stated shares as probabilities. So nobody can count to the next
control, and the share that experts are told is the one they can expect; a fixed number in each
hundred would let the last ones be foreseen.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from evalhub.core.campaigns import Purpose
from evalhub.errors import Problem, Sentence

MAX_CONTROL = 20
MAX_REPEAT = 10
MAX_ANCHOR = 10
MAX_REPEAT_DAYS = 365
"""The bounds of what a project can state; the database keeps them as well."""

PERIOD = timedelta(days=28)
"""How long a period of anchors is: within one nobody gets the same anchor twice."""

N_ANCHORS = 20
"""How many anchors a project has at most: few enough to be judged by most in each period."""
ANCHORS_OF = 10
"""At most one pair in so many becomes an anchor, so that small projects keep pairs to score."""

TOLD_AFTER = timedelta(days=7)
"""How old an answer is before anything that is told follows from what it was given out for.

A figure that moved at once would tell its author, or the lead of their team, whether the last
comparison was a control, a repeat or work, and how it was answered, while it can still be changed.
"""


@dataclass(frozen=True, slots=True)
class QualityShares:
    """Hold how many of a hundred comparisons check quality, by what they are for.

    ``repeat_days`` is how long after a judgment its pair may come back.
    """

    control: int = 0
    repeat: int = 0
    repeat_days: int = 7
    anchor: int = 0

    @property
    def total(self) -> int:
        """Return how many of a hundred comparisons check quality in any way."""
        return self.control + self.repeat + self.anchor


def check_shares(shares: QualityShares) -> list[Problem]:
    """Return what is wrong with shares, each problem named by its field."""
    bounds = (
        ("control", shares.control, 0, MAX_CONTROL),
        ("repeat", shares.repeat, 0, MAX_REPEAT),
        ("repeat_days", shares.repeat_days, 1, MAX_REPEAT_DAYS),
        ("anchor", shares.anchor, 0, MAX_ANCHOR),
    )
    return [
        Problem(
            name,
            Sentence(
                "%(value)s does not lie between %(least)s and %(most)s",
                value=value,
                least=least,
                most=most,
            ),
        )
        for name, value, least, most in bounds
        if not least <= value <= most
    ]


def draw_purpose(shares: QualityShares, lot: float) -> Purpose:
    """Return what the next comparison is for; ``lot`` is even between 0 and 1, without the 1."""
    percent = lot * 100
    for purpose, share in (
        (Purpose.CONTROL, shares.control),
        (Purpose.REPEAT, shares.repeat),
        (Purpose.ANCHOR, shares.anchor),
    ):
        if percent < share:
            return purpose
        percent -= share
    return Purpose.WORK


def n_to_expect(
    shares: QualityShares, *, n_open: int, n_work: int, n_checking: int, most: int
) -> int:
    """Return how many comparisons are left to somebody, those that check quality among them.

    ``n_open`` is the work that is open to them, ``n_work`` what they had of it and ``n_checking``
    what they had of the rest; ``most`` is how far work is counted, and the result. It falls by one
    with each comparison, whatever it was for, and stays at one until no work is open: a number that
    stood still at some of them would tell which were checks. Who drew more checks than the shares
    say so reads fewer than there are.
    """
    if not n_open or not shares.total or n_open >= most:
        return n_open
    expected = (n_open + n_work) * 100 // (100 - shares.total)
    return min(max(expected - n_work - n_checking, 1), most)


def n_anchors_of(n_pairs: int) -> int:
    """Return how many of a project's pairs become anchors."""
    return min(N_ANCHORS, n_pairs // ANCHORS_OF)


def period_at(moment: datetime, *, since: datetime) -> int:
    """Return the number of the period a moment is in, the first being 1."""
    return max((moment - since) // PERIOD, 0) + 1
