"""State the consensus on every pair beside the plain count of its answers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring.agreement.subjects import (
    CHOICES,
    PairKey,
    by_time,
    overall_choices,
    pair_of,
)
from evalhub.core.scoring.annotators.dawid_skene import consensus_of, fit_dawid_skene
from evalhub.core.scoring.annotators.figures import first_answers, majority
from evalhub.errors import NotConverged

METHOD = "Dawid-Skene by expectation maximisation, no prior; a tie is a third answer"


@dataclass(frozen=True, slots=True)
class PairConsensus:
    """Hold what the annotators of one pair say together.

    ``answer`` is the likeliest of ``CHOICES`` (x, tie, y) and ``probabilities`` those of all
    three; ``majority`` is the answer that more gave than any other, None on an even split.
    """

    prompt_key: str
    x_model: str
    y_model: str
    answer: str
    probabilities: tuple[float, float, float]
    majority: str | None
    n_answers: int

    @property
    def is_against_majority(self) -> bool:
        """Tell whether the consensus is another answer than most gave: worth a second look.

        One answer is no majority; a pair with one needs another expert, not a second look.
        """
        return self.n_answers > 1 and self.majority not in {None, self.answer}


@dataclass(frozen=True, slots=True)
class ConsensusReport:
    """Hold the consensus on every pair that has an answer, ordered by prompt and responses."""

    pairs: tuple[PairConsensus, ...]
    n_answers: int
    n_annotators: int
    n_iterations: int
    log_likelihood: float
    method: str = METHOD


def consensus_or_reason(
    records: Sequence[JudgmentRecord],
) -> tuple[ConsensusReport | None, str | None]:
    """Return the consensus on the pairs of ``records``, or the reason why it has no estimate.

    Answers that say next to nothing of their pairs can keep the search from its end. That is no
    failure of what is shown beside the consensus, least of all of the agreement, which shows why.
    """
    try:
        return pair_consensus(records), None
    except NotConverged as error:
        return None, str(error)


def pair_consensus(records: Sequence[JudgmentRecord]) -> ConsensusReport | None:
    """Return the consensus on the pairs of ``records``; None where nobody gave an answer.

    Records are read in the order of their content, so the search starts from the same sums and
    ends at the same bits whatever order they came in. Raise ``NotConverged`` where it does not
    end.
    """
    ordered = sorted(by_time(records), key=pair_of)
    ratings = overall_choices(ordered).ratings
    if not len(ratings.unit):
        return None
    fit = fit_dawid_skene(ratings)
    answers = first_answers(ordered)
    shown: dict[PairKey, JudgmentRecord] = {}
    for record in ordered:
        shown.setdefault(pair_of(record), record)
    pairs = []
    for (key, said), found in zip(answers.items(), consensus_of(fit, ratings), strict=True):
        most = majority(Counter(said.values()))
        x, tie, y = found.probabilities
        pairs.append(
            PairConsensus(
                prompt_key=shown[key].prompt_key,
                x_model=shown[key].x.model,
                y_model=shown[key].y.model,
                answer=found.answer,
                probabilities=(x, tie, y),
                majority=None if most is None else CHOICES[most],
                n_answers=found.n_answers,
            )
        )
    return ConsensusReport(
        pairs=tuple(pairs),
        n_answers=len(ratings.unit),
        n_annotators=ratings.n_annotators,
        n_iterations=fit.n_iterations,
        log_likelihood=fit.log_likelihood,
    )
