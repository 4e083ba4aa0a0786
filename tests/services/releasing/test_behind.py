"""Large releases are written by a process of its own, with the same bytes and the same errors."""

import multiprocessing
import os
import signal
import threading
import time
from dataclasses import replace
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.releasing.files import Target
from evalhub.core.releasing.row_sinks import HeldRows
from evalhub.core.releasing.vocabulary import Part, Split
from evalhub.errors import BuildProcessLost
from evalhub.services.releasing.behind import FilesBehind, files_of
from evalhub.services.releasing.folders import folder_target
from evalhub.services.releasing.preparing import prepare_release
from tests.core.releasing.made import preferred
from tests.core.releasing.material import make_judged_pair, make_judgment
from tests.release_project import make_tiny_project

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Files are the same over every database."""

PATIENCE_S = 60


def behind(folder: Path) -> Target:
    """Have another process write, however small the release is."""
    return replace(folder_target(folder), least_prompts_behind=0)


def some_rows() -> HeldRows:
    rows = HeldRows()
    columns = preferred([make_judged_pair(make_judgment())]).columns
    rows.add((Part.PAIRS, Part.TRL), Split.TRAIN, columns)
    return rows


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def refuse(path: str) -> BinaryIO:
    raise OSError(28, "No space left on device", path)


def end_without_a_word(path: str) -> BinaryIO:
    assert multiprocessing.parent_process() is not None, f"{path} is opened where rows are made."
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def hold(folder: Path, pids: "SimpleQueue[int]") -> None:
    """Write in a process of its own, and say which; then wait for good."""
    with FilesBehind(folder_target(folder)) as files:
        files.write(some_rows())
        (child,) = multiprocessing.active_children()
        assert child.pid is not None
        pids.put(child.pid)
        threading.Event().wait()


def is_running(pid: int) -> bool:
    try:
        # What nobody has asked about yet has ended, and has no command any more.
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except (FileNotFoundError, ProcessLookupError):
        return False


@on_sqlite
def test_a_release_is_the_same_whoever_writes_it(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    make_tiny_project(session)
    for name, target_in in (("here", folder_target), ("behind", behind)):
        (tmp_path / name).mkdir()
        prepare_release(
            "tiny",
            session=session,
            settings=settings,
            folder=tmp_path / name,
            target_in=target_in,
        )

    assert contents(tmp_path / "behind") == contents(tmp_path / "here")
    assert multiprocessing.active_children() == []


def test_only_large_releases_are_worth_a_process(tmp_path: Path) -> None:
    target = folder_target(tmp_path)

    small = files_of(target, n_prompts=target.least_prompts_behind - 1)
    large = files_of(target, n_prompts=target.least_prompts_behind)

    assert not isinstance(small, FilesBehind)
    assert isinstance(large, FilesBehind)


@on_sqlite
@pytest.mark.parametrize(
    ("open_file", "kind", "message"),
    [
        (refuse, OSError, "No space left"),
        (end_without_a_word, BuildProcessLost, "ended before its time"),
    ],
)
def test_what_goes_wrong_there_is_raised_here(
    session: Session,
    settings: Settings,
    tmp_path: Path,
    open_file: "type[BinaryIO]",
    kind: type[Exception],
    message: str,
) -> None:
    make_tiny_project(session)

    def target_in(folder: Path) -> Target:
        return replace(behind(folder), open_file=open_file)

    with pytest.raises(kind, match=message):
        prepare_release(
            "tiny", session=session, settings=settings, folder=tmp_path, target_in=target_in
        )

    assert multiprocessing.active_children() == []


def test_pages_wait_for_a_process_that_is_behind(tmp_path: Path) -> None:
    with FilesBehind(folder_target(tmp_path)) as files:
        for _ in range(20):
            files.write(some_rows())
        facts = files.close()

    assert {one.path: one.n_rows for one in facts} == {
        f"{part}/train.{kind}": 20 for part in ("pairs", "trl") for kind in ("parquet", "jsonl")
    }


def test_leaving_early_ends_it(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), FilesBehind(folder_target(tmp_path)) as files:
        files.write(some_rows())
        raise KeyboardInterrupt

    assert multiprocessing.active_children() == []


def test_it_ends_with_whoever_makes_the_rows_and_not_before(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    pids = spawn.SimpleQueue()
    process = spawn.Process(target=hold, args=(tmp_path, pids))
    process.start()
    pid = pids.get()
    assert process.pid is not None

    # What asks a build to stop asks all of its processes at once.
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(pid, number)
    time.sleep(0.2)
    assert is_running(pid)
    os.kill(process.pid, signal.SIGKILL)
    process.join()

    until = time.monotonic() + PATIENCE_S
    while is_running(pid):
        assert time.monotonic() < until
        time.sleep(0.05)
