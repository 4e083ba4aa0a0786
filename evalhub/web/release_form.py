"""Read the choices of a recipe from the form that asks for a release."""

from collections.abc import Sequence
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from evalhub.core.consent import ConsentPurpose
from evalhub.core.releasing.clearance import Gate, GateAction, GateRule
from evalhub.core.releasing.recipe import CHOSEN_FILTERS, PairRules, Recipe
from evalhub.core.releasing.splits import SplitShares
from evalhub.core.releasing.vocabulary import (
    FLAVOURS,
    Aggregation,
    FilterName,
    Part,
    TieRule,
    VetoRule,
)
from evalhub.errors import BadInput, Sentence
from evalhub.rim.fields import choice, shown, whole_number

_PERCENT = 100

Member = TypeVar("Member", FilterName, Part)


def recipe_of(form: MultiDict[str, str]) -> Recipe:
    """Return the recipe that a form names; what it leaves out is as in the standing one.

    Shares are whole percentages there, and come to the very numbers that a command is given as
    fractions. Raise ``BadInput`` naming a field whose value is none of its choices.
    """
    standing = Recipe()
    leave_out = _left_out(form)
    return Recipe(
        shares=SplitShares(
            _share(form, "validation", standing.shares.validation),
            _share(form, "test", standing.shares.test),
        ),
        flavours=_flavours(form),
        purpose=choice(form.get("purpose") or standing.purpose, ConsentPurpose, where="purpose"),
        licence=form.get("licence", "").strip(),
        aggregation=choice(
            form.get("aggregation") or standing.aggregation, Aggregation, where="labels"
        ),
        pairs=_rules(form, standing.pairs, leaves_vetoed=FilterName.CHOSEN_VETOED in leave_out),
        leave_out=tuple(
            name for name in CHOSEN_FILTERS if name in leave_out - {FilterName.CHOSEN_VETOED}
        ),
        gates=_gates(form),
        is_disjoint_by_annotator=form.get("disjoint") == "1",
    )


def _rules(form: MultiDict[str, str], standing: PairRules, *, leaves_vetoed: bool) -> PairRules:
    least = form.get("min_judgments")
    return PairRules(
        tie_rule=choice(form.get("ties") or standing.tie_rule, TieRule, where="ties"),
        veto_rule=choice(form.get("vetoes") or standing.veto_rule, VetoRule, where="vetoes"),
        min_judgments=(
            whole_number(least, where="min_judgments") if least else standing.min_judgments
        ),
        min_agreement=_share(form, "min_agreement", standing.min_agreement),
        leaves_out_chosen_vetoed=leaves_vetoed,
    )


def _share(form: MultiDict[str, str], name: str, standing: float) -> float:
    given = form.get(name)
    # Divided and not multiplied by .01, which would make 0.29 of 29 per cent something else than
    # the command's 0.29, and the same recipe another version.
    return whole_number(given, where=name) / _PERCENT if given else standing


def _left_out(form: MultiDict[str, str]) -> frozenset[FilterName]:
    # The other filters always work or belong to a gate: taking one of them as chosen would say
    # that it can be done without.
    return _among(form.getlist("leave_out"), CHOSEN_FILTERS, where="leave_out")


def _flavours(form: MultiDict[str, str]) -> tuple[Part, ...]:
    # No box ticked and no boxes shown look alike in what a browser sends; the form says which.
    if form.get("flavours") != "chosen":
        return FLAVOURS
    named = _among(form.getlist("flavour"), FLAVOURS, where="flavour")
    return tuple(part for part in FLAVOURS if part in named)


def _among(texts: Sequence[str], members: Sequence[Member], *, where: str) -> frozenset[Member]:
    """Return those of ``members`` that ``texts`` name; raise ``BadInput`` for any other text."""
    for text in texts:
        if text not in members:
            known = ", ".join(members)
            rule = Sentence("%(value)s is none of %(known)s", value=shown(text), known=known)
            raise BadInput.at(where, rule)
    return frozenset(one for one in members if one in texts)


def _gates(form: MultiDict[str, str]) -> tuple[GateRule, ...]:
    return tuple(
        GateRule(gate, action, form.get(f"reason_{gate}", "").strip())
        for gate in Gate
        if (
            action := choice(
                form.get(f"gate_{gate}") or GateAction.BLOCK, GateAction, where=f"gate {gate}"
            )
        )
        is not GateAction.BLOCK
    )
