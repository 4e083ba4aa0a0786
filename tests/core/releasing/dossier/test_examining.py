from dataclasses import replace

import pytest

from evalhub.core.releasing.dossier.comparing import ALIKE
from evalhub.core.releasing.dossier.examining import MAX_LISTED, detectable, examine
from evalhub.core.releasing.dossier.fields import DossierField
from evalhub.core.releasing.dossier.observing import Observations
from evalhub.core.releasing.dossier.vocabulary import FieldName
from tests.core.releasing.dossier.votes import (
    NAMES,
    X,
    Y,
    Z,
    coins,
    make_vote,
    see,
    with_facet,
)


def field_of(seen: Observations, name: FieldName) -> DossierField:
    return next(field for field in examine(seen, NAMES).fields if field.name is name)


def in_two_languages(shares: tuple[float, float]) -> Observations:
    """Return 20 prompts a language with six votes each, won by alder-1 with the given shares."""
    votes, facets = [], {}
    for language, share in zip(("de", "en"), shares, strict=True):
        codes = coins(120, share)
        for place, code in enumerate(codes):
            prompt = f"{language}-{place // 6}"
            facets[prompt] = with_facet("language", language)
            # Both orders of the pair: the winner must not depend on which response is x.
            vote = make_vote(code, prompt=prompt, pair=f"{prompt}-{place}")
            if place % 2:
                vote = replace(vote, x=Y, y=X, code=2 - code)
            votes.append(vote)
    return see(votes, facets)


def test_f55_a_planted_difference_between_languages_is_found_with_its_sign() -> None:
    field = field_of(in_two_languages((0.8, 0.4)), FieldName.PROMPT_GROUPS)

    (figure,) = field.figures
    assert figure.name == "alder-1 against birch-1, language: de"
    assert figure.low is not None
    assert figure.low > 0.1
    assert figure.p is not None
    assert figure.p < 0.001
    assert figure.n == 240
    assert "Found at 5 % after adjustment: 1." in field.text
    assert "audience, difficulty, domain, jurisdiction, risk" in field.text


def test_f55_a_difference_without_an_interval_says_why() -> None:
    (figure,) = field_of(in_two_languages((1.0, 0.0)), FieldName.PROMPT_GROUPS).figures

    assert (figure.value, figure.low, figure.p) == (1.0, None, None)
    assert figure.reason == f"100.0% of 120 in the group, 0.0% of 120 in the rest. {ALIKE}"


def test_f55_a_language_of_too_few_prompts_is_withheld_and_counted() -> None:
    whole = in_two_languages((0.8, 0.4))
    few = {f"de-{n}" for n in range(4)}
    votes = [one for one in whole.votes if one.prompt in few or one.prompt.startswith("en")]
    facets = {
        one: kept for one, kept in whole.facets.items() if not one.startswith("de") or one in few
    }

    seen = see(votes, facets)

    field = field_of(seen, FieldName.PROMPT_GROUPS)
    assert field.figures == ()
    assert "Examined: 0 comparisons" in field.text


def test_no_difference_is_stated_with_its_interval() -> None:
    (figure,) = field_of(in_two_languages((0.5, 0.5)), FieldName.PROMPT_GROUPS).figures

    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < 0 < figure.high


def test_a_tag_is_compared_with_prompts_that_lack_it() -> None:
    votes = [make_vote(code, prompt=f"p{n // 6}") for n, code in enumerate(coins(120, 0.5))]
    facets = {f"p{n}": with_facet("tag dosing", "with it") for n in range(10)}

    (figure,) = field_of(see(votes, facets), FieldName.PROMPT_GROUPS).figures

    assert figure.name == "alder-1 against birch-1, tag dosing: with it"


