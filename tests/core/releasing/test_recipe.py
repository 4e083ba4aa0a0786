"""Recipes: every choice is frozen in what is shipped, and a bad one is refused by name."""

from dataclasses import replace

import pytest

from evalhub.core.consent import ConsentPurpose
from evalhub.core.releasing.clearance import Gate, GateAction, GateRule
from evalhub.core.releasing.recipe import PairRules, Recipe
from evalhub.core.releasing.splits import SplitShares
from evalhub.core.releasing.vocabulary import Aggregation, FilterName, TieRule, VetoRule
from evalhub.errors import BadInput

EXCLUDE_ALL = tuple(GateRule(gate, GateAction.EXCLUDE) for gate in Gate)


@pytest.mark.parametrize(
    "other",
    [
        Recipe(purpose=ConsentPurpose.RESEARCH),
        Recipe(licence="CC-BY-4.0"),
        Recipe(aggregation=Aggregation.MAJORITY),
        Recipe(pairs=PairRules(tie_rule=TieRule.AGAINST)),
        Recipe(pairs=PairRules(veto_rule=VetoRule.ANY)),
        Recipe(pairs=PairRules(min_judgments=2)),
        Recipe(pairs=PairRules(min_agreement=0.5)),
        Recipe(pairs=PairRules(leaves_out_chosen_vetoed=True)),
        Recipe(leave_out=(FilterName.IMPORTED_JUDGMENT,)),
        Recipe(gates=EXCLUDE_ALL[:1]),
        Recipe(is_disjoint_by_annotator=True),
        Recipe(shares=SplitShares(test=0.2)),
    ],
)
def test_every_choice_is_in_the_hash(other: Recipe) -> None:
    assert other.sha256 != Recipe().sha256


def test_only_filters_that_work_are_named() -> None:
    standing, all_of_them = Recipe().filters(), chosen_all().filters()

    assert FilterName.CONSENT_WITHDRAWN in standing
    assert FilterName.NO_CONSENT not in standing
    assert FilterName.LOW_AGREEMENT not in standing
    assert all_of_them == tuple(FilterName)


def chosen_all() -> Recipe:
    return Recipe(
        pairs=PairRules(min_judgments=2, min_agreement=0.5, leaves_out_chosen_vetoed=True),
        leave_out=(FilterName.SIMULATED_JUDGMENT, FilterName.IMPORTED_JUDGMENT),
        gates=EXCLUDE_ALL,
        is_disjoint_by_annotator=True,
    )


@pytest.mark.parametrize(
    ("recipe", "name", "words"),
    [
        (Recipe(aggregation=Aggregation.MAJORITY), "soft_label", "1 in every row"),
        (Recipe(pairs=PairRules(tie_rule=TieRule.AGAINST)), "pair_outcome", "more than half"),
        (Recipe(pairs=PairRules(veto_rule=VetoRule.ANY)), "veto", "one of the pair's"),
        (Recipe(pairs=PairRules(veto_rule=VetoRule.IGNORED)), "veto", "No response counts"),
    ],
)
def test_methods_say_what_was_chosen(recipe: Recipe, name: str, words: str) -> None:
    assert words in recipe.methods()[name]


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (Recipe(licence="mine"), "licence 'mine'"),
        (Recipe(licence="unknown"), "licence 'unknown'"),
        (Recipe(pairs=PairRules(min_judgments=0)), "min_judgments"),
        (Recipe(pairs=PairRules(min_agreement=1.5)), "min_agreement"),
        (Recipe(shares=SplitShares(0.5, 0.5)), "shares of validation and test"),
        (Recipe(shares=SplitShares(-0.1, 0.5)), "shares of validation and test"),
        (Recipe(shares=SplitShares(float("nan"), 0.1)), "shares of validation and test"),
        (Recipe(shares=SplitShares(0.1, float("nan"))), "shares of validation and test"),
        (Recipe(gates=(GateRule(Gate.NO_CONSENT, GateAction.ACCEPT),)), "gate no_consent"),
    ],
)
def test_a_bad_choice_is_refused_by_name(recipe: Recipe, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        recipe.check()


def test_a_sound_recipe_passes() -> None:
    replace(chosen_all(), licence="LicenseRef-house").check()
