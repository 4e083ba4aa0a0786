"""Simulated annotators: complete forms under every rubric, and reasons that say what they are."""

import random
from pathlib import Path

import pytest

from evalhub.core.judging.answers import Answer, Choice
from evalhub.core.judging.checks import PromptFacts, check_answer
from evalhub.core.judging.forms import parse_form
from evalhub.core.rubrics.loading import load_rubric
from evalhub.core.rubrics.schema import Rubric
from evalhub.demo.annotators import Shown, Temperament, fill_form

FILES = sorted((Path(__file__).parents[2] / "rubrics").glob("*.yaml"))
RUBRICS = [path for path in FILES if "." not in path.stem]
CALM = Temperament(noise=0.0, lean=0.0)


def rubric_named(name: str) -> Rubric:
    path = next(path for path in RUBRICS if path.stem == name)
    return load_rubric(path.read_bytes(), where=path.name)


def answer_to(rubric: Rubric, a: float, b: float, *, n_citations: int = 0) -> Answer:
    fields = fill_form(
        rubric,
        a=Shown("One two three four five six seven eight nine.", a),
        b=Shown("Ten eleven twelve.", b),
        facts=PromptFacts(n_citations_a=n_citations, n_citations_b=n_citations),
        temperament=CALM,
        rng=random.Random(1),
    )
    return parse_form(rubric, fields)


@pytest.mark.parametrize("path", RUBRICS, ids=lambda path: path.stem)
@pytest.mark.parametrize("n_citations", [0, 2], ids=["no sources", "sources"])
@pytest.mark.parametrize("quality", [(0.9, 0.1), (0.2, 0.8), (0.5, 0.5), (0.1, 0.1), (0.9, 0.9)])
def test_the_form_passes_every_rule_of_its_rubric(
    path: Path, quality: tuple[float, float], n_citations: int
) -> None:
    rubric = load_rubric(path.read_bytes(), where=path.name)

    answer = answer_to(rubric, *quality, n_citations=n_citations)

    facts = PromptFacts(n_citations_a=n_citations, n_citations_b=n_citations)
    assert check_answer(rubric, answer, facts) == []


@pytest.mark.parametrize(
    ("a", "b", "choice"),
    [
        (0.9, 0.1, Choice.A),
        (0.1, 0.9, Choice.B),
        (0.9, 0.9, Choice.BOTH_GOOD),
        (0.1, 0.1, Choice.BOTH_BAD),
        (0.5, 0.5, Choice.TIE),
    ],
    ids=["a better", "b better", "both good", "both bad", "alike"],
)
def test_without_noise_the_better_response_is_preferred(a: float, b: float, choice: Choice) -> None:
    assert answer_to(rubric_named("medicine"), a, b).choice is choice


def test_a_bad_response_is_flagged_and_its_words_are_quoted() -> None:
    answer = answer_to(rubric_named("law"), 0.1, 0.9)

    assert [flag.quote for flag in answer.flags_a.raised] == [
        "One two three four five six seven eight"
    ]
    assert answer.flags_b.none_ticked


def test_every_reason_says_that_it_is_simulated() -> None:
    assert answer_to(rubric_named("medicine"), 0.1, 0.9).why.startswith("Simulated")


def test_the_same_seed_gives_the_same_form() -> None:
    rubric = rubric_named("medicine")
    forms = [
        fill_form(
            rubric,
            a=Shown("x", 0.4),
            b=Shown("y", 0.6),
            facts=PromptFacts(),
            temperament=Temperament(noise=0.3, lean=0.02),
            rng=random.Random(7),
        )
        for _ in range(2)
    ]

    assert forms[0] == forms[1]
