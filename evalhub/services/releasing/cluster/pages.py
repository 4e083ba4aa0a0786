"""Make one page of a release wherever this code runs: what the machines of a cluster do.

Nothing here knows of Dask, and nothing it is given holds a secret or an address: a worker opens the
database that its own settings name.
"""

import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import orjson
import pyarrow as pa

from evalhub import __version__
from evalhub.config import Settings, load_settings
from evalhub.core.releasing.admission import Admission
from evalhub.core.releasing.pages import MadePage, make_page
from evalhub.core.releasing.recipe import Recipe
from evalhub.db.snapshots import Snapshot, export_snapshot, reading_snapshot
from evalhub.errors import ClusterError, SettingsError
from evalhub.services.releasing.gathering import Source
from evalhub.services.releasing.indexing import IndexedPrompt, PromptIndex
from evalhub.services.releasing.paging import KnownNames, Pager, runs
from evalhub.services.releasing.streaming import PageRules, judged_of
from evalhub.services.transaction import Database, open_database

CODE = (
    f"evalhub {__version__}, Python {platform.python_version()}, pyarrow {pa.__version__}, "
    f"orjson {orjson.__version__}, numpy {np.__version__}"
)
"""What the values of a row may depend on. Machines that differ in it would each be right, and a
release that both had a part in would be neither's."""


@dataclass(frozen=True, slots=True, eq=False)
class SharedState:
    """Hold what the pages of one release are all made from, on whichever machine.

    It says nothing of itself where it is printed: Dask logs the arguments of a call that fails.
    """

    code: str
    snapshot: Snapshot
    project_id: int
    names: KnownNames = field(repr=False)
    admission: Admission = field(repr=False)
    rules: PageRules = field(repr=False)
    recipe: Recipe = field(repr=False)


def share(source: Source, rules: PageRules, recipe: Recipe) -> SharedState:
    """Return what the pages of ``source`` are made from; raise ``ClusterError`` on SQLite.

    It holds for as long as the transaction that ``source`` was gathered in is open.
    """
    pager = source.pager
    return SharedState(
        code=CODE,
        snapshot=export_snapshot(pager.session),
        project_id=pager.project_id,
        # Everybody who judged was named in the first pass, so the secret can stay here.
        names=pager.pseudonyms.given(),
        # A new one, without what it remembers of everybody it was asked about.
        admission=replace(pager.admission),
        rules=rules,
        recipe=recipe,
    )


def page_runs(source: Source) -> Iterator[Sequence[IndexedPrompt]]:
    """Yield the prompts of one page after another, in the order in which they are written."""
    return runs(source.pager.index.prompts)


def page_of(shared: SharedState, run: Sequence[IndexedPrompt]) -> MadePage:
    """Return the page of the prompts ``run``, read from the database of this machine's settings.

    Raise ``ClusterError`` where this machine is not set up as the one that builds, naming both.
    """
    if shared.code != CODE:
        raise ClusterError(
            f"{_here()} runs {CODE}, and the build {shared.code}. Install the same on both."
        )
    try:
        return page_from(own_database(load_settings(makes_instance=False)), shared, run)
    except (ClusterError, SettingsError) as error:
        raise ClusterError(f"{_here()}: {error}") from error


def page_from(database: Database, shared: SharedState, run: Sequence[IndexedPrompt]) -> MadePage:
    """Return the page of the prompts ``run``, read from ``database``.

    Raise ``ClusterError`` where that is not the one that the build reads.
    """
    index = PromptIndex(prompts=run, controls={}, licenses=(), languages=())
    with reading_snapshot(database, shared.snapshot) as session:
        pager = Pager(shared.project_id, index, shared.names, shared.admission, session)
        return make_page(judged_of(pager.page(run), shared.rules), shared.recipe)


@lru_cache(maxsize=1)
def own_database(settings: Settings) -> Database:
    """Return the database of this machine, opened once: a page takes less time than opening."""
    return open_database(settings)


def _here() -> str:
    return f"The worker on {platform.node()}"
