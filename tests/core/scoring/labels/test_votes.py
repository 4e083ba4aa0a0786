import numpy as np
import pytest

from evalhub.core.scoring.labels import (
    Standing,
    count_graded,
    majority,
    needs_third_judgment,
    standings,
    vote_share,
)


def test_a_label_against_the_count_is_told_apart_by_how_many_it_contradicts() -> None:
    pair = [0, 0, 0, 1, 1, 2, 2, 3]
    grade = [2, 1, -1, 2, 2, 1, -1, 0]
    table = count_graded(pair, [0] * 8, grade, n_pairs=5, n_annotators=1)

    found = standings(np.array([-0.2, -0.2, -0.2, 1.0, -1.0]), table)

    assert found == [
        Standing.AGAINST_MAJORITY,
        Standing.AGAINST_ALL,
        Standing.AGREES,
        Standing.AGREES,
        Standing.AGREES,
    ]


def test_a_label_with_the_count_agrees() -> None:
    table = count_graded([0, 0, 1], [0] * 3, [-3, 0, 2], n_pairs=2, n_annotators=1)

    assert standings(np.array([-0.5, 0.5]), table) == [Standing.AGREES] * 2
    assert standings(np.zeros(2), table) == [Standing.AGREES] * 2


def test_share_and_majority_count_ties_as_half() -> None:
    table = count_graded([0, 0, 1], [0] * 3, [1, 0, -1], n_pairs=3, n_annotators=1)

    assert vote_share(table).tolist() == [0.75, 0.0, 0.5]
    assert majority(table).tolist() == [1, -1, 0]


@pytest.mark.parametrize(
    ("grades", "wanted"),
    [
        ([1, -2], True),
        ([3, -3], True),
        ([0, 0], True),
        ([1, 3], False),
        ([-1, -1], False),
        ([2, 0], False),
        ([0, -1], False),
        ([1], False),
        ([], False),
        ([1, -1, 2], False),
    ],
)
def test_a_third_is_wanted_where_two_leave_the_sign_open(grades: list[int], wanted: bool) -> None:
    assert needs_third_judgment(grades) is wanted
    assert needs_third_judgment([-grade for grade in grades]) is wanted
