import numpy as np
import pytest

from evalhub.core.scoring.labels import PairedResponses
from evalhub.core.scoring.labels.propagation import Sites
from evalhub.core.scoring.labels.responses import ResponseGraph
from evalhub.errors import BadInput, EstimationError
from tests.core.scoring.labels.small import make_paired


def make_sites(n_pairs: int, seed: int = 0) -> Sites:
    """Return sites that say something about every pair."""
    rng = np.random.default_rng(seed)
    nothing = Sites.saying_nothing(n_pairs)
    return Sites(
        rng.uniform(0.1, 2, n_pairs), rng.normal(size=n_pairs), nothing.share, nothing.direction
    )


def make_ragged() -> PairedResponses:
    """Return blocks of sizes 2, 3 and 4 over five models, and a response without a pair."""
    first = np.array([0, 2, 3, 5, 6, 7, 5])
    second = np.array([1, 3, 4, 6, 7, 8, 8])
    model = np.array([0, 1, 2, 3, 4, 0, 1, 1, 2, 3])
    return PairedResponses(first, second, model, n_models=5)


@pytest.mark.parametrize("tau", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("paired", [make_paired(3), make_ragged()], ids=["dense", "ragged"])
def test_moments_are_those_of_one_large_inverse(paired: PairedResponses, tau: float) -> None:
    n, m, sites = len(paired.model), paired.n_models, make_sites(len(paired.first))
    precision, shift = np.zeros((n + m, n + m)), np.zeros(n + m)
    for r, model in enumerate(paired.model):
        contrast = np.eye(n + m)[r] - np.eye(n + m)[n + model]
        precision += np.outer(contrast, contrast) / tau**2
    precision[n:, n:] += np.eye(m) / 4
    contrasts = np.eye(n + m)[paired.second] - np.eye(n + m)[paired.first]
    precision += contrasts.T @ (sites.precision[:, np.newaxis] * contrasts)
    shift += contrasts.T @ sites.shift
    covariance = np.linalg.inv(precision)
    mean = covariance @ shift

    found = ResponseGraph(paired).posterior(sites, tau=tau)

    assert np.allclose(found.mean, contrasts @ mean)
    assert np.allclose(found.variance, np.einsum("pi,ij,pj->p", contrasts, covariance, contrasts))
    assert np.allclose(found.strength, mean[n:], atol=1e-6)
    assert np.allclose(found.strength_covariance, covariance[n:, n:], atol=1e-6)
    effects = np.eye(n + m)[:n] - np.eye(n + m)[n + paired.model]
    squares = (effects @ mean) ** 2 + np.einsum("ri,ij,rj->r", effects, covariance, effects)
    linked = np.union1d(paired.first, paired.second)
    assert found.effect_square == pytest.approx(squares[linked].mean())


def test_responses_without_a_model_have_no_strength() -> None:
    unknown = PairedResponses(np.array([0, 2]), np.array([1, 3]), np.full(4, -1), n_models=0)
    sites = make_sites(2)

    found = ResponseGraph(unknown).posterior(sites, tau=1.0)

    variance = 1 / (1 / 2 + sites.precision)
    assert np.allclose(found.variance, variance, atol=1e-6)
    assert np.allclose(found.mean, variance * sites.shift, atol=1e-6)
    assert found.strength.shape == (0,)


def test_a_response_without_a_pair_does_not_hold_tau() -> None:
    some = make_paired(2)
    more = PairedResponses(some.first, some.second, np.append(some.model, [0, 1, 2]), n_models=4)
    sites = make_sites(len(some.first))

    alone, beside = (ResponseGraph(one).posterior(sites, tau=0.5) for one in (some, more))

    assert beside.effect_square == pytest.approx(alone.effect_square)


@pytest.mark.parametrize(
    ("first", "second", "model", "message"),
    [
        ([0], [2], [0, 0], "responses, second, entry 1: 2 is not between 0 and 1"),
        ([-1], [1], [0, 0], "responses, first, entry 1: -1"),
        ([0], [1], [0, 3], "responses, model, entry 2: 3 is not between -1 and 0"),
        ([0, 1], [1, 1], [0, 0], "pairs, entry 2: a response is compared with itself"),
    ],
    ids=["second", "first", "model", "itself"],
)
def test_codes_out_of_range_are_named(
    first: list[int], second: list[int], model: list[int], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        PairedResponses(np.array(first), np.array(second), np.array(model), n_models=1)


def test_sites_that_leave_nothing_open_have_no_covariance() -> None:
    """Judgments that contradict each other everywhere drive a fit there; it is left out then."""
    paired = make_paired(3)
    sites = make_sites(len(paired.first))
    certain = Sites(np.full_like(sites.shift, 1e300), sites.shift, sites.share, sites.direction)

    with pytest.raises(EstimationError, match="no covariance of 4 responses: Singular matrix"):
        ResponseGraph(paired).posterior(certain, tau=1.0)
