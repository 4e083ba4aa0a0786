"""State the rules that turn judgments into training rows, as data that is hashed and shipped."""

from dataclasses import asdict, dataclass, field

from evalhub.core.canonical import Json, content_hash
from evalhub.core.consent import ConsentPurpose
from evalhub.core.prompts.licences import is_licence
from evalhub.core.prompts.vocabulary import UNKNOWN_LICENSES
from evalhub.core.releasing.clearance import Gate, GateAction, GateRule, check_rules
from evalhub.core.releasing.splits import SALT, SplitShares
from evalhub.core.releasing.vocabulary import (
    FLAVOURS,
    RECIPE_SCHEMA,
    Aggregation,
    FilterName,
    Part,
    TieRule,
    VetoRule,
)
from evalhub.errors import BadInput, Problem

CHOSEN_FILTERS = (
    FilterName.SIMULATED_JUDGMENT,
    FilterName.IMPORTED_JUDGMENT,
    FilterName.CHOSEN_VETOED,
)
"""The filters that a recipe may add as they are; others come with a number or with a gate."""

_MOST_JUDGMENTS = 100
_LICENCE_RULE = "must be an SPDX identifier or expression, or 'LicenseRef-NAME', and be known"

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


_TIES_AGAINST = (
    "A response is chosen when more than half of the pair's judgments (cannot-judge left out) "
    "prefer it, so that ties count against it; all other pairs are ties. No label overrules the "
    "count."
)
_BY_MAJORITY = {
    "margin": "0 in every row: a majority has no size that a reward difference could be held to.",
    "soft_label": (
        "1 in every row, and 0.5 for ties: the majority of the pair's judgments as a hard label. "
        "soft_label_se is 0 and is_against_votes is false."
    ),
}
_VETOES = {
    VetoRule.ANY: (
        "A response counts as vetoed when one of the pair's judgments raises a flag with a veto "
        "on it."
    ),
    VetoRule.IGNORED: "No response counts as vetoed; the flags stand in the judgments.",
}


