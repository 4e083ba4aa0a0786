import hypothesis.strategies as st
from hypothesis import given

from evalhub.core.releasing.flavours.kto import KtoRows
from evalhub.core.releasing.flavours.rows import KtoRow
from evalhub.core.releasing.rows import PairRow
from tests.core.releasing.flavours.rows import make_pair, row_of


def pair(prompt: str, chosen: str, rejected: str) -> PairRow:
    """Return a row in which only the prompt and the two responses matter."""
    row = row_of(make_pair(turns=(("user", prompt),), x_text=chosen, y_text=rejected))
    row |= {"prompt_id": prompt, "chosen_response_id": chosen, "rejected_response_id": rejected}
    return row


def rows_of(*pairs: PairRow) -> list[KtoRow]:
    rows = KtoRows()
    done = [row for one in pairs for row in rows.add(one)]
    return done + rows.finish()


def labels(rows: list[KtoRow]) -> list[tuple[str, bool]]:
    return [(row["completion"][0]["content"], row["label"]) for row in rows]


def test_chosen_is_wanted_and_rejected_is_not() -> None:
    rows = rows_of(pair("p", "good", "poor"))

    assert labels(rows) == [("good", True), ("poor", False)]
    assert rows[0]["prompt"] == [{"role": "user", "content": "p"}]


def test_response_of_several_pairs_is_one_row() -> None:
    rows = rows_of(pair("p", "a", "b"), pair("p", "a", "c"), pair("p", "b", "c"))

    assert labels(rows) == [("a", True), ("c", False)]


def test_response_that_wins_and_loses_as_often_is_left_out() -> None:
    assert labels(rows_of(pair("p", "a", "b"), pair("p", "b", "a"))) == []


def test_prompts_do_not_mix() -> None:
    rows = rows_of(pair("p", "a", "b"), pair("q", "b", "a"))

    assert labels(rows) == [("a", True), ("b", False), ("a", False), ("b", True)]
    assert [row["prompt"][0]["content"] for row in rows] == ["p", "p", "q", "q"]


def test_rows_of_a_prompt_come_when_the_next_one_begins() -> None:
    rows = KtoRows()

    assert rows.add(pair("p", "a", "b")) == []
    assert labels(rows.add(pair("q", "a", "b"))) == [("a", True), ("b", False)]
    assert len(rows.finish()) == 2
    assert rows.finish() == []


NAMES = st.sampled_from("abcd")


@given(st.lists(st.tuples(NAMES, NAMES).filter(lambda two: two[0] != two[1]), max_size=12))
def test_label_is_the_sign_of_wins_less_losses(duels: list[tuple[str, str]]) -> None:
    leads = {
        name: sum(name == won for won, _ in duels) - sum(name == lost for _, lost in duels)
        for name in "abcd"
    }

    rows = rows_of(*(pair("p", *duel) for duel in duels))

    assert labels(rows) == [(name, lead > 0) for name, lead in leads.items() if lead]
