import pytest

from evalhub.core.scoring.agreement import GivenAnswer, ratings_of
from tests.core.scoring.agreement.rated import columns


def test_the_first_of_an_annotators_answers_counts() -> None:
    answers = [GivenAnswer("p", "p", "ann", 0), GivenAnswer("p", "p", "ann", 2)]

    ratings = ratings_of([*answers, GivenAnswer("p", "p", "bob", 1)], ("a", "tie", "b"))

    assert ratings.unit_counts().tolist() == [[1, 1, 0]]


def test_comparable_drops_lone_answers_and_leaves_no_gaps_in_codes() -> None:
    shared = columns("0", "01", " 2", "  21").comparable()

    assert shared.unit_counts().tolist() == [[1, 1, 0], [0, 1, 1]]
    assert shared.n_blocks == 2
    assert sorted(set(shared.annotator.tolist())) == list(range(shared.n_annotators))


@pytest.mark.parametrize(
    ("category", "expected"),
    [(0, ("1", "2")), (1, ("0", "2")), (2, ("0", "1"))],
)
def test_without_takes_a_category_off_the_scale(category: int, expected: tuple[str, ...]) -> None:
    kept = columns("012", "012").without(category)

    assert kept.categories == expected
    assert kept.unit_counts().tolist() == [[1, 1], [1, 1]]


def test_units_know_their_block() -> None:
    answers = [GivenAnswer(block, (block, side), "ann", 0) for block in "pq" for side in "xy"]

    assert ratings_of(answers, ("0",)).block_of_unit().tolist() == [0, 0, 1, 1]