@pytest.mark.parametrize(("n_people", "n_made"), [(5, 1), (4, 0)])
def test_experts_are_compared_in_groups_of_five_and_never_fewer(n_people: int, n_made: int) -> None:
    votes = [
        make_vote(code, annotator=f"{origin}-{place % n_people}", origin=origin)
        for origin in ("account", "imported")
        for place, code in enumerate(coins(60, 0.6, seed=len(origin)))
    ]
    seen = see(votes)

    assert len(field_of(seen, FieldName.RATER_GROUPS).figures) == n_made
    assert [one.value for one in field_of(seen, FieldName.SUPPRESSED).figures] == [
        0 if n_made else 2,
        2,
    ]


def test_cannot_judge_and_one_endpoint_against_itself_compare_nothing() -> None:
    seen = see([make_vote(None), make_vote(0, models=(X, X))])

    assert "Examined: 0 comparisons" in field_of(seen, FieldName.PROMPT_GROUPS).text


def test_pairs_of_models_say_what_they_can_show() -> None:
    votes = [make_vote(models=(X, Y))] * 40 + [make_vote(models=(Z, X))] * 3

    field = field_of(see(votes), FieldName.MODEL_PAIRS)

    assert [(one.name, one.value) for one in field.figures] == [
        ("alder-1 against birch-1", 40),
        ("alder-1 against cedar-1", 3),
    ]
    assert field.figures[0].reason == "finds a win rate of 50 % ± 22.1% or more"
    assert "with fewer than 30 judgments: 1" in field.text


def test_more_pairs_of_models_than_anybody_reads_are_cut_and_counted() -> None:
    ends = [((f"m{n}", 1), ("other", 1)) for n in range(MAX_LISTED + 5)]
    names = {one: one[0] for pair in ends for one in pair}
    seen = see([make_vote(models=pair) for pair in ends])

    field = next(f for f in examine(seen, names).fields if f.name is FieldName.MODEL_PAIRS)

    assert len(field.figures) == MAX_LISTED
    assert f"Pairs of models: {MAX_LISTED + 5}" in field.text


@pytest.mark.parametrize(("n", "smallest"), [(196, 0.1), (784, 0.05), (1, 0.5)])
def test_detectable_difference_shrinks_with_the_root_of_n(n: int, smallest: float) -> None:
    assert detectable(n) == pytest.approx(smallest, abs=0.001)


def test_cells_with_few_judgments_are_listed_the_emptiest_first() -> None:
    votes = [make_vote(prompt="p1")] * 29 + [make_vote(prompt="p2")] * 2
    votes += [make_vote(prompt="p3")] * 30
    facets = {
        "p1": with_facet("language", "de"),
        "p2": with_facet("domain", "law"),
        "p3": with_facet("jurisdiction", "DE"),
    }

    field = field_of(see(votes, facets), FieldName.COVERAGE)

    assert [(one.name, one.value) for one in field.figures] == [
        ("law, en, jurisdiction not stated", 2),
        ("medicine, de, jurisdiction not stated", 29),
    ]
    assert field.text == "Cells with judgments: 3; under 30 judgments: 2."


def test_a_sample_says_of_how_many_it_is() -> None:
    seen = see([make_vote(code) for code in coins(40, 0.5)])
    seen.halvings, seen.n_judgments = 2, 160

    method = field_of(seen, FieldName.PROMPT_GROUPS).method

    assert "Examined on 40 of 160 judgments" in method
    assert "one of 4 equal parts" in method


def test_many_comparisons_are_cut_at_the_smallest_p() -> None:
    seen = in_two_languages((0.6, 0.4))
    for prompt, own in seen.facets.items():
        number = int(prompt.rpartition("-")[2])
        tags = ((f"tag {n}", "with it") for n in range(MAX_LISTED + 9) if (number + n) % 2)
        seen.facets[prompt] = (*own, *tags)

    field = field_of(seen, FieldName.PROMPT_GROUPS)

    assert len(field.figures) == MAX_LISTED
    assert "Examined: 210 comparisons" in field.text
    assert field.text.endswith("with the smallest p are listed.")
    p_values = [one.p for one in field.figures if one.p is not None]
    assert p_values == sorted(p_values)
