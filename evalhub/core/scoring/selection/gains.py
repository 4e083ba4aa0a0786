"""Say how much one more judgment of two models would help to settle the order of all.

Rank gain. With V the covariance of the strengths, d_ij = theta_i - theta_j its differences and
r_ij = V_ii + V_jj - 2 V_ij their variances, z_ij = d_ij / sqrt(r_ij) says how settled the order
of i and j is. g_ij = phi(z_ij) / r_ij (phi the normal density) is large where the order is open
and a smaller variance would still close it; L = diag(g 1) - g is the Laplacian of these weights,
so that trace(L V) adds up what is open. One judgment of i and j has the weight w = p (1 - p) and
lowers trace(L V) by

    gain_ij = w (M_ii + M_jj - 2 M_ij) / (1 + w r_ij)      with M = V L V

which is exact for a rank-one addition to the information (Sherman-Morrison). Where only some
contests matter, each g_ij is multiplied by how much that of i and j does. With L the identity
the same formula is A-optimality, which targets the mean variance and, measured, saves nothing
over asking at random.
"""

import numpy as np
import scipy

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.selection.standing import Standing, contrasts


def rank_gains(standing: Standing) -> FloatArray:
    """Return the rank gain of every two models, shape (..., n, n), symmetric, 0 on the diagonal."""
    return settling_gains(standing, np.ones(1))


def settling_gains(standing: Standing, contests: FloatArray) -> FloatArray:
    """Return the gain where each order matters as much as ``contests`` (..., n, n) says.

    The shape is (..., n, n), symmetric, 0 on the diagonal.
    """
    variance = standing.difference_variances()
    diagonal = np.arange(variance.shape[-1])
    # A model does not differ from itself: 1 keeps the division finite, its openness is 0.
    variance[..., diagonal, diagonal] = 1.0
    gap = standing.differences()
    density = np.exp(-((gap / np.sqrt(variance)) ** 2) / 2) / np.sqrt(2 * np.pi)
    openness = contests * density / variance
    openness[..., diagonal, diagonal] = 0.0
    probability = scipy.special.expit(gap)
    weight = probability * (1 - probability)
    moved = contrasts(standing.covariance @ _laplacian(openness) @ standing.covariance)
    gain = weight * moved / (1 + weight * variance)
    # Across the diagonal the same products round differently; which of two is named first must not
    # matter to the draw.
    gain = (gain + np.swapaxes(gain, -1, -2)) / 2
    gain[..., diagonal, diagonal] = 0.0
    return np.maximum(gain, 0.0)


def _laplacian(weights: FloatArray) -> FloatArray:
    matrix = -weights
    diagonal = np.arange(weights.shape[-1])
    matrix[..., diagonal, diagonal] = weights.sum(axis=-1)
    return np.asarray(matrix, dtype=np.float64)
