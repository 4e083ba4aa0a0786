"""Errors: one tree, messages that can be shown."""

import inspect

import pytest

from evalhub import errors
from evalhub.errors import (
    BadInput,
    EvalHubError,
    NotConverged,
    Problem,
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
