"""State the rules that turn judgments into training rows, as data that is hashed and shipped."""

from dataclasses import dataclass, field

from evalhub.core.canonical import Json, content_hash
from evalhub.core.releasing.splits import SALT, SplitShares
from evalhub.core.releasing.vocabulary import FLAVOURS, RECIPE_SCHEMA, FilterName, Part

METHODS: dict[str, str] = {
    "agreement": (
        "Share of a pair's judgments (cannot-judge left out) that prefer the chosen response; "
        "ties count against it."
    ),
    "criterion_votes": (
        "Judgments with the chosen, the rejected or no response ahead on each criterion, where "
        "they give both responses a value or compare them; they do not decide what is chosen."
    ),
    "margin": (
        "Posterior mean of the latent preference for the chosen response in the item-only fit of "
        "soft_label, in natural-log units, not below 0; margin_se is its posterior standard "
        "deviation."
    ),
    "mean_preference": (
        "Mean of the graded preferences (-3 to 3), turned so that a positive value favours the "
        "chosen response; null where no judgment is graded."
    ),
    "pair_outcome": (
        "A response is chosen when more of the pair's judgments prefer it than the other one, so "
        "that its vote share is over 1/2; all other pairs are ties. No label overrules the count."
    ),
    "pooled_soft_label": (
        "P(chosen preferred) by the pooled fit, which also knows the strengths of the models and "
        "the other pairs of the responses; rounded to 3 decimals. For display and quality work: "
        "a reward model trained on it learns the models. Null where there is no fit; the manifest "
        "says why."
    ),
    "soft_label": (
        "P(chosen preferred) by the item-only graded fit: an ordinal logit with the reliability, "
        "scale and position effect of annotators, each pair by its own judgments alone, "
        "d ~ N(0, 1.5^2), no model strength; rounded to 4 decimals. soft_label_se is its posterior "
        "standard deviation; is_against_votes marks a label that favours the response that "
        "fewer judgments prefer."
    ),
    "split": (
        "First 64 bits of SHA-256 of the salt and the prompt group, as a share of 2^64; groups "
        "with a prompt kept for evaluation are in test."
    ),
    "veto": (
        "A response counts as vetoed when at least half of the pair's judgments raise a flag "
        "with a veto on it."
    ),
    "vote_share": (
        "Share of a pair's judgments (cannot-judge left out) that prefer the chosen response, "
        "every kind of tie counted as half: a plain count."
    ),
}
"""The name and the rule of every figure that the rows of a release hold."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Hold the choices a release is made with; equal recipes have equal hashes.

    ``flavours`` are the tables for trainers that are written beside the canonical ones.
    """

    shares: SplitShares = field(default_factory=SplitShares)
    salt: str = SALT
    flavours: tuple[Part, ...] = FLAVOURS

    def as_json(self) -> dict[str, Json]:
        """Return the recipe as it is written in ``recipe.json``."""
        return {
            "schema": RECIPE_SCHEMA,
            "annotators": "human",
            "filters": [name.value for name in FilterName],
            "flavours": [part.value for part in FLAVOURS if part in self.flavours],
            "methods": METHODS,
            "split": {
                "salt": self.salt,
                "test": self.shares.test,
                "train": round(1 - self.shares.test - self.shares.validation, 9),
                "validation": self.shares.validation,
            },
        }

    @property
    def sha256(self) -> str:
        """Return the hash of the canonical recipe."""
        return content_hash(self.as_json())
