"""A downloaded folder is checked without asking anybody."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evalhub.client import Client, Damaged, UnknownTable
from evalhub.client.answers import FileFacts, Manifest
from evalhub.client.verifying import checksums_text, verify_folder
from evalhub.core.canonical import sha256_hex

FILES = {"README.md": "# A\n", "trl/train.jsonl": "{}\n", "pairs/train.jsonl": "{}\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder that holds what its checksums say."""
    facts = tuple(
        FileFacts(path, sha256_hex(text), len(text), 1 if "/" in path else None)
        for path, text in FILES.items()
    )
    manifest = Manifest(b"{}\n", "tiny@1.0.0", facts, simulated=False)
    texts = {**FILES, "manifest.json": "{}\n", "SHA256SUMS": checksums_text(manifest)}
    for path, text in texts.items():
        (tmp_path / "r" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "r" / path).write_text(text)
    return tmp_path / "r"


def test_a_sound_folder_is_told_by_one_hash(folder: Path) -> None:
    found = Client.verify(str(folder))

    assert found.n_files == 4
    assert found.sha256 == sha256_hex((folder / "SHA256SUMS").read_bytes())


def flip(folder: Path) -> None:
    (folder / "README.md").write_text("# B\n")


def remove(folder: Path) -> None:
    (folder / "trl" / "train.jsonl").unlink()


def add(folder: Path) -> None:
    (folder / "trl" / "test.jsonl").write_text("{}\n")


def forget(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()


def garble(folder: Path) -> None:
    (folder / "SHA256SUMS").write_text("nonsense\n")


def lead_out(folder: Path) -> None:
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  ../x\n")


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (flip, "README.md: has the SHA-256 .* and not "),
        (remove, "trl/train.jsonl: is missing"),
        (add, "trl/test.jsonl: is in no line of SHA256SUMS"),
        (forget, "SHA256SUMS: cannot be read: No such file"),
        (garble, "SHA256SUMS line 1: is not a hash"),
        (lead_out, "SHA256SUMS line 1: is not a hash, two spaces and a plain path"),
    ],
)
def test_every_harm_is_named(folder: Path, harm: Callable[[Path], None], says: str) -> None:
    harm(folder)

    with pytest.raises(Damaged, match=says):
        verify_folder(folder)


def test_tables_that_were_not_wanted_may_be_missing(folder: Path) -> None:
    remove(folder)

    assert verify_folder(folder, only={"pairs"}).n_files == 3
    with pytest.raises(Damaged):
        verify_folder(folder, only={"trl"})


def test_a_table_that_no_line_names_is_told_with_those_there_are(folder: Path) -> None:
    with pytest.raises(UnknownTable, match=r"no table 'tlr'; it has 'pairs', 'trl'\."):
        verify_folder(folder, only={"tlr", "trl"})


def test_a_release_without_tables_says_so(tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").write_text(f"{sha256_hex('# A')}  README.md\n")

    with pytest.raises(UnknownTable, match=r"no table 'trl'; it has none\."):
        verify_folder(tmp_path, only={"trl"})
