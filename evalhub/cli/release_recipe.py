"""Read the choices of a recipe from the options of a command."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click

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
from evalhub.errors import NotCleared, Problem

NO_FLAVOUR = "none"
_GATES = [gate.value for gate in Gate]
_ACCEPT = "GATE=REASON"

_OPTIONS = (
    click.option(
        "--flavour",
        "flavours",
        multiple=True,
        type=click.Choice([*(part.value for part in FLAVOURS), NO_FLAVOUR]),
        help="A table for one trainer; may be given more than once. All of them by default.",
    ),
    click.option(
        "--purpose",
        type=click.Choice([purpose.value for purpose in ConsentPurpose]),
        default=ConsentPurpose.REWARD_MODEL_TRAINING.value,
        show_default=True,
        help="What the release is for; experts must have consented to it.",
    ),
    click.option(
        "--licence", default="", help="SPDX licence of the whole; by default each row has its own."
    ),
    click.option(
        "--aggregation",
        type=click.Choice([one.value for one in Aggregation]),
        default=Aggregation.ITEM_ONLY.value,
        show_default=True,
        help="What makes the labels: the item-only fit, or the bare majority.",
    ),
    click.option(
        "--ties",
        type=click.Choice([one.value for one in TieRule]),
        default=TieRule.NEUTRAL.value,
        show_default=True,
        help="What ties count for: nothing, or against both responses.",
    ),
    click.option(
        "--vetoes",
        type=click.Choice([one.value for one in VetoRule]),
        default=VetoRule.HALF.value,
        show_default=True,
        help="How many judgments must raise a veto.",
    ),
    click.option(
        "--leave-out",
        multiple=True,
        type=click.Choice([name.value for name in CHOSEN_FILTERS]),
        help="A filter beyond the standing ones; may be given more than once.",
    ),
    click.option("--min-judgments", type=int, default=1, help="Judgments a pair needs."),
    click.option("--min-agreement", type=float, default=0.0, help="Agreement a pair needs, 0-1."),
    click.option("--validation", type=float, default=0.1, help="Share of groups in validation."),
    click.option("--test", type=float, default=0.1, help="Share of groups in test."),
    click.option(
        "--disjoint-annotators",
        is_flag=True,
        help="Let no expert stand in two splits; judgments of others are left out.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        type=click.Choice(_GATES),
        help="Leave out what a gate holds back; may be given more than once.",
    ),
    click.option(
        "--accept",
        multiple=True,
        metavar=_ACCEPT,
        help="Release what a gate holds back, for a reason that is shipped.",
    ),
)


def recipe_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command every option of a recipe."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def recipe_of(given: dict[str, Any]) -> Recipe:
    """Return the recipe that the options name; raise a usage error for what cannot be read."""
    leave_out = {FilterName(name) for name in given["leave_out"]}
    return Recipe(
        shares=SplitShares(given["validation"], given["test"]),
        flavours=_flavours(given["flavours"]),
        purpose=ConsentPurpose(given["purpose"]),
        licence=given["licence"].strip(),
        aggregation=Aggregation(given["aggregation"]),
        pairs=PairRules(
            tie_rule=TieRule(given["ties"]),
            veto_rule=VetoRule(given["vetoes"]),
            min_judgments=given["min_judgments"],
            min_agreement=given["min_agreement"],
            leaves_out_chosen_vetoed=FilterName.CHOSEN_VETOED in leave_out,
        ),
        leave_out=tuple(
            name for name in CHOSEN_FILTERS if name in leave_out - {FilterName.CHOSEN_VETOED}
        ),
        gates=(
            *(GateRule(Gate(name), GateAction.EXCLUDE) for name in given["exclude"]),
            *(_accepted(text) for text in given["accept"]),
        ),
        is_disjoint_by_annotator=given["disjoint_annotators"],
    )


@contextmanager
def naming_options() -> Iterator[None]:
    """Name the options by which to go on where a build is refused for what nobody settled."""
    try:
        yield
    except NotCleared as error:
        raise NotCleared([_with_options(problem) for problem in error.problems]) from error


def _with_options(problem: Problem) -> Problem:
    gate = problem.where.removeprefix("gate ")
    return replace(problem, rule=f"{problem.rule}: --exclude {gate}, or --accept {gate}='REASON'")


def _flavours(named: tuple[str, ...]) -> tuple[Part, ...]:
    if not named:
        return FLAVOURS
    if NO_FLAVOUR in named and len(named) > 1:
        raise click.UsageError(
            "--flavour none stands beside other flavours; give one or the other."
        )
    return tuple(part for part in FLAVOURS if part in named)


def _accepted(text: str) -> GateRule:
    name, _, reason = text.partition("=")
    if name not in _GATES:
        raise click.UsageError(f"--accept {text!r}: write {_ACCEPT}, the gate {_GATES}.")
    return GateRule(Gate(name), GateAction.ACCEPT, reason.strip())
