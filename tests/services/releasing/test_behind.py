"""Large releases are written by a process of its own, with the same bytes and the same errors."""

import multiprocessing
import os
import random
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.files import OpenFile, Target
from evalhub.core.releasing.material import JudgedPrompt
from evalhub.core.releasing.pages import made_parts
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.releasing.row_sinks import HeldRows
from evalhub.core.releasing.vocabulary import FLAVOURS, Part, Split
from evalhub.errors import BuildProcessLost
from evalhub.services.releasing.behind import PageFiles, files_behind, files_of
from evalhub.services.releasing.folders import folder_target
from evalhub.services.releasing.preparing import prepare_release
from tests.core.releasing.made import preferred
from tests.core.releasing.material import make_judged_pair, make_judgment, make_prompt
from tests.release_project import make_tiny_project

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Files are the same over every database."""

PATIENCE_S = 60
N_LARGE = 25


class Odd(Exception):
    """Be an error that cannot be unpacked."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__(f"{name} {number}")


def behind(folder: Path) -> Target:
    """Have another process write, however small the release is."""
    return replace(folder_target(folder), least_prompts_behind=0)


def some_rows(text: str = "Rest.") -> HeldRows:
    rows = HeldRows()
    pair = replace(make_judged_pair(make_judgment()), x_text=text)
    rows.add((Part.PAIRS, Part.TRL), Split.TRAIN, preferred([pair]).columns)
    return rows


def pages(n_pages: int) -> Iterator[HeldRows]:
    """Yield pages of three prompts with up to four pairs each, of every outcome."""
    rng = random.Random(7)
    choices = (Choice.A, Choice.B, Choice.TIE, Choice.CANNOT_JUDGE)
    for page in range(n_pages):
        prompts = []
        for number in range(3):
            prompt = make_prompt(f"p{page:03}{number}")
            pairs = [
                replace(
                    make_judged_pair(
                        *(make_judgment(rng.choice(choices), who=who) for who in ("ann", "bob")),
                        identity=f"pair-{page:03}{number}{n}",
                    ),
                    prompt=prompt,
                    x_text=f"First {page} {number} {n}.",
                )
                for n in range(rng.randrange(1, 5))
            ]
            prompts.append(JudgedPrompt(prompt, Split.TRAIN, tuple(pairs)))
        yield from (part.rows for part in made_parts(prompts, Recipe(flavours=tuple(FLAVOURS))))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def refuse(path: str) -> BinaryIO:
    raise OSError(28, "No space left on device", path)


def refuse_oddly(path: str) -> BinaryIO:
    raise Odd(path, 7)


def refuse_at_length(path: str) -> BinaryIO:
    raise ValueError(path * 100_000)


def end_without_a_word(path: str) -> BinaryIO:
    assert "evalhub.services.releasing.behind_child" in sys.modules, f"{path} is opened here."
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def open_when_told(folder: Path, path: str) -> BinaryIO:
    """Open a file once there is one that says so."""
    while not (folder / "now").exists():
        time.sleep(0.01)
    return folder_target(folder).open_file(path)


def hold(folder: Path, pids: "SimpleQueue[int]") -> None:
    """Write in a process of its own, and say which; then wait for good."""
    with files_behind(folder_target(folder)) as files:
        files.write(some_rows())
        pids.put(started_child())
        threading.Event().wait()


def children() -> list[int]:
    """Return the processes that this one has started and that still run."""
    listed = Path("/proc/self/task").glob("*/children")
    pids = [int(pid) for one in listed for pid in one.read_text("ascii").split()]
    return [pid for pid in pids if b"behind_child" in command_of(pid)]


def started_child() -> int:
    """Return the one process that writes; the kernel may list it a moment after its start."""
    until = time.monotonic() + PATIENCE_S
    while not (found := children()):
        assert time.monotonic() < until
        time.sleep(0.01)
    (pid,) = found
    return pid


