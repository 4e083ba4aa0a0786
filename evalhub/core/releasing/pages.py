"""Make the rows of one page of a release, wherever they are made."""

from collections.abc import Sequence
from dataclasses import dataclass

from evalhub.core.releasing.dossier.observing import Observations
from evalhub.core.releasing.material import JudgedPrompt
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.releasing.row_sinks import HeldRows
from evalhub.core.releasing.tables import Tables, Tally


@dataclass(frozen=True, slots=True, eq=False)
class MadePage:
    """Hold the rows of one page in the order in which they are written, and their counts."""

    n_prompts: int
    rows: HeldRows
    tally: Tally


def make_page(prompts: Sequence[JudgedPrompt], recipe: Recipe, *, halvings: int = 0) -> MadePage:
    """Return the rows of the judged pairs of ``prompts``, which are all of a page.

    ``halvings`` says how often the sample of those before was halved: what it would leave out of
    these as well is not looked at.
    """
    rows = HeldRows()
    tables = Tables(rows, recipe, tally=Tally(seen=Observations(halvings=halvings)))
    tables.add(prompts)
    return MadePage(len(prompts), rows, tables.finish())
