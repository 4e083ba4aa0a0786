"""Read the choices of a recipe from the form that asks for a release."""

from werkzeug.datastructures import MultiDict

from evalhub.core.consent import ConsentPurpose
from evalhub.core.releasing.clearance import Gate, GateAction, GateRule
from evalhub.core.releasing.recipe import PairRules, Recipe
from evalhub.core.releasing.vocabulary import Aggregation, TieRule
from evalhub.rim.fields import choice


def recipe_of(form: MultiDict[str, str]) -> Recipe:
    """Return the recipe that a form names; what it leaves out is as in the standing one.

    Raise ``BadInput`` naming a field whose value is none of its choices.
    """
    standing = Recipe()
    return Recipe(
        purpose=choice(form.get("purpose") or standing.purpose, ConsentPurpose, where="purpose"),
        licence=form.get("licence", "").strip(),
        aggregation=choice(
            form.get("aggregation") or standing.aggregation, Aggregation, where="labels"
        ),
        pairs=PairRules(
            tie_rule=choice(form.get("ties") or standing.pairs.tie_rule, TieRule, where="ties")
        ),
        gates=tuple(
            GateRule(gate, action, form.get(f"reason_{gate}", "").strip())
            for gate in Gate
            if (
                action := choice(
                    form.get(f"gate_{gate}") or GateAction.BLOCK, GateAction, where=f"gate {gate}"
                )
            )
            is not GateAction.BLOCK
        ),
        is_disjoint_by_annotator=form.get("disjoint") == "1",
    )
