"""Keep the folds of the projects whose boards are looked at, one set of them a process."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from sqlmodel import Session

from evalhub.core.scoring.counting.counts import Counts
from evalhub.core.scoring.incremental import MAX_SIZE
from evalhub.core.scoring.results import Boards
from evalhub.services.scoring.folding import FoldedProject
from evalhub.services.scoring.inputs import LeftOut

MAX_PROJECTS = 8


@dataclass(frozen=True, slots=True)
class RefreshedBoards:
    """Hold boards with what they rest on; ``table`` counts the judgments over all prompts."""

    boards: Boards
    table: Counts
    left_out: LeftOut
    n_simulated: int
    n_annotators: int


@dataclass(slots=True)
class _Slot:
    lock: Lock = field(default_factory=Lock)
    folded: FoldedProject | None = None
    is_oversized: bool = False


class BoardCache:
    """Keep the folds of the projects read last, at most ``n_projects``; threads may share it.

    A project whose fold would hold more than ``max_size`` sums is not kept.

    It holds nothing that the database does not: a process that starts, or drops a project for
    another one, folds that project's judgments again.
    """

    def __init__(self, n_projects: int = MAX_PROJECTS, *, max_size: int = MAX_SIZE) -> None:
        self.n_projects = n_projects
        self._max_size = max_size
        self._lock = Lock()
        self._slots: OrderedDict[int, _Slot] = OrderedDict()

    @property
    def project_ids(self) -> list[int]:
        """Return the projects kept, the one read last at the end."""
        with self._lock:
            return list(self._slots)

    def refreshed(
        self, project_id: int, *, session: Session, level: float
    ) -> RefreshedBoards | None:
        """Return the boards as of this transaction; None for a project too large to be kept.

        A reader whose transaction began before that of the reader before finds less than was
        folded. It cannot tell this from a restored database, and need not: it rebuilds.
        """
        slot = self._slot(project_id)
        with slot.lock:
            if slot.is_oversized:
                return None
            # Half a fold would be a wrong board for ever, so an error on the way drops it.
            folded, slot.folded = slot.folded, None
            if folded is None or not folded.caught_up(session=session):
                folded = FoldedProject.rebuilt(project_id, session=session)
            if folded.state.is_oversized(max_size=self._max_size):
                slot.is_oversized = True
                return None
            boards = folded.state.boards(level=level)
            slot.folded = folded
            return RefreshedBoards(
                boards=boards,
                table=folded.state.table(),
                left_out=folded.audience.left_out,
                n_simulated=folded.audience.n_simulated,
                n_annotators=folded.audience.n_annotators,
            )

    def _slot(self, project_id: int) -> _Slot:
        with self._lock:
            slot = self._slots.setdefault(project_id, _Slot())
            self._slots.move_to_end(project_id)
            while len(self._slots) > self.n_projects:
                self._slots.popitem(last=False)
            return slot
