"""The columns of a flavour say what its rows say, which ``verify`` makes again one by one."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.flavours.columns import PAIR_COLUMNS
from evalhub.core.releasing.flavours.kto import KtoRows, kto_columns
from evalhub.core.releasing.flavours.pairs import ASSISTANT, HUMAN, PAIR_FLAVOURS, SAME_COLUMNS
from evalhub.core.releasing.material import JudgedPair
from evalhub.core.releasing.vocabulary import Part
from tests.core.releasing.flavours.rows import TALK, make_pair, row_of
from tests.core.releasing.made import preferred, rows_of
from tests.core.releasing.material import make_prompt

TEXTS = st.sampled_from(
    ["Rest.", "Drink.", f"a{HUMAN} b", f"{ASSISTANT}", '\x00"\\\u2028\U0001f600', ""]
) | st.text(max_size=6)
TURNS = st.lists(
    st.tuples(st.sampled_from(["user", "assistant"]), TEXTS), min_size=1, max_size=4
).map(lambda turns: (*turns, ("user", "And now?")))
SYSTEM = st.sampled_from([(), (("system", "Be brief."),)])


@st.composite
def judged(draw: st.DrawFn) -> list[JudgedPair]:
    """Draw pairs on some prompts; those of one prompt come together."""
    pairs = []
    for number in range(draw(st.integers(1, 3))):
        prompt = make_prompt(f"p{number}", turns=(*draw(SYSTEM), *draw(TURNS)))
        prompt = replace(prompt, sha256=str(number) * 64)
        for nth in range(draw(st.integers(1, 3))):
            x, y = draw(TEXTS), draw(TEXTS)
            pair = make_pair(choice=draw(st.sampled_from([Choice.A, Choice.B])))
            pairs.append(
                replace(
                    pair,
                    id=f"{number}-{nth}",
                    prompt=prompt,
                    x=replace(pair.x, sha256=x.ljust(64, "x"), sample_index=nth),
                    y=replace(pair.y, sha256=y.ljust(64, "y")),
                    x_text=f"x{x}",
                    y_text=f"y{y}",
                )
            )
    return pairs


def rows_one_by_one(part: Part, pairs: Sequence[JudgedPair]) -> list[object]:
    if part is Part.KTO:
        kto = KtoRows()
        done: list[object] = [row for pair in pairs for row in kto.add(row_of(pair))]
        return done + list(kto.finish())
    made = (PAIR_FLAVOURS[part](row_of(pair)) for pair in pairs)
    return [row for row in made if row is not None]


@pytest.mark.parametrize("part", [*PAIR_COLUMNS, Part.KTO])
@given(pairs=judged())
@settings(max_examples=25, deadline=None)
def test_columns_of_a_batch_say_what_each_row_does(part: Part, pairs: list[JudgedPair]) -> None:
    make = kto_columns if part is Part.KTO else PAIR_COLUMNS[part]

    found = rows_of(make(preferred(pairs)), part)

    assert found == rows_one_by_one(part, pairs)


def test_every_flavour_of_pairs_is_made_by_columns() -> None:
    assert set(PAIR_FLAVOURS) == set(PAIR_COLUMNS) | (set(SAME_COLUMNS) & set(PAIR_FLAVOURS))


@pytest.mark.parametrize("part", list(PAIR_COLUMNS))
def test_texts_are_those_of_the_pair_that_names_them(part: Part) -> None:
    pairs = [
        make_pair(turns=TALK[1:2], choice=choice, x_text=f"x{n}", y_text=f"y{n}")
        for n, choice in enumerate((Choice.B, Choice.A))
    ]
    pairs = [
        replace(
            pair, id=str(n), x=replace(pair.x, sample_index=n), y=replace(pair.y, sample_index=n)
        )
        for n, pair in enumerate(pairs)
    ]

    first, second = rows_of(PAIR_COLUMNS[part](preferred(pairs)), part)

    assert "y0" in str(first)
    assert "x1" in str(second)
    assert "x0" not in str(second)
