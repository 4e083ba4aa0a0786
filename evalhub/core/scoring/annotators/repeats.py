"""Compare what somebody says of a pair with what they said when it came with its sides swapped.

Model: whoever judges the answers and not their places says the same both times. ``consistency`` is
the share of pairs with the same answer (three answers: one, neither, the other). Where two clear
preferences contradict each other, the same side of the page was preferred both times; with no
leaning to a side the first is as likely as the second, which the exact binomial test (sign test)
tests. Pairs are counted as independent.

Source: Wang et al. 2023, arXiv 2305.17926, for judging a pair in both orders.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

import scipy

from evalhub.core.campaigns import Purpose
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring.agreement.subjects import (
    TIE,
    PairKey,
    by_time,
    code_of,
    meaning_of,
    pair_of,
)
from evalhub.core.scoring.intervals.shares import Share, share_of

NONE_CAME_AGAIN = "No pair that came again has two answers."
NONE_TURNED = "No two answers to one pair contradict each other."


@dataclass(frozen=True, slots=True)
class RepeatedAnswer:
    """Hold two answers of one person to one pair, each a place in ``CHOICES``.

    ``was_swapped`` tells how the sides lay the first time; the second time they lay the other way.
    """

    first: int
    again: int
    was_swapped: bool

    @property
    def is_same(self) -> bool:
        """Tell whether both say the same of the two responses."""
        return self.first == self.again

    @property
    def is_turned(self) -> bool:
        """Tell whether they prefer different responses, and so the same side of the page."""
        return not self.is_same and TIE not in (self.first, self.again)

    @property
    def is_left(self) -> bool:
        """Tell whether the first time the side shown first was preferred."""
        return (self.first == 0) is not self.was_swapped


@dataclass(frozen=True, slots=True)
class RepeatFigures:
    """Hold how steady judgments are, and whether what is not steady leans to one side.

    ``left`` is the share of contradicting preferences that are both for the side shown first; ``z``
    and ``p`` are those of the test that it is one half, None where there is nothing to test.
    """

    consistency: Share
    left: Share
    z: float | None
    p: float | None


def repeated_answers(records: Iterable[JudgmentRecord]) -> list[RepeatedAnswer]:
    """Return the pairs of answers among ``records``, by person and pair.

    The first judgment in force of the work and the first repeat of it, both by one rubric and major
    version of it: under another an answer means something else. A pair with a cannot-judge on
    either side has none.
    """
    first: dict[tuple[str, PairKey, tuple[str, int]], JudgmentRecord] = {}
    again: dict[tuple[str, PairKey, tuple[str, int]], JudgmentRecord] = {}
    for record in by_time(records):
        found = {Purpose.WORK: first, Purpose.REPEAT: again}.get(record.purpose)
        if found is not None:
            key = record.person_public_id, pair_of(record), meaning_of(record)
            found.setdefault(key, record)
    answers = []
    for key, repeat in sorted(again.items()):
        if key in first:
            codes = (code_of(first[key]), code_of(repeat))
            if codes[0] is not None and codes[1] is not None:
                answers.append(RepeatedAnswer(codes[0], codes[1], first[key].is_swapped))
    return answers


def repeat_figures(records: Sequence[JudgmentRecord]) -> RepeatFigures:
    """Return the figures of all that came again among ``records``, of one person or of many."""
    answers = repeated_answers(records)
    turned = [one for one in answers if one.is_turned]
    n_left, n = sum(one.is_left for one in turned), len(turned)
    return RepeatFigures(
        consistency=share_of(
            sum(one.is_same for one in answers), len(answers), reason=NONE_CAME_AGAIN
        ),
        left=share_of(n_left, n, reason=NONE_TURNED),
        z=(n_left - n / 2) / sqrt(n / 4) if n else None,
        p=float(scipy.stats.binomtest(n_left, n, 0.5).pvalue) if n else None,
    )
