"""No damage to a file of prompts gives anything but prompts, bad rows or a stated refusal."""

import json
import random
from pathlib import Path

import pytest

from evalhub.core.prompts.canonical import prompt_set_hash, row_to_json
from evalhub.core.prompts.files import PromptFile, read_prompt_file
from evalhub.core.prompts.options import ReadingOptions
from evalhub.core.prompts.parsing import prompt_from_row
from evalhub.core.prompts.report import report_on
from tests.core.prompts.rows import row
from tests.core.prompts.test_files import CSV, lines, parquet
from tests.core.reading.outcomes import outcome

SHIPPED = Path(__file__).parents[3] / "prompts" / "medicine" / "prompts.jsonl"
ROWS = [row(id=f"q{i}", prompt=f"Question {i}?", tags=["a", "b"]) for i in range(8)]
FILES = {
    "shipped.jsonl": SHIPPED.read_bytes(),
    "rows.jsonl": lines(*ROWS),
    "rows.json": json.dumps(ROWS).encode(),
    "rows.csv": CSV.encode(),
    "rows.parquet": parquet(ROWS),
}
JUNK = (b"\x00", b"\xff", b'"', b"\n", b"{", b"[" * 200, b"\xef\xbb\xbf", b"NaN", b"\\ud800", b",")
N_MUTATIONS = 150


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Return ``data`` with one to three bits of damage: changed, cut, doubled or stuffed."""
    for _ in range(rng.randint(1, 3)):
        start = rng.randrange(len(data) or 1)
        end = start + rng.randrange(40)
        replacement = rng.choice((b"", data[start:end] * 2, rng.choice(JUNK), rng.randbytes(3)))
        data = data[:start] + replacement + data[end:]
    return data


@pytest.mark.parametrize("name", FILES)
def test_no_damage_surprises_the_reader(name: str) -> None:
    rng = random.Random(name)
    for _ in range(N_MUTATIONS):
        data = mutated(FILES[name], rng)

        result = outcome(lambda: read_prompt_file(data, filename=name, options=ReadingOptions()))  # noqa: B023 - called at once

        assert isinstance(result, PromptFile) or result.problems
        if isinstance(result, PromptFile):
            check(result)


def check(file: PromptFile) -> None:
    """Check that what was read is in canonical form and can be reported."""
    again = [prompt_from_row(row_to_json(prompt), where="again") for prompt in file.prompts]
    report = report_on(file)
    assert tuple(again) == file.prompts
    assert report.sha256 == prompt_set_hash(again)
    assert report.n_rows == len(file.good) + len(file.bad)
    assert all(bad.reasons and all(bad.reasons) for bad in file.bad)


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_sound_before_they_are_damaged(name: str) -> None:
    file = read_prompt_file(FILES[name], filename=name, options=ReadingOptions())

    assert file.bad == ()
