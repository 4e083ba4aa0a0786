"""Estimate each pair's preference from everything known of its models and responses.

Model: d = q_second - q_first with the worth of responses as in
``evalhub.core.scoring.labels.responses``; judgments follow ``evalhub.core.scoring.labels.grading``.

Estimator: expectation propagation (``evalhub.core.scoring.labels.propagation``) for the joint
posterior of models and responses, whose likelihood is no Gaussian. In turns with it the grading is
moved up its expected log-likelihood and tau^2 toward the mean of E (q - theta)^2, until neither
moves (EM). Moments are matched, not the curvature at a mode: with one or two judgments a pair
that would make responses look surer and more alike than they are, and pull tau down.

A pair's label is the mean of s(d) under its cavity times its own likelihood.

The labels are for display, quality work and adjudication. They carry the strengths of models, so
that a reward model trained on them learns models instead of responses: never a training target.

Source: Minka 2001 (expectation propagation); measured in docs/benchmarks.md.
"""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.labels.grading import Grading, GradingGradient, tabulate
from evalhub.core.scoring.labels.judgments import JudgmentTable
from evalhub.core.scoring.labels.parameters import (
    ControlCounts,
    ReliabilityPrior,
    first_grading,
    maximise,
)
from evalhub.core.scoring.labels.posteriors import PairPosteriors, pair_posteriors
from evalhub.core.scoring.labels.propagation import Sites, cavities, next_sites
from evalhub.core.scoring.labels.records import LabelInputs
from evalhub.core.scoring.labels.responses import (
    PairedResponses,
    ResponseGraph,
    ResponsePosterior,
)
from evalhub.errors import EstimationError, NotConverged

RELIABILITY_PRIOR = (18.0, 2.0)
FIRST_TAU, LEAST_TAU = 1.0, 0.05
STRIDE = 1.8
TOLERANCE = 2e-3
STEPS_PER_ROUND = 4
MAX_ROUNDS = 500
LEAST_VARIANCE = 1e-12
METHOD = (
    "Pooled graded fit: ordinal logit with annotator reliability and scale, model strength plus "
    "response effect with shrinkage; for display and adjudication, never a training target"
)


@dataclass(frozen=True, slots=True, eq=False)
class PooledLabels:
    """Hold the pooled labels of P pairs, turned to the second response.

    ``probability``, ``preference`` and ``preference_se`` are as in ``ItemLabels``. ``tau`` is the
    standard deviation of the effect of a response; it is too small where most responses stand
    in fewer than two pairs, and the spread of ``preference`` with it. ``strength`` holds theta.
    """

    method: str
    probability: FloatArray
    preference: FloatArray
    preference_se: FloatArray
    tau: float
    strength: FloatArray
    grading: Grading
    n_rounds: int


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    grading: Grading
    tau: float
    sites: Sites
    posteriors: PairPosteriors
    posterior: ResponsePosterior


def fit_pooled(
    table: JudgmentTable,
    paired: PairedResponses,
    *,
    controls: ControlCounts | None = None,
    tau: float | None = None,
    max_rounds: int = MAX_ROUNDS,
) -> PooledLabels:
    """Fit the pooled labels of every pair in ``table``, whose responses are ``paired``.

    ``tau`` fixes the response effect instead of learning it. Raise ``BadInput`` where ``controls``
    do not fit and ``NotConverged`` where labels or tau still move by more than 0.002 in the end.
    """
    prior = ReliabilityPrior.of(
        RELIABILITY_PRIOR, n_annotators=table.n_annotators, controls=controls
    )
    graph = ResponseGraph(paired)
    sites = Sites.saying_nothing(table.n_pairs)
    state = _stepped(table, graph, first_grading(prior), tau=tau or FIRST_TAU, sites=sites)
    moved = np.inf
    for n_rounds in range(1, max_rounds + 1):
        grading = _improved(table, state, prior)
        following = _next_tau(state) if tau is None else tau
        before = state
        state = _stepped(table, graph, grading, tau=following, sites=state.sites)
        moved = _movement(before, state)
        if moved < TOLERANCE:
            return _labels(state, n_rounds)
    raise NotConverged(
        f"The pooled labels still move by {moved:.2g} after {max_rounds} rounds; the tolerance "
        f"is {TOLERANCE:g}.",
        gradient=moved,
        n_iterations=max_rounds,
    )


