"""Folders of builds: out of sight until whole, and never left by the dead."""

import fcntl
import os
from pathlib import Path

import pytest

from evalhub.services.releasing.folders import (
    building_folder,
    file_opener,
    make_durable,
    publish,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def leave_dead(releases: Path, name: str = ".building-dead", *, has_lock: bool = True) -> Path:
    """Leave what a killed build leaves: a folder, and beside it a lock that nobody holds."""
    dead = releases / name
    (dead / "pairs").mkdir(parents=True)
    (dead / "pairs" / "train.jsonl").write_text("half a li")
    if has_lock:
        (releases / f"{name}.lock").touch()
    return dead


def test_the_folder_is_new_and_gone_at_the_end(tmp_path: Path) -> None:
    releases = tmp_path / "a" / "releases"

    with building_folder(releases) as folder:
        (folder / "file").touch()
        assert folder.parent == releases
        assert folder.stat().st_mode & 0o077 == 0

    assert names(releases) == []


def test_it_is_gone_after_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(LookupError), building_folder(tmp_path) as folder:
        (folder / "file").touch()
        raise LookupError

    assert names(tmp_path) == []


@pytest.mark.parametrize("has_lock", [True, False], ids=["with its lock", "without a lock"])
def test_a_dead_builds_folder_is_removed(tmp_path: Path, *, has_lock: bool) -> None:
    leave_dead(tmp_path, has_lock=has_lock)

    with building_folder(tmp_path):
        assert "dead" not in "".join(names(tmp_path))


def test_a_living_builds_folder_stays(tmp_path: Path) -> None:
    with building_folder(tmp_path) as first, building_folder(tmp_path) as second:
        assert first != second
        assert first.is_dir()

    assert names(tmp_path) == []


def test_another_process_lock_is_respected(tmp_path: Path) -> None:
    dead = leave_dead(tmp_path)
    handle = os.open(tmp_path / ".building-dead.lock", os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)

    with building_folder(tmp_path):
        assert dead.is_dir()
    os.close(handle)


def test_releases_are_never_taken_for_what_a_dead_build_left(tmp_path: Path) -> None:
    leave_dead(tmp_path, "medicine", has_lock=False)

    with building_folder(tmp_path):
        pass

    assert names(tmp_path) == ["medicine"]


def test_a_published_folder_takes_its_place_for_everybody(tmp_path: Path) -> None:
    target = tmp_path / "tiny" / "1.0.0"
    with building_folder(tmp_path) as folder:
        with file_opener(folder)("pairs/train.jsonl") as file:
            file.write(b"{}\n")
        make_durable(folder)
        publish(folder, target)

    assert (target / "pairs" / "train.jsonl").read_bytes() == b"{}\n"
    assert target.stat().st_mode & 0o777 == 0o755
    assert names(tmp_path) == ["tiny"]


def test_a_file_is_opened_once(tmp_path: Path) -> None:
    open_file = file_opener(tmp_path)
    open_file("README.md").close()

    with pytest.raises(FileExistsError):
        open_file("README.md")
