"""A file of a release is compared with what was built, and read again only when it changed."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from evalhub.services.releasing.undamaged import is_as_built

CONTENT = b"one row\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(CONTENT)
    return path


def is_whole(path: Path) -> bool:
    return is_as_built(path, n_bytes=len(CONTENT), sha256=sha256(CONTENT).hexdigest())


def test_the_file_that_was_built_is_whole(file: Path) -> None:
    assert is_whole(file)
    assert is_whole(file)


@pytest.mark.parametrize("content", [b"", b"one row", b"two row\n"], ids=["none", "cut", "changed"])
def test_another_content_is_not(file: Path, content: bytes) -> None:
    file.write_bytes(content)

    assert not is_whole(file)


def test_a_file_changed_after_it_was_read_is_read_again(file: Path) -> None:
    assert is_whole(file)

    file.write_bytes(b"two row\n")

    assert not is_whole(file)


def test_a_changed_file_with_its_old_time_is_read_again(file: Path) -> None:
    before = file.stat()
    assert is_whole(file)

    file.write_bytes(b"two row\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert not is_whole(file)


def test_what_is_gone_or_is_a_folder_is_not(tmp_path: Path) -> None:
    assert not is_whole(tmp_path / "nothing")
    assert not is_as_built(tmp_path, n_bytes=tmp_path.stat().st_size, sha256="")
