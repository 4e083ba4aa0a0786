"""Releases that are damaged are compared to the place of the damage, which is named."""

import pytest

from evalhub.errors import BadInput
from evalhub.services.releasing.comparing import diff_releases
from tests.services.releasing.conftest import BuiltFiles


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("{", "cannot be read: "),
        ("3", "cannot be read: it is no row"),
        ('{"prompt_id": "p"}', "cannot be read: pair_id is no text"),
        ('{"prompt_id": 3, "pair_id": "x"}', "cannot be read: prompt_id is no text"),
    ],
    ids=["broken", "no row", "no pair", "no prompt"],
)
def test_a_line_that_cannot_be_compared_is_named(
    own_files: BuiltFiles, line: str, rule: str
) -> None:
    path = own_files.folder / "pairs" / "train.jsonl"
    path.write_text(line + "\n", "utf-8")

    with pytest.raises(BadInput) as caught:
        diff_releases(own_files.folder, own_files.folder)

    assert str(caught.value).startswith(f"{path} line 1: {rule}")


def test_a_listed_file_that_is_missing_is_named(own_files: BuiltFiles) -> None:
    path = own_files.folder / "pairs" / "train.jsonl"
    path.unlink()

    with pytest.raises(BadInput) as caught:
        diff_releases(own_files.folder, own_files.folder)

    assert str(caught.value) == f"{path}: cannot be read: No such file or directory"
