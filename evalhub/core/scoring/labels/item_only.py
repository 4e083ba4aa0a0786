"""Estimate each pair's preference from its own judgments alone: the label for training files.

Model: the latent preference of every pair is d ~ N(0, 1.5^2), independent of every other pair;
judgments follow ``evalhub.core.scoring.labels.grading``. No strength of a model and no effect of
a response enters, so a label says nothing about a pair that its own judgments did not say, and
a reward model cannot learn from it which model wrote which response.

Estimator: the parameters of the grading (cuts, position, and every annotator's reliability and
scale) maximise the marginal likelihood, with d integrated out at 61 nodes, times their priors;
the gradient is the expected gradient under the posteriors (Fisher's identity). The label of a
pair is the posterior mean of s(d) at these parameters.

Source: selection and labels measured in docs/benchmarks.md; Louis 1982 (the gradient).
"""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.labels.grading import (
    Grading,
    GradingGradient,
    GradingTable,
    tabulate,
)
from evalhub.core.scoring.labels.judgments import JudgmentTable
from evalhub.core.scoring.labels.parameters import (
    ControlCounts,
    ReliabilityPrior,
    first_grading,
    maximise,
)
from evalhub.core.scoring.labels.patterns import Patterns, find_patterns
from evalhub.core.scoring.labels.posteriors import PairPosteriors, pair_evidence, pair_posteriors

PRIOR_SD = 1.5
RELIABILITY_PRIOR = (8.0, 2.0)
PARAMETER_DIGITS = 4
METHOD = (
    "Item-only graded fit: ordinal logit with annotator reliability and scale, pairs "
    "independent, d ~ N(0, 1.5²), no model strength and no response effect"
)


@dataclass(frozen=True, slots=True, eq=False)
class ItemLabels:
    """Hold the labels of P pairs, turned to the second response.

    ``probability`` is P(second preferred) and ``probability_se`` its posterior standard
    deviation; ``preference`` and ``preference_se`` are those of d, in natural-log units (negative:
    first preferred). A pair without judgments has 0.5 and 0, which is the prior.
    """

    method: str
    probability: FloatArray
    probability_se: FloatArray
    preference: FloatArray
    preference_se: FloatArray
    grading: Grading
    log_likelihood: float
    n_iterations: int


def fit_item_only(
    table: JudgmentTable, *, controls: ControlCounts | None = None, max_iterations: int = 500
) -> ItemLabels:
    """Fit the item-only labels of every pair in ``table``.

    Raise ``BadInput`` where ``controls`` do not fit the annotators and ``NotConverged`` where the
    search does not end.
    """
    prior = ReliabilityPrior.of(
        RELIABILITY_PRIOR, n_annotators=table.n_annotators, controls=controls
    )

    patterns = find_patterns(table)

    def target(grading: Grading) -> tuple[float, GradingGradient]:
        grades = tabulate(table, grading)
        found = pair_evidence(
            patterns.counts,
            grades.log_probability,
            prior_mean=np.zeros(1),
            prior_variance=np.full(1, PRIOR_SD**2),
            times=patterns.n_pairs,
        )
        value = (found.log_evidence * patterns.n_pairs).sum()
        return float(value), grades.gradient(found.expected)

    found = maximise(target, first_grading(prior), prior=prior, max_iterations=max_iterations)
    # An optimiser stops within a tolerance, at bits that depend on the machine. Labels are taken
    # at rounded parameters, so that this noise does not reach the bytes of a release.
    grading = found.grading.rounded(PARAMETER_DIGITS)
    posteriors = _posteriors(patterns, tabulate(table, grading))
    of_pair = patterns.of_pair
    return ItemLabels(
        method=METHOD,
        probability=posteriors.probability[of_pair],
        probability_se=posteriors.probability_se[of_pair],
        preference=posteriors.mean[of_pair],
        preference_se=np.sqrt(posteriors.variance)[of_pair],
        grading=grading,
        log_likelihood=float((posteriors.log_evidence * patterns.n_pairs).sum()),
        n_iterations=found.n_iterations,
    )


def _posteriors(patterns: Patterns, grades: GradingTable) -> PairPosteriors:
    return pair_posteriors(
        patterns.counts,
        grades.log_probability,
        prior_mean=np.zeros(1),
        prior_variance=np.full(1, PRIOR_SD**2),
        times=patterns.n_pairs,
    )
