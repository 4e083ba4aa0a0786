"""Tell what each stage of a build takes, and what memory the processes that it starts take."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import process_time
from typing import Any, TypeAlias

from evalhub.core.releasing import columns
from evalhub.core.releasing.files import JsonlWriter, ParquetWriter
from evalhub.core.releasing.personal_data import PersonalDataScan
from evalhub.services.releasing import gathering, writing
from evalhub.services.releasing.paging import Pager

Figures: TypeAlias = dict[str, float]
LOOK_S = 0.5

INDEX, READ, SCAN, LABEL = "near duplicates", "reading, twice", "searching texts", "labels"
MADE, PARQUET, LINES = "Arrow and JSON of values", "Parquet with sums", "JSON lines with sums"
DOSSIER, REST = "dossier", "the rest"
TIMED = (
    (gathering, "index_prompts", INDEX),
    (Pager, "_page", READ),
    (PersonalDataScan, "found_in", SCAN),
    (writing, "label_release", LABEL),
    (columns, "_array", MADE),
    (columns, "json_texts", MADE),
    (ParquetWriter, "write", PARQUET),
    (ParquetWriter, "close", PARQUET),
    (JsonlWriter, "write", LINES),
    (writing, "document_texts", DOSSIER),
)
"""What each stage of a build is done by; the rest makes answers, votes and rows.

"Parquet" begins from Arrow arrays and "JSON lines" from the JSON text of each value, both of which
are made before, once for all tables that share them."""
STAGES = (INDEX, READ, SCAN, LABEL, MADE, PARQUET, LINES, DOSSIER, REST)


@contextmanager
def timed(spent: Figures) -> Iterator[None]:
    """Count the seconds of CPU that each stage takes while the block runs.

    A stage is told by the methods that do it; what is in none of them is the rest.
    """
    kept = [(owner, name, getattr(owner, name)) for owner, name, _ in TIMED]
    running: set[str] = set()
    for owner, name, stage in TIMED:
        setattr(owner, name, _counting(getattr(owner, name), stage, spent, running))
    try:
        yield
    finally:
        for owner, name, method in kept:
            setattr(owner, name, method)


def _counting(
    method: Callable[..., Any], stage: str, spent: Figures, running: set[str]
) -> Callable[..., Any]:
    def counting(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - stands for methods of any kind
        if stage in running:
            return method(*args, **named)  # Within itself, and counted there.
        running.add(stage)
        started = process_time()
        try:
            return method(*args, **named)
        finally:
            spent[stage] += process_time() - started
            running.remove(stage)

    return counting


@contextmanager
def peak_behind() -> Iterator[dict[str, int]]:
    """Look what the most memory of each process is that this one starts, by its id, in bytes.

    What the kernel tells of children that have ended begins with that of their parent.
    """
    peaks: dict[str, int] = {}
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(LOOK_S):
            # What is listed may have ended before it is read.
            with suppress(FileNotFoundError, ProcessLookupError):
                for pid in _children():
                    status = Path(f"/proc/{pid}/status").read_text("ascii")
                    told = re.search(r"VmHWM:\s+(\d+) kB", status)
                    # One that has ended and that nobody has asked about has none any more.
                    if told:
                        peaks[pid] = int(told[1]) * 1024

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield peaks
    finally:
        is_over.set()
        looking.join()


def _children() -> set[str]:
    told = Path("/proc/self/task").glob("*/children")
    return {pid for one in told for pid in one.read_text("ascii").split()}
