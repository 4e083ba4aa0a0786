"""Errors: one tree, messages that can be shown."""

import inspect
import pickle

import pytest

from evalhub import errors
from evalhub.errors import (
    BadInput,
    Conflict,
    EvalHubError,
    NotConverged,
    Problem,
    Sentence,
    TooFewClusters,
    TooManyAttempts,
)


def test_every_error_is_drawn_in_the_tree_of_the_module() -> None:
    classes = [
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, EvalHubError)
    ]

    assert [name for name in classes if name not in (errors.__doc__ or "")] == []


def test_bad_input_lists_each_place_with_its_rule() -> None:
    error = BadInput([Problem("line 3, field 'id'", "is missing"), Problem("", "is empty")])

    assert str(error) == "line 3, field 'id': is missing\nis empty"


def test_a_single_rule_can_be_given_at_once() -> None:
    assert BadInput.at("line 1", "is not JSON").problems == (Problem("line 1", "is not JSON"),)


def test_a_sentence_is_a_text_and_remembers_its_parts() -> None:
    said = Sentence("%(name)s has %(n)s of %(kind)s", name="law", n=1200, kind=True)

    assert said == "law has 1,200 of True"
    assert said.template == "%(name)s has %(n)s of %(kind)s"
    assert said.values == {"name": "law", "n": 1200, "kind": True}


def test_a_sentence_without_values_may_hold_a_percent_sign() -> None:
    assert Sentence("100 % of it") == "100 % of it"


def test_an_error_gives_the_sentence_it_was_made_from() -> None:
    said = Sentence("%(n)s are left", n=2)

    assert Conflict(said).message is said
    assert str(Conflict(said)) == "2 are left"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (Conflict("It is taken."), "It is taken."),
        (EvalHubError(), ""),
        (BadInput([Problem("id", Sentence("is %(n)s", n=1)), Problem("", "no")]), "id: is 1\nno"),
    ],
    ids=["text", "nothing", "problems"],
)
def test_any_other_error_gives_its_text(error: EvalHubError, message: str) -> None:
    assert error.message == message


@pytest.mark.parametrize(
    ("error", "fact"),
    [
        (TooFewClusters(3, minimum=5), "there are 3"),
        (TooManyAttempts("Wait a minute.", retry_after_s=60), "Wait"),
        (NotConverged("It did not converge.", gradient=0.5, n_iterations=9), "converge"),
    ],
    ids=["clusters", "attempts", "convergence"],
)
def test_an_error_carries_its_facts(error: EvalHubError, fact: str) -> None:
    assert fact in str(error)


@pytest.mark.parametrize(
    "error",
    [
        BadInput.at("line 1", "is not JSON"),
        TooManyAttempts("Wait.", retry_after_s=5),
        TooFewClusters(2, minimum=5),
        NotConverged("Stopped.", gradient=0.5, n_iterations=9),
        Conflict(Sentence("%(n)s are left", n=2)),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_comes_back_from_another_process_as_it_was(error: EvalHubError) -> None:
    back = pickle.loads(pickle.dumps(error))  # noqa: S301 - made here

    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))
    assert back.message == error.message
