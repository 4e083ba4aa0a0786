from collections.abc import Iterator

import pytest

from evalhub.core.releasing.by_prompt import AnyRow, by_prompt
from evalhub.errors import BadInput


def rows(*prompts: str) -> list[AnyRow]:
    return [{"prompt_id": prompt, "n": n} for n, prompt in enumerate(prompts)]


def test_rows_of_a_prompt_come_together_from_every_table() -> None:
    found = list(by_prompt({"pairs": rows("a", "a", "c"), "ties": rows("b", "c"), "none": rows()}))

    assert [[(table, row["prompt_id"], row["n"]) for table, row in one] for one in found] == [
        [("pairs", "a", 0), ("pairs", "a", 1)],
        [("ties", "b", 0)],
        [("pairs", "c", 2), ("ties", "c", 1)],
    ]


def test_tables_are_read_no_further_than_the_prompt_that_is_asked_for() -> None:
    read = []

    def reading() -> Iterator[AnyRow]:
        for row in rows("a", "b", "c", "d"):
            read.append(row["prompt_id"])
            yield row

    next(by_prompt({"pairs": reading()}))

    assert read == ["a", "b"]


def test_a_table_in_another_order_is_refused_by_its_name() -> None:
    with pytest.raises(BadInput, match="ties: prompt 'a' stands after 'b'"):
        list(by_prompt({"pairs": rows("a"), "ties": rows("b", "a")}))


def test_upper_case_and_figures_stand_in_the_order_of_code_points() -> None:
    found = [one[0][1]["prompt_id"] for one in by_prompt({"pairs": rows("10", "9", "B", "a", "é")})]

    assert found == ["10", "9", "B", "a", "é"]
