"""Each statistic against its definition, its invariances and worked examples."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.scoring.agreement import (
    Cohen,
    Fleiss,
    Gwet,
    NominalAlpha,
    OrdinalAlpha,
    Percent,
    Statistic,
    TieRule,
    estimate,
    value_of,
)
from evalhub.core.scoring.agreement.coefficient import Coefficient
from tests.core.scoring.agreement.rated import (
    Table,
    brute_alpha,
    brute_cohen,
    brute_fleiss,
    brute_gwet,
    brute_percent,
    columns,
    nominal,
    ordinal,
    rated,
    shared_units,
    tables,
)

COEFFICIENTS: tuple[Coefficient, ...] = (
    Percent(),
    Cohen(3, min_shared=1),
    Fleiss(),
    NominalAlpha(),
    OrdinalAlpha(),
    Gwet(),
)
SECOND: tuple[tuple[Coefficient, Callable[[Table], float | None]], ...] = (
    (Percent(), brute_percent),
    (Cohen(3, min_shared=1), brute_cohen),
    (Fleiss(), brute_fleiss),
    (NominalAlpha(), lambda table: brute_alpha(table, nominal)),
    (OrdinalAlpha(), lambda table: brute_alpha(table, ordinal)),
    (Gwet(), brute_gwet),
)


def test_every_statistic_is_tested() -> None:
    assert {coefficient.statistic for coefficient, _ in SECOND} == set(Statistic)


@pytest.mark.parametrize(
    ("coefficient", "second"), SECOND, ids=lambda x: getattr(x, "statistic", "")
)
@settings(max_examples=30)
@given(table=tables())
def test_definition_computed_by_loops_gives_the_same(
    coefficient: Coefficient, second: Callable[[Table], float | None], table: Table
) -> None:
    expected = second(table) if shared_units(table) else None

    assert value_of(coefficient, rated(table)) == (
        None if expected is None else pytest.approx(expected, abs=1e-9)
    )


@pytest.mark.parametrize("coefficient", COEFFICIENTS, ids=lambda one: one.statistic)
@settings(max_examples=20)
@given(table=tables(), names=st.permutations("abcde"))
def test_neither_order_nor_names_nor_the_end_of_the_scale_matter(
    coefficient: Coefficient, table: Table, names: list[str]
) -> None:
    renamed = {
        unit: {names["abcde".index(who)]: 2 - said for who, said in reversed(list(answers.items()))}
        for unit, answers in reversed(list(table.items()))
    }

    one, other = (value_of(coefficient, rated(each)) for each in (table, renamed))

    assert one == (None if other is None else pytest.approx(other, abs=1e-9))


@pytest.mark.parametrize("coefficient", COEFFICIENTS, ids=lambda one: one.statistic)
def test_complete_agreement_is_one(coefficient: Coefficient) -> None:
    assert value_of(coefficient, columns("00", "11", "22", "00")) == pytest.approx(1.0)


@pytest.mark.parametrize("coefficient", COEFFICIENTS[1:], ids=lambda one: one.statistic)
def test_answers_by_chance_are_about_zero(coefficient: Coefficient) -> None:
    every = [f"{a}{b}" for a in range(3) for b in range(3)] * 30

    assert value_of(coefficient, columns(*every)) == pytest.approx(0.0, abs=0.01)


def test_ac1_stays_high_where_kappa_collapses() -> None:
    ratings = columns(*["00"] * 45, "01", "10")

    assert value_of(Fleiss(), ratings) == pytest.approx(-0.022, abs=0.001)
    assert value_of(Gwet(), ratings) == pytest.approx(0.957, abs=0.001)


def test_ordinal_alpha_forgives_a_near_miss() -> None:
    near, far = columns("01", "12", "00", "11", "22"), columns("02", "02", "00", "11", "22")

    near_value, far_value = value_of(OrdinalAlpha(), near), value_of(OrdinalAlpha(), far)

    assert near_value is not None
    assert far_value is not None
    assert near_value > far_value + 0.3


def test_a_lone_answer_tells_ac1_of_habits_and_the_others_nothing() -> None:
    shared, lone = ["01", "11", "00"], ["2", " 2", "2"]

    assert value_of(Gwet(), columns(*shared, *lone)) != value_of(Gwet(), columns(*shared))
    for coefficient in COEFFICIENTS[:-1]:
        with_lone = value_of(coefficient, columns(*shared, *lone))
        assert with_lone == value_of(coefficient, columns(*shared))


def test_cohen_passes_over_annotators_who_share_little() -> None:
    often, rarely = ["01", "10", "11", "00", "12", "22"] * 3, ["1 0", "0 0"]

    assert value_of(Cohen(3), columns(*often, *rarely)) == value_of(Cohen(3), columns(*often))


def test_cohen_without_enough_shared_pairs_says_so() -> None:
    found = estimate(Cohen(3), columns("01", "11"), tie_rule=TieRule.THIRD_ANSWER)

    assert found.value is None
    assert found.reason == "No two annotators share enough pairs on which their answers vary."


def test_cohen_takes_the_pairs_of_annotators_who_share_most() -> None:
    """Sixty annotators have 1,770 pairs; two of them, who disagree, share more than the rest."""
    alike = {f"u{i:02d}": {f"k{k:02d}": i % 3 for k in range(60)} for i in range(12)}
    apart = {f"v{i:02d}": {"k00": i % 3, "k01": (i + 1) % 3} for i in range(12)}

    found = value_of(Cohen(3), rated({**alike, **apart}))

    # 999 pairs agree on 12 units each; one shares 24, agrees on half and by chance on a third.
    assert found == pytest.approx((999 * 12 + 24 * (1 / 2 - 1 / 3) / (2 / 3)) / (999 * 12 + 24))