def pooled_or_reason(
    inputs: LabelInputs, *, most: int, max_rounds: int = MAX_ROUNDS
) -> tuple[PooledLabels | None, str]:
    """Return the pooled labels of ``inputs``, or None and the reason why there are none.

    Nothing that is trained on depends on this fit, so whoever asks goes on without it: where there
    are more than ``most`` judgments, which is what its caller has time for, and where the fit does
    not come to an end.
    """
    n = inputs.table.n_judgments
    if n == 0:
        return None, "There is no judgment to fit."
    if n > most:
        return None, f"{n:,} judgments are more than {most:,}; the pooled fit is left out."
    try:
        found = fit_pooled(
            inputs.table, inputs.paired, controls=inputs.controls, max_rounds=max_rounds
        )
    except EstimationError as error:
        return None, str(error)
    return found, ""


def _stepped(
    table: JudgmentTable, graph: ResponseGraph, grading: Grading, *, tau: float, sites: Sites
) -> _State:
    """Take every site out, weigh the judgments exactly, and put the matching site back."""
    posterior = graph.posterior(sites, tau=tau)
    cavity = cavities(posterior.mean, posterior.variance, sites)
    posteriors = pair_posteriors(
        table.by_pair,
        tabulate(table, grading).log_probability,
        prior_mean=cavity.mean,
        prior_variance=cavity.variance,
    )
    _require_variance(posteriors, tau)
    following = next_sites(sites, cavity, mean=posteriors.mean, variance=posteriors.variance)
    return _State(grading, tau, following, posteriors, posterior)


def _require_variance(posteriors: PairPosteriors, tau: float) -> None:
    """Raise ``EstimationError`` where a pair's preference has no variance left.

    Answers that tell no response from another draw tau down, until what is believed of a pair lies
    within one step of the nodes and all weight on one. Its factor would be of infinite precision.
    """
    if posteriors.variance.min(initial=1.0) < LEAST_VARIANCE:
        raise EstimationError(
            f"The pooled labels run away: at a response effect of {tau:.2g} the answers tell so "
            "few responses apart that the preference of a pair has no variance left."
        )


def _improved(table: JudgmentTable, state: _State, prior: ReliabilityPrior) -> Grading:
    expected = state.posteriors.expected

    def target(grading: Grading) -> tuple[float, GradingGradient]:
        grades = tabulate(table, grading)
        return float((expected * grades.log_probability).sum()), grades.gradient(expected)

    # A few steps are enough: the weights change with the next round anyway.
    found = maximise(
        target,
        state.grading,
        prior=prior,
        max_iterations=STEPS_PER_ROUND,
        must_converge=False,
    )
    return found.grading


def _next_tau(state: _State) -> float:
    """Return the EM step of tau, taken further along its way: EM alone creeps where pairs are few.

    Near its end EM shrinks the remaining way by a factor between 0 and 1 a round, so a step less
    than twice as long still ends at the same place.
    """
    step = np.log(state.posterior.effect_square) / 2 - np.log(state.tau)
    return max(LEAST_TAU, float(state.tau * np.exp(STRIDE * step)))


def _movement(before: _State, after: _State) -> float:
    labels = np.abs(after.posteriors.mean - before.posteriors.mean).max(initial=0.0)
    return max(float(labels), abs(after.tau - before.tau))


def _labels(state: _State, n_rounds: int) -> PooledLabels:
    return PooledLabels(
        method=METHOD,
        probability=state.posteriors.probability,
        preference=state.posteriors.mean,
        preference_se=np.sqrt(state.posteriors.variance),
        tau=state.tau,
        strength=state.posterior.strength,
        grading=state.grading,
        n_rounds=n_rounds,
    )
