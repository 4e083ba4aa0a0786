"""Describe how each annotator judged: plain shares with their n, nothing that ranks people.

Every figure is about judgments, not about a person's worth: somebody who often disagrees with the
others may be the one who knows. So each stands with its n and interval, none is combined with
another, and annotators come in the order of their opaque ids.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from evalhub.core.campaigns import Purpose
from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring.agreement.subjects import TIE, PairKey, by_time, code_of, pair_of
from evalhub.core.scoring.annotators.controls import Controls, count_controls
from evalhub.core.scoring.annotators.medians import Median, median_of
from evalhub.core.scoring.annotators.repeats import repeat_figures
from evalhub.core.scoring.intervals.shares import Share, share_of

NO_CONTROLS = "This project has no control items."
NO_CONTROL_JUDGED = "No control item was judged."
NOBODY_ELSE = "On no pair do the other annotators have a majority."
NO_REPEATS = "No pair was judged twice with its sides swapped."
NO_CLEAR_CHOICE = "No judgment prefers a side."
NO_ANSWER = "No judgment has a verdict."
NOT_TIMED = "No judgment was timed."

FirstAnswers: TypeAlias = Mapping[PairKey, Mapping[str, int]]
"""The first answer of each annotator to each pair."""


@dataclass(frozen=True, slots=True)
class AnnotatorFigures:
    """Hold what one annotator's judgments show; ``annotator`` is an opaque id.

    ``control`` is the share of control items answered as known; ``agreement`` the share of pairs
    on which the annotator says what most of the others say; ``consistency`` the share of pairs
    that came again with the sides swapped and got the same answer, or where none came again, of
    pairs judged in both orders as work; ``left`` the share of preferences for the side shown
    first; ``ties`` the share of verdicts that call a pair even; ``active_seconds`` the median time
    at the page.
    """

    annotator: str
    n_judgments: int
    n_cannot_judge: int
    is_simulated: bool
    control: Share
    agreement: Share
    consistency: Share
    left: Share
    ties: Share
    active_seconds: Median


def annotator_figures(
    records: Sequence[JudgmentRecord], *, controls: Controls
) -> tuple[AnnotatorFigures, ...]:
    """Return the figures of every annotator of ``records``, ordered by their opaque ids."""
    ordered = by_time(records)
    by_annotator: defaultdict[str, list[JudgmentRecord]] = defaultdict(list)
    for record in ordered:
        by_annotator[record.person_public_id].append(record)
    first = first_answers([record for record in ordered if record.purpose is Purpose.WORK])
    return tuple(
        _figures(annotator, own, first, controls) for annotator, own in sorted(by_annotator.items())
    )


def first_answers(records: Sequence[JudgmentRecord]) -> FirstAnswers:
    """Return the first answer of each annotator to each pair, as a place in ``CHOICES``."""
    found: defaultdict[PairKey, dict[str, int]] = defaultdict(dict)
    for record in records:
        code = code_of(record)
        if code is not None:
            found[pair_of(record)].setdefault(record.person_public_id, code)
    return found


def _figures(
    annotator: str, own: Sequence[JudgmentRecord], first: FirstAnswers, controls: Controls
) -> AnnotatorFigures:
    # Repeats are the same pairs again and controls are chosen for being clear, so both would bend
    # what is told of the work itself.
    told, own = own, [record for record in own if record.purpose is Purpose.WORK]
    # One figure, whoever states it. Judgments from elsewhere have no repeats, and some of them were
    # made in both orders.
    steady = repeat_figures(told).consistency
    choices = Counter(record.choice for record in own)
    codes = Counter(code_of(record) for record in own)
    # As shown, not in the pair's own order: the leaning to a side is about what stood there.
    n_clear = choices[Choice.A] + choices[Choice.B]
    seconds = [record.active_seconds for record in own if record.active_seconds is not None]
    return AnnotatorFigures(
        annotator=annotator,
        n_judgments=len(own),
        n_cannot_judge=choices[Choice.CANNOT_JUDGE],
        is_simulated=any(record.is_simulated for record in told),
        control=_control(told, controls),
        agreement=leave_one_out(annotator, {pair_of(record) for record in own}, first),
        consistency=steady if steady.n else _consistency(own),
        left=share_of(choices[Choice.A], n_clear, reason=NO_CLEAR_CHOICE),
        ties=share_of(codes[TIE], n_clear + codes[TIE], reason=NO_ANSWER),
        active_seconds=median_of(seconds, reason=NOT_TIMED),
    )


def _control(own: Sequence[JudgmentRecord], controls: Controls) -> Share:
    count = count_controls(own, controls)
    has_any = bool(controls) or count.n > 0
    return share_of(count.n_right, count.n, reason=NO_CONTROL_JUDGED if has_any else NO_CONTROLS)


def leave_one_out(annotator: str, pairs: set[PairKey], first: FirstAnswers) -> Share:
    """Return how often the annotator says what more of the others say than anything else.

    Pairs on which the others are divided evenly, or on which there are no others, are left out:
    there is nothing there to agree with.
    """
    said = []
    for pair in pairs:
        answers = first.get(pair, {})
        if annotator in answers:
            # Their own answer would agree with itself and lift everybody's figure.
            others = (code for who, code in answers.items() if who != annotator)
            most = majority(Counter(others))
            if most is not None:
                said.append(answers[annotator] == most)
    return share_of(sum(said), len(said), reason=NOBODY_ELSE)


def majority(counts: Counter[int]) -> int | None:
    """Return the answer that more gave than any other; None where there is no such answer."""
    ranked = counts.most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def _consistency(own: Sequence[JudgmentRecord]) -> Share:
    """Compare the first answers to each pair in its two orders."""
    by_order: defaultdict[PairKey, dict[bool, int]] = defaultdict(dict)
    for record in own:
        code = code_of(record)
        if code is not None:
            by_order[pair_of(record)].setdefault(record.is_swapped, code)
    same = [codes[False] == codes[True] for codes in by_order.values() if len(codes) > 1]
    return share_of(sum(same), len(same), reason=NO_REPEATS)