@dataclass(frozen=True, slots=True)
class PairRules:
    """Hold what decides the outcome of a pair; the defaults leave out as little as can be.

    ``min_judgments`` and ``min_agreement`` are what a pair needs to stand among the pairs. Both
    default to no demand, since leaving out what few agree on makes reward models worse.
    """

    tie_rule: TieRule = TieRule.NEUTRAL
    veto_rule: VetoRule = VetoRule.HALF
    min_judgments: int = 1
    min_agreement: float = 0.0
    leaves_out_chosen_vetoed: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """Hold the choices a release is made with; equal recipes have equal hashes.

    ``flavours`` are the tables for trainers that are written beside the canonical ones. The
    judgments of a release are used for ``purpose``, to which their annotators must consent;
    ``licence`` is the one that the release as a whole is given under, empty where each row has
    its own. ``leave_out`` are judgment filters beyond the standing ones, and ``gates`` say what
    becomes of judgments that nobody has settled. With ``is_disjoint_by_annotator`` each
    annotator's judgments are in one split alone.
    """

    shares: SplitShares = field(default_factory=SplitShares)
    salt: str = SALT
    flavours: tuple[Part, ...] = FLAVOURS
    purpose: ConsentPurpose = ConsentPurpose.REWARD_MODEL_TRAINING
    licence: str = ""
    aggregation: Aggregation = Aggregation.ITEM_ONLY
    pairs: PairRules = field(default_factory=PairRules)
    leave_out: tuple[FilterName, ...] = ()
    gates: tuple[GateRule, ...] = ()
    is_disjoint_by_annotator: bool = False

    def action_at(self, gate: Gate) -> GateAction:
        """Return what becomes of judgments that ``gate`` holds back."""
        return next((one.action for one in self.gates if one.gate is gate), GateAction.BLOCK)

    def filters(self) -> tuple[FilterName, ...]:
        """Return the filters that this recipe works with, in the order in which they work."""
        chosen = {
            FilterName.SIMULATED_JUDGMENT: FilterName.SIMULATED_JUDGMENT in self.leave_out,
            FilterName.IMPORTED_JUDGMENT: FilterName.IMPORTED_JUDGMENT in self.leave_out,
            FilterName.NO_CONSENT: self.action_at(Gate.NO_CONSENT) is GateAction.EXCLUDE,
            FilterName.UNKNOWN_LICENCE: self.action_at(Gate.UNKNOWN_LICENCE) is GateAction.EXCLUDE,
            FilterName.ANNOTATOR_OF_OTHER_SPLIT: self.is_disjoint_by_annotator,
            FilterName.PERSONAL_DATA: self.action_at(Gate.PERSONAL_DATA) is GateAction.EXCLUDE,
            FilterName.TOO_FEW_JUDGMENTS: self.pairs.min_judgments > 1,
            FilterName.LOW_AGREEMENT: self.pairs.min_agreement > 0,
            FilterName.CHOSEN_VETOED: self.pairs.leaves_out_chosen_vetoed,
        }
        return tuple(name for name in FilterName if chosen.get(name, True))

    def methods(self) -> dict[str, str]:
        """Return the name and the rule of every figure under this recipe."""
        told = dict(METHODS)
        if self.aggregation is Aggregation.MAJORITY:
            told |= _BY_MAJORITY
        if self.pairs.tie_rule is TieRule.AGAINST:
            told["pair_outcome"] = _TIES_AGAINST
        if self.pairs.veto_rule in _VETOES:
            told["veto"] = _VETOES[self.pairs.veto_rule]
        return told

    def check(self) -> None:
        """Raise ``BadInput`` naming every choice that breaks a rule."""
        problems = []
        if self.licence and (
            not is_licence(self.licence) or self.licence.lower() in UNKNOWN_LICENSES
        ):
            # A release that says "unknown" of itself could be used by nobody.
            problems.append(Problem(f"licence {self.licence[:60]!r}", _LICENCE_RULE))
        if not 1 <= self.pairs.min_judgments <= _MOST_JUDGMENTS:
            problems.append(Problem("min_judgments", f"must be 1 to {_MOST_JUDGMENTS}"))
        if not 0 <= self.pairs.min_agreement <= 1:
            problems.append(Problem("min_agreement", "must be a share from 0 to 1"))
        validation, test = self.shares.validation, self.shares.test
        # Of what is allowed: a share that is no number is not less than 0, and would pass.
        if not (validation >= 0 and test >= 0 and validation + test < 1):
            rule = "must not be negative, and must leave a share to train"
            problems.append(Problem("shares of validation and test", rule))
        if problems:
            raise BadInput(problems)
        check_rules(self.gates)

    def as_json(self) -> dict[str, Json]:
        """Return the recipe as it is written in ``recipe.json``."""
        rules = {one.gate: one for one in self.gates}
        return {
            "schema": RECIPE_SCHEMA,
            "aggregation": self.aggregation.value,
            "annotators": "human",
            "filters": [name.value for name in self.filters()],
            "flavours": [part.value for part in FLAVOURS if part in self.flavours],
            "gates": [
                {key: str(value) for key, value in asdict(rules[gate]).items()}
                if gate in rules
                else {"gate": gate.value, "action": GateAction.BLOCK.value, "reason": ""}
                for gate in Gate
            ],
            "licence": self.licence,
            "methods": self.methods(),
            "pairs": {
                "min_agreement": self.pairs.min_agreement,
                "min_judgments": self.pairs.min_judgments,
                "tie_rule": self.pairs.tie_rule.value,
                "veto_rule": self.pairs.veto_rule.value,
            },
            "purpose": self.purpose.value,
            "split": {
                "disjoint_by_annotator": self.is_disjoint_by_annotator,
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
