"""Give numbered rows: the one shape in which every reader hands over a file's rows."""

from typing import TypeAlias

from evalhub.core.canonical import Json
from evalhub.errors import BadInput, Problem

NumberedRow: TypeAlias = "tuple[int, Json | Problem]"
"""A row's line (or row) number from 1, with its value or what is wrong with it."""


def first_problem(error: BadInput) -> Problem:
    """Return the first problem of ``error``; a reader breaks one rule at a time."""
    return error.problems[0]
