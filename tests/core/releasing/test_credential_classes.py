"""A class of credential is named only where it names no person."""

import pytest

from evalhub.core.releasing.credential_classes import (
    WITHHELD,
    ClassCount,
    ClassTally,
    tellable_classes,
    told_class,
)


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


def test_f54_a_pair_of_classes_that_names_one_person_is_withheld() -> None:
    held = {"physician": {"p1", "p2", "p3", "p4", "p5"}, "lawyer": {"p5", "p6", "p7", "p8", "p9"}}

    assert tellable_classes(held) == frozenset()


def test_f54_two_classes_that_five_share_are_named() -> None:
    both = people(both=5)["both"]
    held = people(physician=6, lawyer=7)

    told = tellable_classes({name: {*whose, *both} for name, whose in held.items()})

    assert told == {"physician", "lawyer"}


def test_f54_no_class_is_no_withheld_class() -> None:
    assert told_class(None, {"physician"}) is None
    assert told_class("physician", {"physician"}) == "physician"
    assert told_class("nurse", {"physician"}) == WITHHELD


def tally_of(**people: int) -> tuple[ClassCount, ...]:
    """Count two judgments of each of so many people under each class."""
    tally = ClassTally()
    for name, n in people.items():
        for number in range(n):
            tally.add(name, f"annotator-{number}")
            tally.add(name, f"annotator-{number}")
    tally.add(None, "annotator-0")
    return tally.counts()


def test_judgments_and_people_are_counted_by_class_and_what_is_withheld_comes_last() -> None:
    assert tally_of(withheld=6, physician=7, nurse=5) == (
        ClassCount("nurse", 10, 5),
        ClassCount("physician", 14, 7),
        ClassCount(WITHHELD, 12, 6),
    )


def test_how_few_share_what_is_withheld_is_not_told() -> None:
    assert tally_of(withheld=4) == (ClassCount(WITHHELD, 8, None),)


def test_judgments_without_a_credential_have_no_class() -> None:
    assert tally_of() == ()
