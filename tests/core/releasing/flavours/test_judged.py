import pytest

from evalhub.core.judging.answers import Answer, Choice
from evalhub.core.responses import ResponseStatus
from tests.core.releasing.flavours.rows import TALK, make_pair
from tests.core.releasing.made import arena_rows, helpsteer3_row
from tests.core.releasing.material import make_judged_pair, make_judgment, with_status


@pytest.mark.parametrize(
    ("judgments", "overall"),
    [
        ([(Choice.A, -3)], -3),
        ([(Choice.B, 2), (Choice.B, 3)], 2),
        ([(Choice.A, None)], -1),
        ([(Choice.B, 1), (Choice.B, 1), (Choice.A, -3)], 1),
        ([(Choice.A, -1), (Choice.TIE, 0)], -1),
    ],
    ids=["clear", "mean to even", "ungraded", "mean against the count", "with a tie"],
)
def test_helpsteer3_preference_has_the_sign_of_the_count(
    judgments: list[tuple[Choice, int | None]], overall: int
) -> None:
    pair = make_judged_pair(
        *(make_judgment(*one, who=f"expert-{n}") for n, one in enumerate(judgments))
    )

    assert helpsteer3_row(pair)["overall_preference"] == overall


def test_helpsteer3_keeps_the_order_of_the_pair_and_every_graded_judgment() -> None:
    pair = make_judged_pair(
        make_judgment(Choice.B, 2, who="ann", answer=Answer(why="It names the dose.")),
        make_judgment(Choice.A, -3, who="bob", is_swapped=True),
        make_judgment(Choice.B, who="carl"),
    )

    row = helpsteer3_row(pair)

    assert (row["response1"], row["response2"]) == ("Rest.", "Drink.")
    assert row["individual_preference"] == [
        {"score": 2, "reasoning": "It names the dose."},
        {"score": 3, "reasoning": ""},
    ]


@pytest.mark.parametrize(
    ("choice", "winner"),
    [
        (Choice.A, "model_a"),
        (Choice.B, "model_b"),
        (Choice.TIE, "tie"),
        (Choice.BOTH_GOOD, "tie"),
        (Choice.BOTH_BAD, "both_bad"),
    ],
)
def test_arena_names_the_winner_in_the_order_of_the_pair(choice: Choice, winner: str) -> None:
    shown, swapped = make_judgment(choice), make_judgment(choice, who="bob", is_swapped=True)

    rows = arena_rows(make_judged_pair(shown, swapped))

    other = {"model_a": "model_b", "model_b": "model_a"}
    assert [row["winner"] for row in rows] == [winner, other.get(winner, winner)]
    assert [row["judge"] for row in rows] == ["ann", "bob"]


def test_arena_holds_whole_conversations_and_counts_the_questions() -> None:
    (row,) = arena_rows(make_pair(turns=TALK))

    assert row["turn"] == 2
    assert row["conversation_a"][-1] == {"role": "assistant", "content": "Rest."}
    assert row["conversation_b"][-1] == {"role": "assistant", "content": "Drink."}
    assert row["conversation_a"][:-1] == row["conversation_b"][:-1]


def test_arena_leaves_out_who_could_not_judge() -> None:
    assert arena_rows(make_judged_pair(make_judgment(Choice.CANNOT_JUDGE))) == []


def test_arena_leaves_out_responses_that_are_no_complete_answer() -> None:
    pair = make_judged_pair(make_judgment(Choice.A))

    assert arena_rows(with_status(pair, ResponseStatus.TRUNCATED)) == []
