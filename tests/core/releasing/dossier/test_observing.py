from dataclasses import replace
from itertools import pairwise

import pytest

from evalhub.core.judging.answers import (
    Answer,
    Choice,
    ComparedCriterion,
    NotApplicable,
    RatedCriterion,
)
from evalhub.core.prompts.vocabulary import Audience, Risk
from evalhub.core.releasing.dossier.observing import Observations, annotators_of, facets_of
from evalhub.core.releasing.material import JudgedPair
from tests.core.releasing.material import make_judged_pair, make_judgment, make_prompt

RATED = Answer(
    rated=(RatedCriterion("correct", a=4, b=NotApplicable.NA),),
    compared=(ComparedCriterion("clear", -1), ComparedCriterion("kind", NotApplicable.NA)),
)


def on_prompt(key: str, *, n: int = 2) -> JudgedPair:
    pair = make_judged_pair(
        *(make_judgment(who=f"ann-{number}") for number in range(n)), identity=f"pair-{key}"
    )
    return replace(pair, prompt=make_prompt(key))


def test_every_judgment_is_counted_where_it_belongs() -> None:
    seen = Observations()

    seen.add([make_judged_pair(make_judgment(Choice.A), make_judgment(Choice.TIE, who="bob"))])

    assert seen.n_judgments == 2
    assert seen.by_cell == {("medicine", "en", "not stated"): 2}
    assert seen.by_models == {(("alder", 1), ("birch", 1)): 2}
    assert seen.by_facet["tag symptoms", "with it"] == 2
    assert seen.by_rubric == {"tiny 1.0.0": 2}
    assert seen.weeks == ("2026-W47", "2026-W47")
    assert annotators_of(seen.votes) == {"ann": "account", "bob": "account"}


def test_nothing_seen_has_no_weeks_and_is_no_sample() -> None:
    assert Observations().weeks is None
    assert not Observations().is_sample


def test_votes_are_turned_to_the_order_of_the_pair() -> None:
    seen = Observations()

    seen.add(
        [
            make_judged_pair(
                make_judgment(Choice.A, -2, is_swapped=True, answer=RATED),
                make_judgment(Choice.B, 2, who="bob", answer=RATED),
            )
        ]
    )

    swapped, straight = seen.votes
    assert (swapped.code, swapped.preference, swapped.is_swapped) == (2, 2, True)
    assert swapped.criteria == (("correct", "y", 4), ("clear", "pair", 1))
    assert straight.criteria == (("correct", "x", 4), ("clear", "pair", -1))


def test_criteria_of_a_lone_judgment_are_not_kept() -> None:
    seen = Observations()

    seen.add([make_judged_pair(make_judgment(answer=RATED))])

    assert [vote.criteria for vote in seen.votes] == [()]


def test_repeats_stand_in_the_order_of_time() -> None:
    late, early = make_judgment(Choice.A), make_judgment(Choice.B)
    early = replace(early, record=replace(early.record, public_id="a"))
    seen = Observations()

    seen.add([make_judged_pair(late, early)])

    assert [vote.code for vote in seen.votes] == [2, 0]


def test_styles_are_those_of_each_text() -> None:
    seen = Observations()

    seen.add([replace(make_judged_pair(make_judgment()), x_text="- a\n- b", y_text="plain")])

    assert seen.votes[0].x_style == (7, 0, 2, 0, 0)
    assert seen.votes[0].y_style == (5, 0, 0, 0, 0)


def test_pairs_of_one_prompt_share_the_styles_of_a_response() -> None:
    seen = Observations()
    first = make_judged_pair(make_judgment())

    seen.add([first])
    seen.add([replace(first, id="pair-2", x_text="counted before and not again")])

    assert seen.votes[0].x_style is seen.votes[1].x_style


@pytest.mark.parametrize("order", [1, -1], ids=["forwards", "backwards"])
def test_beyond_the_limit_the_same_whole_prompts_are_kept_in_any_order(order: int) -> None:
    seen = Observations(most=40)
    keys = [f"p{number}" for number in range(60)]

    for key in keys[::order]:
        seen.add([on_prompt(key)])

    kept = {vote.prompt for vote in seen.votes}
    assert seen.is_sample
    assert 10 <= len(seen.votes) <= 40
    assert len(seen.votes) == 2 * len(kept)
    assert set(seen.facets) == kept
    assert seen.n_judgments == 120
    fresh = Observations(halvings=seen.halvings)
    for key in keys:
        fresh.add([on_prompt(key)])
    assert {vote.prompt for vote in fresh.votes} == kept


def test_one_prompt_alone_is_kept_however_large() -> None:
    seen = Observations(most=3)

    seen.add([on_prompt("p1", n=9)])

    assert len(seen.votes) == 9


def test_a_prompt_says_its_groups_or_that_it_does_not() -> None:
    stated = replace(
        make_prompt().prompt,
        jurisdiction="DE",
        difficulty="hard",
        audience=Audience.PATIENT,
        risk=Risk.SENSITIVE,
        tags=("b", "a", "b"),
    )

    assert facets_of(stated)[2:] == (
        ("jurisdiction", "DE"),
        ("difficulty", "hard"),
        ("audience", "patient"),
        ("risk", "sensitive"),
        ("tag a", "with it"),
        ("tag b", "with it"),
    )
    assert dict(facets_of(make_prompt().prompt))["audience"] == "not stated"


@pytest.mark.parametrize("ends", [(), (1,), (4,), (2, 5, 6)], ids=str)
@pytest.mark.parametrize("most", [3, 1_000])
def test_parts_leave_what_the_whole_would(ends: tuple[int, ...], most: int) -> None:
    pairs = [on_prompt(f"p{n}", n=1 + n % 3) for n in range(8)]
    whole, together = Observations(most), Observations(most)
    for pair in pairs:
        whole.add([pair])

    for start, end in pairwise((0, *ends, len(pairs))):
        part = Observations(most)
        for pair in pairs[start:end]:
            part.add([pair])
        together.take_in(part)

    assert (together.votes, together.facets) == (whole.votes, whole.facets)
    assert (together.halvings, together.weeks) == (whole.halvings, whole.weeks)
    assert (together.by_facet, together.n_judgments) == (whole.by_facet, whole.n_judgments)
    assert together.is_sample == (most == 3)


def test_parts_without_judgments_have_no_moments() -> None:
    seen = Observations()

    seen.take_in(Observations())

    assert seen.weeks is None
