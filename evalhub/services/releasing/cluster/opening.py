"""Open the cluster that the settings name, if they name one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Protocol, cast

from evalhub.config import Settings
from evalhub.core.releasing.pages import MadePage
from evalhub.errors import SettingsError
from evalhub.services.releasing.cluster.pages import SharedState
from evalhub.services.releasing.indexing import IndexedPrompt

_DASK = "evalhub.services.releasing.cluster.dask_cluster"


class Cluster(Protocol):
    """What makes pages on other machines."""

    def pages(
        self,
        shared: SharedState,
        runs: Iterable[Sequence[IndexedPrompt]],
        *,
        still: Callable[[], None],
    ) -> Iterator[MadePage]:
        """Yield the page of each of ``runs`` in their order.

        ``still`` is called while one is waited for, and raises to stop.
        """


def cluster_of(settings: Settings) -> AbstractContextManager[Cluster | None]:
    """Return the cluster of ``settings``, to be entered; None comes of it where they name none.

    Raise ``SettingsError`` where Dask is not installed, and ``ClusterError`` on entering where the
    scheduler does not answer.
    """
    if not settings.dask_scheduler:
        return nullcontext()
    try:
        # By name, since Dask is loaded in half a second and most installations have no cluster.
        module = import_module(_DASK)
    except ModuleNotFoundError as error:
        raise SettingsError(
            "EVALHUB_DASK_SCHEDULER needs Dask: "
            "`pip install --editable '.[cluster]'` in EvalHub's folder."
        ) from error
    opened = module.open_cluster(settings.dask_scheduler)
    return cast("AbstractContextManager[Cluster | None]", opened)
