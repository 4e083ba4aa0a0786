"""Draw small sets of judgments for tests of labels."""

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.labels import JudgmentTable, PairedResponses, count_graded
from evalhub.core.scoring.labels.grading import Grading

CUTS = np.array([0.5, 1.5, 3.0])


def draw_grades(latent: FloatArray, rng: np.random.Generator) -> IntArray:
    """Return one judgment of each latent difference, without error but for logistic noise."""
    seen = latent + rng.logistic(size=len(latent))
    size = (np.abs(seen)[:, np.newaxis] > CUTS).sum(axis=1)
    grades: IntArray = (np.sign(seen) * size).astype(np.int64)
    return grades


def make_table(n_pairs: int = 40, *, overlap: int = 3, seed: int = 0) -> JudgmentTable:
    """Return judgments by four annotators on pairs whose preferences are N(0, 1.5^2)."""
    rng = np.random.default_rng(seed)
    pair = np.repeat(np.arange(n_pairs), overlap)
    return count_graded(
        pair,
        rng.integers(0, 4, len(pair)),
        draw_grades(rng.normal(0, 1.5, n_pairs)[pair], rng),
        side=rng.choice([-1, 1], len(pair)),
        n_pairs=n_pairs,
        n_annotators=4,
    )


def make_paired(n_prompts: int = 12, *, n_models: int = 4) -> PairedResponses:
    """Return every pair of the models' responses to each prompt."""
    one, other = np.triu_indices(n_models, 1)
    start = np.repeat(np.arange(n_prompts) * n_models, len(one))
    return PairedResponses(
        first=np.tile(one, n_prompts) + start,
        second=np.tile(other, n_prompts) + start,
        model=np.tile(np.arange(n_models), n_prompts),
        n_models=n_models,
    )


def make_grading(n_annotators: int = 4) -> Grading:
    """Return a grading with people who differ."""
    return Grading(
        cuts=np.array([0.4, 1.1, 2.5]),
        position=0.3,
        reliability=np.linspace(0.6, 0.95, n_annotators),
        scale=np.linspace(0.7, 1.6, n_annotators),
    )
