import random

import pytest

from evalhub.core.releasing.dossier.effects import (
    MIN_CLEAR,
    NO_BOARD,
    NO_MAXIMUM,
    fit_effects,
    one_sided_field,
    side_fields,
)
from evalhub.core.releasing.dossier.fields import DossierField, Figure
from evalhub.core.releasing.dossier.observing import Vote
from evalhub.core.scoring.results import Boards
from evalhub.errors import NotConverged
from tests.core.releasing.dossier.votes import NAMES, X, Y, Z, coins, make_vote


def fields_of(votes: list[Vote]) -> tuple[DossierField, DossierField, DossierField]:
    return side_fields(fit_effects(votes, NAMES))


def world(*, lean: float, length: float, n: int = 900) -> list[Vote]:
    """Return votes of equal models with a pull to the left side and to the longer answer."""
    rng = random.Random(5)
    votes = []
    for place in range(n):
        long, short = (400, 0, 0, 0, 0), (100, 0, 0, 0, 0)
        styles = (long, short) if rng.random() < 0.5 else (short, long)
        is_swapped = rng.random() < 0.5
        for_x = (length if styles[0] == long else -length) + (-lean if is_swapped else lean)
        votes.append(
            make_vote(
                0 if rng.random() < 0.5 + for_x else 2,
                prompt=f"p{place // 3}",
                pair=f"pair-{place}",
                models=(X, Y) if place % 2 else (Y, Z),
                styles=styles,
                is_swapped=is_swapped,
            )
        )
    return votes


def interval_of(figure: Figure) -> tuple[float, float]:
    assert figure.low is not None
    assert figure.high is not None
    return figure.low, figure.high


def test_a_planted_pull_to_the_left_is_found_and_not_taken_for_length() -> None:
    share, advantage, style = fields_of(world(lean=0.15, length=0.0))

    assert interval_of(share.figures[0])[0] > 0.5
    assert interval_of(advantage.figures[0])[0] > 0
    low, high = interval_of(style.figures[0])
    assert low < 0 < high
    assert advantage.figures[0].n == 900


def test_a_planted_pull_to_length_is_found_and_not_taken_for_the_side() -> None:
    _, advantage, style = fields_of(world(lean=0.0, length=0.2))

    assert style.figures[0].name == "More characters"
    assert interval_of(style.figures[0])[0] > 0
    low, high = interval_of(advantage.figures[0])
    assert low < 0 < high


def test_what_no_answers_differ_in_has_no_effect_and_says_so() -> None:
    style = fields_of(world(lean=0.0, length=0.1))[2]

    tables = style.figures[-1]
    assert (tables.name, tables.value) == ("More tables", None)
    assert "No two answers" in tables.reason


@pytest.mark.parametrize(
    "votes",
    [[], [make_vote(None)], [make_vote(0, models=(X, X))]],
    ids=["none", "cannot judge", "one endpoint twice"],
)
def test_without_a_comparison_every_field_says_why(votes: list[Vote]) -> None:
    for field in fields_of(votes):
        assert {figure.value for figure in field.figures} == {None}
        assert {figure.reason for figure in field.figures} == {NO_BOARD}


def test_a_model_that_never_lost_leaves_no_effect_of_style() -> None:
    _, _, style = fields_of([make_vote(0, prompt=f"p{n}") for n in range(12)])

    assert {figure.reason for figure in style.figures} == {NO_MAXIMUM}


def test_a_fit_that_does_not_end_leaves_its_reason() -> None:
    def stop(*_: object, **__: object) -> Boards:
        raise NotConverged("The fit stopped short.", gradient=0.1, n_iterations=100)

    for field in side_fields(fit_effects([make_vote(0)], NAMES, fit=stop)):
        assert {figure.reason for figure in field.figures} == {"The fit stopped short."}


def test_ties_alone_prefer_no_side() -> None:
    share = fields_of([make_vote(1, prompt=f"p{n}") for n in range(8)])[0]

    assert share.figures[0].value is None
    assert share.figures[0].reason == "No judgment prefers a side."


def test_experts_who_lean_to_a_side_are_counted_and_not_named() -> None:
    votes = [make_vote(0, annotator="always") for _ in range(MIN_CLEAR)]
    # Always on the left as it was shown, whichever response stood there.
    votes += [
        make_vote(2 if n % 2 else 0, annotator="left", is_swapped=n % 2 == 1) for n in range(40)
    ]
    votes += [make_vote(code, annotator="fair") for code in coins(60, 0.5)]
    votes += [make_vote(0, annotator="few") for _ in range(MIN_CLEAR - 1)]
    votes += [make_vote(1, annotator="even") for _ in range(50)]

    field = one_sided_field(votes)

    assert [(one.value, one.n) for one in field.figures] == [(2, 3), (2, 3), (1, 4)]
    assert "always" not in field.text


def test_chance_alone_is_no_leaning() -> None:
    votes = [
        make_vote(code, annotator=f"ann-{who}")
        for who in range(20)
        for code in coins(40, 0.5, seed=who)
    ]

    assert one_sided_field(votes).figures[1].value == 0
