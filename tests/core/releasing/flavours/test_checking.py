from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.columns import Columns
from evalhub.core.releasing.files import Parts, TableFiles
from evalhub.core.releasing.flavours.checking import FlavourChecks
from evalhub.core.releasing.material import JudgedPrompt
from evalhub.core.releasing.tables import Tables as Written
from evalhub.core.releasing.vocabulary import FLAVOURS, Part, Split
from tests.core.releasing.flavours.rows import TALK, make_pair
from tests.core.releasing.made import rows_of
from tests.core.releasing.material import make_prompt

Tables = dict[tuple[Part, Split], list[dict[str, Any]]]

PAIRS = [
    replace(
        make_pair(turns=turns, choice=choice, preference=preference),
        id=f"pair-{number}",
        prompt=make_prompt(key, turns=turns),
        split=split,
    )
    for number, (key, turns, choice, preference, split) in enumerate(
        [
            ("p1", TALK, Choice.A, -2, Split.TEST),
            ("p2", TALK[1:2], Choice.B, 3, Split.TRAIN),
            ("p2", TALK[1:2], Choice.TIE, 0, Split.TRAIN),
            ("p3", TALK[:2], Choice.A, None, Split.TEST),
        ]
    )
]


class Rows(TableFiles):
    """Keep rows as a reader would find them."""

    def __init__(self) -> None:
        self.tables: Tables = {}

    def add(self, parts: Parts, split: Split, columns: Columns) -> None:
        """Keep the rows that each table has of some columns."""
        for part in parts:
            if rows := rows_of(columns, part):
                self.tables.setdefault((part, split), []).extend(rows)


@pytest.fixture
def tables() -> Tables:
    """Return the rows of every table of a sound release."""
    rows = Rows()
    written = Written(rows)
    for pair in PAIRS:
        written.add([JudgedPrompt(pair.prompt, pair.split, (pair,))])
    written.finish()
    return rows.tables


def problems_of(tables: Tables, promised: Collection[Part] = ()) -> list[str]:
    checks = FlavourChecks()
    for part in Part:
        for split in Split:
            for row in tables.get((part, split), []):
                checks.check(part, split, row)
    return list(checks.finish(promised))


def test_flavours_as_they_are_written_say_what_the_pairs_say(tables: Tables) -> None:
    assert set(FLAVOURS) <= {part for part, _ in tables}
    assert problems_of(tables) == []


@pytest.mark.parametrize("part", [*FLAVOURS, Part.TRL, Part.PAIRS_MARGIN])
def test_row_that_stands_twice_is_found(tables: Tables, part: Part) -> None:
    split = Split.TRAIN if (part, Split.TRAIN) in tables else Split.TEST
    tables[part, split].append(tables[part, split][0])

    assert f"{part}/{split} does not say what its canonical table says" in problems_of(tables)


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        (Part.KTO, {"label": False}),
        (Part.OPENRLHF, {"margin": 0.5}),
        (Part.NEMO_RL, {"completions": []}),
        (Part.LLAMAFACTORY, {"system": "Be rude."}),
        (Part.AXOLOTL, {"chosen": "Rest."}),
        (Part.VERL, {"prompt": ""}),
        (Part.HH_RLHF, {"rejected": ""}),
        (Part.HELPSTEER3, {"overall_preference": -3}),
        (Part.HELPSTEER3, {"overall_preference": 0}),
        (Part.HELPSTEER3, {"response1": "Drink."}),
        (Part.ARENA, {"winner": "model_a"}),
        (Part.ARENA, {"judge": "bob"}),
        (Part.PAIRS_MARGIN, {"soft_label": 0.9}),
    ],
)
def test_changed_value_is_found(tables: Tables, part: Part, changes: dict[str, Any]) -> None:
    row = next(row for row in tables[part, Split.TRAIN] if row | changes != row)
    row |= changes

    found = problems_of(tables)

    assert f"{part}/train does not say what its canonical table says" in found


@pytest.mark.parametrize("part", [*FLAVOURS, Part.TRL, Part.PAIRS_MARGIN])
def test_promised_table_that_is_gone_is_missed(tables: Tables, part: Part) -> None:
    # What is made from the margins cannot be made again without them, so all of it differs.
    kept = {place: rows for place, rows in tables.items() if place[0] is not part}

    found = problems_of(kept, [part])

    assert f"{part}/train does not say what its canonical table says" in found


def test_flavour_that_is_not_promised_is_not_missed(tables: Tables) -> None:
    kept = {place: rows for place, rows in tables.items() if place[0] not in FLAVOURS}

    assert problems_of(kept) == []
