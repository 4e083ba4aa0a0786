"""Files of a built release, read in the way in which each trainer documents that it reads.

Each reader below does with a row what its trainer's own mapping does with it, and is as strict:
OpenRLHF 3c3be62 (``RewardDataset``), NeMo-RL 7ea279a (``PreferenceDataset``), LLaMA-Factory
ff6d4d1 (``SharegptDatasetConverter``), axolotl 067b021 (``bradley_terry.chat_template``).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import pyarrow.parquet as pq
import pytest

from evalhub.core.releasing.vocabulary import FileFormat, Part
from evalhub.services.releasing.kept import FoundRelease
from tests.released import built, database_url, released_template

__all__ = ["built", "database_url", "released_template"]

Row: TypeAlias = Mapping[str, Any]
Texts: TypeAlias = tuple[str, str, str]
"""A prompt's last question, the preferred and the other answer, as a trainer comes to see them."""

COLUMNS = {
    Part.OPENRLHF: ["prompt", "chosen", "rejected", "margin"],
    Part.NEMO_RL: ["context", "completions"],
    Part.LLAMAFACTORY: ["conversations", "system", "chosen", "rejected"],
    Part.AXOLOTL: ["system", "input", "chosen", "rejected"],
}


def openrlhf(row: Row) -> Texts:
    """Read with ``--data.prompt_key prompt --data.apply_chat_template``.

    The prompt is prepended to both lists, and the template renders them; a margin that is null
    would become 0 in silence.
    """
    assert isinstance(row["margin"], float)
    chosen, rejected = (row["prompt"] + row[key] for key in ("chosen", "rejected"))
    assert all(isinstance(turn["content"], str) for turn in (*chosen, *rejected))
    assert chosen[:-1] == rejected[:-1] == row["prompt"]
    return row["prompt"][-1]["content"], chosen[-1]["content"], rejected[-1]["content"]


def nemo_rl(row: Row) -> Texts:
    """Read as ``PreferenceDataset`` does: two completions, sorted by their ranks."""
    first, second = sorted(row["completions"], key=lambda one: int(one["rank"]))
    assert (first["rank"], second["rank"]) == (0, 1)
    assert [turn["role"] for turn in first["completion"] + second["completion"]] == [
        "assistant",
        "assistant",
    ]
    return (
        row["context"][-1]["content"],
        first["completion"][0]["content"],
        second["completion"][0]["content"],
    )


def llamafactory(row: Row) -> Texts:
    """Read as the ShareGPT converter does, which skips what breaks its rules in silence."""
    turns, chosen, rejected = row["conversations"], row["chosen"], row["rejected"]
    assert len(turns) % 2 == 1
    for number, turn in enumerate(turns):
        assert turn["from"] == ("gpt" if number % 2 else "human")
    assert chosen["from"] == rejected["from"] == "gpt"
    assert isinstance(row["system"], str)
    return turns[-1]["value"], chosen["value"], rejected["value"]


def axolotl(row: Row) -> Texts:
    """Read as ``bradley_terry.chat_template`` does, which asks every row for ``system``."""
    assert {type(row[key]) for key in ("system", "input", "chosen", "rejected")} == {str}
    return row["input"], row["chosen"], row["rejected"]


READERS: dict[Part, Callable[[Row], Texts]] = {
    Part.OPENRLHF: openrlhf,
    Part.NEMO_RL: nemo_rl,
    Part.LLAMAFACTORY: llamafactory,
    Part.AXOLOTL: axolotl,
}


def rows(release: FoundRelease, part: Part, kind: FileFormat) -> Iterator[dict[str, Any]]:
    """Yield every row of a table, split by split."""
    for path in sorted((release.folder / part).glob(f"*.{kind}")):
        if kind is FileFormat.PARQUET:
            yield from pq.read_table(path).to_pylist()
        else:
            yield from map(json.loads, path.read_text("utf-8").splitlines())


@pytest.mark.parametrize("kind", FileFormat)
@pytest.mark.parametrize("part", READERS)
def test_each_trainer_reads_the_very_pairs(
    built: FoundRelease, part: Part, kind: FileFormat
) -> None:
    found = list(rows(built, part, kind))

    assert [list(row) for row in found] == [COLUMNS[part]] * len(found)
    pairs = [
        (row["prompt"][-1]["content"], row["chosen"][0]["content"], row["rejected"][0]["content"])
        for row in rows(built, Part.PAIRS, kind)
        # axolotl's format knows one question; what has more is left out, and counted as such.
        if part is not Part.AXOLOTL or [turn["role"] for turn in row["prompt"]].count("user") == 1
    ]
    assert pairs
    assert [READERS[part](row) for row in found] == pairs


def test_llamafactory_is_told_where_its_columns_are(built: FoundRelease) -> None:
    told = json.loads((built.folder / "llamafactory" / "dataset_info.json").read_text("utf-8"))

    for about in told.values():
        assert (built.folder / "llamafactory" / about["file_name"]).is_file()
        assert (about["formatting"], about["ranking"]) == ("sharegpt", True)
        names = about["columns"]
        assert {names["messages"], names["chosen"], names["rejected"], names["system"]} == set(
            COLUMNS[Part.LLAMAFACTORY]
        )
