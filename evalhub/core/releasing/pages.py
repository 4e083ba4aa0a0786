"""Make the rows of one page of a release, wherever they are made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evalhub.core.releasing.dossier.observing import Observations
from evalhub.core.releasing.material import JudgedPrompt
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.releasing.row_sinks import HeldRows
from evalhub.core.releasing.tables import Tables, Tally, batches_of


@dataclass(frozen=True, slots=True, eq=False)
class MadePage:
    """Hold the rows of a page or a part of one, as they are written, and their counts."""

    n_prompts: int
    rows: HeldRows
    tally: Tally


def made_parts(
    prompts: Sequence[JudgedPrompt], recipe: Recipe, *, halvings: int = 0
) -> Iterator[MadePage]:
    """Yield the rows of the judged pairs of a page, as many at a time as a batch may hold.

    ``halvings`` says how often the sample of those before was halved: what it would leave out of
    these as well is not looked at.
    """
    for batch in batches_of(prompts):
        rows = HeldRows()
        tables = Tables(rows, recipe, tally=Tally(seen=Observations(halvings=halvings)))
        tables.add(batch)
        yield MadePage(len(batch), rows, tables.finish())


def make_page(prompts: Sequence[JudgedPrompt], recipe: Recipe) -> MadePage:
    """Return all rows of a page at once."""
    whole = MadePage(len(prompts), HeldRows(), Tally())
    for part in made_parts(prompts, recipe):
        part.rows.pass_on(whole.rows)
        whole.tally.take_in(part.tally)
    return whole
