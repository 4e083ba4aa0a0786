"""What must hold of judgments whatever was judged: sides, names and repeats do not matter."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.judging.answers import (
    Answer,
    Choice,
    ComparedCriterion,
    RatedCriterion,
    answer_from_json,
    answer_to_json,
    swap_sides,
)
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring.agreement import (
    Fleiss,
    Gwet,
    NominalAlpha,
    OrdinalAlpha,
    Percent,
    agreement_report,
    value_of,
)
from evalhub.core.scoring.agreement.coefficient import Coefficient, divide
from evalhub.core.scoring.agreement.subjects import (
    criteria,
    graded_preferences,
    overall_choices,
)
from tests.core.scoring.agreement.rated import columns, rated
from tests.core.scoring.records import judgment

MIRRORED = {Choice.A: Choice.B, Choice.B: Choice.A}
CORRECTED: tuple[Coefficient, ...] = (Fleiss(), NominalAlpha(), OrdinalAlpha(), Gwet())

choices = st.sampled_from([Choice.A, Choice.B, Choice.TIE, Choice.CANNOT_JUDGE])
rows = st.lists(
    st.tuples(
        st.sampled_from(["p1", "p2", "p3", "p4"]),
        st.sampled_from(["ann", "bob", "cyd"]),
        choices,
        st.integers(1, 5),
        st.integers(1, 5),
    ),
    min_size=1,
    max_size=25,
)


def records_of(drawn: Sequence[tuple[str, str, Choice, int, int]]) -> list[JudgmentRecord]:
    """Return unswapped judgments with a rated and a compared criterion."""
    return [
        judgment(
            who,
            choice,
            pair=pair,
            minute=minute,
            preference={Choice.A: -2, Choice.B: 2, Choice.TIE: 0}.get(choice),
            answer=Answer(
                rated=(RatedCriterion("correct", a=a, b=b),),
                compared=(ComparedCriterion("clear", max(-2, min(2, b - a))),),
            ),
        )
        for minute, (pair, who, choice, a, b) in enumerate(drawn)
    ]


def shown_the_other_way(record: JudgmentRecord) -> JudgmentRecord:
    """Return the same opinion, given over the two responses in the other order."""
    return replace(
        record,
        is_swapped=not record.is_swapped,
        choice=MIRRORED.get(record.choice, record.choice),
        preference=None if record.preference is None else -record.preference,
        answer=answer_to_json(swap_sides(answer_from_json(record.answer))),
    )


@settings(max_examples=25)
@given(drawn=rows, data=st.data())
def test_the_order_in_which_sides_were_shown_changes_nothing(
    drawn: list[tuple[str, str, Choice, int, int]], data: st.DataObject
) -> None:
    records = records_of(drawn)
    turned = [shown_the_other_way(one) if data.draw(st.booleans()) else one for one in records]

    for read in (overall_choices, graded_preferences):
        assert read(records).ratings.unit_counts().tolist() == (
            read(turned).ratings.unit_counts().tolist()
        )
    for one, other in zip(criteria(records, {}), criteria(turned, {}), strict=True):
        assert one.ratings.categories == other.ratings.categories
        assert value_of(OrdinalAlpha(), one.ratings) == value_of(OrdinalAlpha(), other.ratings)


@settings(max_examples=20)
@given(drawn=rows)
def test_a_repeat_by_the_same_person_changes_nothing(
    drawn: list[tuple[str, str, Choice, int, int]],
) -> None:
    records = records_of(drawn)
    answered = [one for one in records if one.choice is not Choice.CANNOT_JUDGE]
    again = [
        replace(one, choice=Choice.TIE, preference=0, created_at=one.created_at.replace(year=2027))
        for one in answered
    ]

    once, twice = (overall_choices(given_).ratings for given_ in (records, [*records, *again]))

    assert once.unit_counts().tolist() == twice.unit_counts().tolist()


@pytest.mark.parametrize("coefficient", CORRECTED, ids=lambda one: one.statistic)
@settings(max_examples=20)
@given(data=st.data())
def test_corrected_statistics_never_pass_one(coefficient: Coefficient, data: st.DataObject) -> None:
    units = data.draw(st.lists(st.text("012", min_size=2, max_size=4), min_size=2, max_size=10))

    value = value_of(coefficient, columns(*units))

    assert value is None or value <= 1 + 1e-12


@pytest.mark.parametrize("coefficient", CORRECTED, ids=lambda one: one.statistic)
def test_more_agreement_is_a_higher_value(coefficient: Coefficient) -> None:
    """Turn one disagreement after another into agreement; the value climbs each time."""
    start = ["02", "20", "12", "21", "01", "10"]
    values = [
        value_of(coefficient, columns("00", "11", "22", *[u[0] * 2 for u in start[:n]], *start[n:]))
        for n in range(len(start) + 1)
    ]

    found = [value for value in values if value is not None]
    assert len(found) == len(values)
    assert found == sorted(found)
    assert found[-1] == pytest.approx(1.0)


@pytest.mark.parametrize("coefficient", [Percent(), *CORRECTED], ids=lambda one: one.statistic)
def test_saying_everything_twice_leaves_percent_and_po_as_they_are(
    coefficient: Coefficient,
) -> None:
    """Twice as many units with the same answers: the statistics are about shares, not sizes."""
    units = ("00", "01", "11", "12", "22", "02")

    once, twice = value_of(coefficient, columns(*units)), value_of(coefficient, columns(*units * 2))

    # Krippendorff's chance is drawn without replacement, which n moves a little.
    assert once == pytest.approx(twice, abs=0.06)


def test_ac1_counts_categories_that_nobody_chose() -> None:
    """With more on offer, agreeing by chance is less likely, so the same answers are worth more."""
    answers = {f"u{i}": {"a": i % 2, "b": (i // 2) % 2} for i in range(20)}

    narrow, wide = (value_of(Gwet(), rated(answers, n_categories=n)) for n in (2, 5))

    assert narrow is not None
    assert wide is not None
    assert wide > narrow


def test_a_scale_of_one_category_has_no_corrected_value() -> None:
    only = rated({"u": {"a": 0, "b": 0}}, n_categories=1)

    assert all(value_of(coefficient, only) is None for coefficient in CORRECTED)
    assert value_of(Percent(), only) == 1.0


def test_a_quotient_without_denominator_is_absent_and_not_a_number_gone_wrong() -> None:
    found = divide(np.array([1.0, 1.0, 0.0]), np.array([2.0, 0.0, 1e-15]))

    assert found.value.tolist() == [0.5, 0.0, 0.0]
    assert found.exists.tolist() == [True, False, False]


def test_every_figure_of_a_report_is_whole() -> None:
    """A value or its reason, an interval or its reason, a method and a convention."""
    records = records_of([("p1", "ann", Choice.A, 1, 2), ("p1", "bob", Choice.B, 2, 2)] * 1)

    figures = [
        figure
        for rubric in agreement_report(records, scales={})
        for subject in rubric.subjects
        for figure in subject.figures
    ]

    assert len(figures) == 7 + 6 * 3
    for figure in figures:
        assert (figure.value is None) == (figure.reason is not None)
        assert (figure.interval is None) == (figure.interval_reason is not None)
        assert figure.interval_method
        assert figure.convention