def command_of(pid: int) -> bytes:
    """Return the command of a process; nothing where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


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
    assert children() == []


def test_groups_are_cut_at_the_same_rows_whoever_writes_them(tmp_path: Path) -> None:
    facts = []
    for name, least in (("here", 1), ("behind", 0)):
        target = folder_target(tmp_path / name)
        target = replace(target, rows_per_group=7, shard_bytes=4_000, least_prompts_behind=least)
        with files_of(target, n_prompts=0) as files:
            for rows in pages(40):
                files.write(rows)
            facts.append(files.close())

    here, other = facts
    assert here == other
    # Several groups and several files each, so that rows of one page stand in two of them.
    assert sum(one.path.startswith("judgments/") for one in here) > len(("parquet", "jsonl"))


@pytest.mark.parametrize(("n_more", "is_behind"), [(-1, False), (0, True)])
def test_only_large_releases_are_worth_a_process(
    tmp_path: Path, n_more: int, *, is_behind: bool
) -> None:
    target = folder_target(tmp_path)

    with files_of(target, n_prompts=target.least_prompts_behind + n_more):
        if is_behind:
            assert started_child()
        else:
            assert children() == []
    assert children() == []


@pytest.mark.parametrize(
    ("open_file", "kind", "message"),
    [
        (refuse, OSError, "No space left"),
        (refuse_oddly, BuildProcessLost, "Writing the files failed: Odd: "),
        (refuse_at_length, BuildProcessLost, "Writing the files failed: ValueError: "),
        (end_without_a_word, BuildProcessLost, "was ended by signal 9"),
    ],
)
def test_what_goes_wrong_there_is_raised_here(
    tmp_path: Path, open_file: OpenFile, kind: type[Exception], message: str
) -> None:
    target = replace(behind(tmp_path), open_file=open_file)

    with pytest.raises(kind, match=message) as found, files_of(target, n_prompts=0) as files:
        for rows in pages(9):
            files.write(rows)
        files.close()

    assert len(str(found.value)) < 2_000
    assert children() == []


@on_sqlite
def test_a_build_ends_with_what_went_wrong_there(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    make_tiny_project(session)

    def target_in(folder: Path) -> Target:
        return replace(behind(folder), open_file=refuse)

    with pytest.raises(OSError, match="No space left"):
        prepare_release(
            "tiny", session=session, settings=settings, folder=tmp_path, target_in=target_in
        )


def test_a_process_that_cannot_start_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with (
        pytest.raises(BuildProcessLost, match=re.escape("ended with 1; its words are in the log")),
        files_behind(folder_target(tmp_path)) as files,
    ):
        files.close()


def test_rows_wait_for_a_process_that_is_behind(tmp_path: Path) -> None:
    target = replace(
        folder_target(tmp_path), open_file=partial(open_when_told, tmp_path), rows_per_group=1
    )
    large = some_rows("a " * 1_000_000)
    written = threading.Semaphore(0)

    def write_all(files: PageFiles) -> None:
        for _ in range(N_LARGE):
            files.write(large)
            written.release()

    with files_behind(target) as files, ThreadPoolExecutor(1) as pool:
        future = pool.submit(write_all, files)
        assert written.acquire(timeout=PATIENCE_S)
        n_ahead = 1
        while written.acquire(timeout=2):
            n_ahead += 1
        (tmp_path / "now").touch()
        future.result(PATIENCE_S)
        facts = files.close()

    # What is being written, what was read ahead, and what is on its way; each is some megabytes.
    assert n_ahead < N_LARGE
    assert {one.n_rows for one in facts} == {N_LARGE}


def test_leaving_early_ends_it_where_it_is(tmp_path: Path) -> None:
    target = replace(folder_target(tmp_path), open_file=partial(open_when_told, tmp_path))

    with pytest.raises(KeyboardInterrupt), files_behind(target) as files:
        files.write(some_rows())
        assert started_child()
        raise KeyboardInterrupt

    assert children() == []


def test_it_ends_with_whoever_makes_the_rows_and_not_before(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    pids = spawn.SimpleQueue()
    process = spawn.Process(target=hold, args=(tmp_path, pids))
    process.start()
    pid = pids.get()
    assert process.pid is not None

    # What asks a build to stop asks all of its processes at once; this one never hears of it.
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(pid, number)
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    pending = int(re.search(r"ShdPnd:\s+(\w+)", status)[1], 16)  # type: ignore[index]
    assert pending & 1 << (signal.SIGTERM - 1)
    assert pending & 1 << (signal.SIGINT - 1)
    os.kill(process.pid, signal.SIGKILL)
    process.join()

    until = time.monotonic() + PATIENCE_S
    while command_of(pid):
        assert time.monotonic() < until
        time.sleep(0.05)
