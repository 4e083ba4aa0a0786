import pytest

from evalhub.core.releasing.dossier.agreeing import (
    NONE_TWICE,
    agreement_field,
    criteria_field,
    group_agreement_field,
    repeats_field,
)
from evalhub.core.releasing.dossier.observing import Vote
from evalhub.core.releasing.dossier.vocabulary import FieldOrigin
from evalhub.core.scoring.annotators.repeats import NONE_CAME_AGAIN
from tests.core.releasing.dossier.votes import FACETS, make_vote, with_facet


def pair_of(pair: str, *codes: int | None, prompt: str = "p1") -> list[Vote]:
    return [
        make_vote(code, pair=pair, prompt=prompt, annotator=f"ann-{who}")
        for who, code in enumerate(codes)
    ]


def test_agreement_is_stated_with_and_without_ties() -> None:
    votes = pair_of("a", 0, 0, 1) + pair_of("b", 0, 2) + pair_of("c", 1, 1) + pair_of("d", 0, None)

    with_ties, without_ties, graded = agreement_field(votes).figures

    assert (with_ties.value, with_ties.n) == (0.4, 3)
    assert (without_ties.value, without_ties.n) == (0.5, 2)
    assert (graded.value, graded.n) == (None, 0)
    assert "at least 10" in with_ties.reason


def test_an_interval_is_stated_from_ten_pairs_on() -> None:
    votes = [vote for n in range(12) for vote in pair_of(f"pair-{n}", 0, 2 * (n % 2))]

    figure = agreement_field(votes).figures[0]

    assert figure.value == 0.5
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < 0.5 < figure.high


def test_graded_preferences_agree_by_distance() -> None:
    near = [
        make_vote(0, pair=f"pair-{n}", annotator=f"ann-{who}", preference=3 * (-1) ** n + who)
        for n in range(10)
        for who in (0, -1 if n % 2 == 0 else 1)
    ]

    value = agreement_field(near).figures[2].value
    assert isinstance(value, float)
    assert value > 0.5


def test_each_criterion_is_compared_side_by_side() -> None:
    votes = [
        make_vote(
            pair=f"pair-{n}", annotator=who, criteria=(("correct", "x", 4), ("correct", "y", y))
        )
        for n in range(3)
        for who, y in (("ann", 2), ("bob", 2 if n else 1))
    ]

    same, alpha = criteria_field(votes).figures

    assert (same.name, same.value, same.n) == ("correct, same value", round(5 / 6, 4), 3)
    assert alpha.value is not None


def test_without_criteria_the_field_says_why_it_is_empty() -> None:
    field = criteria_field(pair_of("a", 0, 0))

    assert field.origin is FieldOrigin.ABSENT
    assert "No two experts" in field.reason


def test_groups_of_prompts_are_compared_where_there_are_two() -> None:
    votes = pair_of("a", 0, 0, prompt="p1") + pair_of("b", 0, 2, prompt="p2")

    field = group_agreement_field(votes, {"p1": FACETS, "p2": with_facet("language", "de")})

    assert [(one.name, one.value) for one in field.figures] == [
        ("language: de", 0.0),
        ("language: en", 1.0),
    ]


def test_prompts_of_one_kind_make_no_groups() -> None:
    field = group_agreement_field(pair_of("a", 0, 0), {"p1": FACETS})

    assert field.origin is FieldOrigin.ABSENT


@pytest.mark.parametrize(
    ("votes", "value", "n"),
    [
        ([make_vote(0), make_vote(0), make_vote(2)], 1.0, 1),
        ([make_vote(0), make_vote(2), make_vote(0, pair="b"), make_vote(0, pair="b")], 0.5, 2),
        ([make_vote(0), make_vote(0, annotator="bob"), make_vote(None)], None, 0),
    ],
    ids=["the first two count", "one of two", "nobody again"],
)
def test_an_expert_is_compared_with_themselves(
    votes: list[Vote], value: float | None, n: int
) -> None:
    figure, blind = repeats_field(votes, n_again=0, n_same_again=0).figures

    assert (figure.value, figure.n) == (value, n)
    assert (blind.value, blind.reason) == (None, NONE_CAME_AGAIN)


def test_pairs_that_came_again_are_told_though_no_table_holds_them_twice() -> None:
    field = repeats_field([make_vote(0)], n_again=8, n_same_again=6)

    twice, blind = field.figures
    assert (twice.value, twice.reason) == (None, NONE_TWICE)
    assert (blind.value, blind.n) == (0.75, 8)
    assert blind.low is not None
    assert "in no table" in field.method
