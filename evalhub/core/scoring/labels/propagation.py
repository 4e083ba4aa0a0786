"""Exchange what pairs say for Gaussians that say the same: the sites of expectation propagation.

A pair's judgments enter the joint posterior as a Gaussian factor on its difference d, with
precision r and shift b. Taking the factor out of the posterior N(m, v) leaves the cavity:
1 / v_c = 1 / v - r and m_c = v_c (m / v - b). Cavity times exact likelihood has moments that the
next factor must give when it is multiplied with the cavity.

All factors move at once, each by a share of its way. Where judgments flatly contradict the cavity
the weighed posterior has two humps, and neighbours can throw such factors to and fro for ever; a
factor that turns back therefore takes a smaller share of its way from then on, and the most that
any factor takes falls with the number of rounds.

Source: Minka 2001.
"""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import FloatArray

FIRST_SHARE, LEAST_SHARE = 0.7, 0.01
ROUNDS_TO_HALVE = 100
SLOWER, FASTER = 0.6, 1.05
# Two humps can be wider than the cavity, which would ask for a negative precision; the factor then
# moves the mean alone, because a cavity without positive variance is no distribution.
LEAST_PRECISION = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Hold the factors of P pairs, the share of their way they take and where they last went."""

    precision: FloatArray
    shift: FloatArray
    share: FloatArray
    direction: FloatArray
    n_rounds: int = 0

    @classmethod
    def saying_nothing(cls, n_pairs: int) -> "Sites":
        """Return factors that leave the posterior as it is."""
        return cls(
            precision=np.full(n_pairs, LEAST_PRECISION),
            shift=np.zeros(n_pairs),
            share=np.full(n_pairs, FIRST_SHARE),
            direction=np.zeros(n_pairs),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Cavities:
    """Hold what is known of each pair's d without its own judgments, shapes (P,)."""

    mean: FloatArray
    variance: FloatArray


def cavities(mean: FloatArray, variance: FloatArray, sites: Sites) -> Cavities:
    """Take every site out of the posterior N(mean, variance) of its pair."""
    without = 1 / (1 / variance - sites.precision)
    return Cavities(mean=without * (mean / variance - sites.shift), variance=without)


def next_sites(sites: Sites, cavity: Cavities, *, mean: FloatArray, variance: FloatArray) -> Sites:
    """Move every site toward the one that gives its pair ``mean`` and ``variance``."""
    most = FIRST_SHARE / (1 + sites.n_rounds / ROUNDS_TO_HALVE)
    wanted = np.maximum(1 / variance - 1 / cavity.variance, LEAST_PRECISION)
    shift = mean * (wanted + 1 / cavity.variance) - cavity.mean / cavity.variance
    way = shift - sites.shift
    has_turned = way * sites.direction < 0
    share = np.where(has_turned, SLOWER * sites.share, FASTER * sites.share)
    share = np.clip(share, LEAST_SHARE, most)
    return Sites(
        precision=sites.precision + share * (wanted - sites.precision),
        shift=sites.shift + share * way,
        share=share,
        direction=way,
        n_rounds=sites.n_rounds + 1,
    )
