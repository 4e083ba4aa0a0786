"""A class of credential is named only where it names no person."""

import pytest

from evalhub.core.releasing.credential_classes import WITHHELD, tellable_classes, told_class


def people(**n_by_class: int) -> dict[str, set[str]]:
    return {name: {f"{name}-{n}" for n in range(count)} for name, count in n_by_class.items()}


@pytest.mark.parametrize(
    ("judged", "told"),
    [
        (people(physician=5), {"physician"}),
        (people(physician=4), set()),
        (people(physician=9, nurse=4, midwife=1), {"physician"}),
        # One class is missing, and everybody could tell which: the next one goes with it.
        (people(physician=9, nurse=6, midwife=1), {"physician"}),
        (people(physician=9, midwife=1), set()),
        ({}, set()),
    ],
    ids=["five", "four", "five-hidden", "hidden-with-the-next", "hidden-with-the-last", "none"],
)
def test_f54_a_class_of_fewer_than_five_is_withheld(
    judged: dict[str, set[str]], told: set[str]
) -> None:
    assert tellable_classes(judged) == told


def test_f54_who_judged_under_two_classes_counts_once_among_the_withheld() -> None:
    judged = people(nurse=4, midwife=4, physician=7)
    judged["midwife"] = set(judged["nurse"])

    assert tellable_classes(judged) == frozenset()


def test_f54_no_class_is_no_withheld_class() -> None:
    assert told_class(None, {"physician"}) is None
    assert told_class("physician", {"physician"}) == "physician"
    assert told_class("nurse", {"physician"}) == WITHHELD
