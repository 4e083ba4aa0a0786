"""One table a rubric version and question, each figure complete."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.judging.answers import Answer, Choice, RatedCriterion
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.releasing.agreement import AgreementTally
from evalhub.core.scoring.agreement import (
    Agreement,
    RubricAgreement,
    Statistic,
    SubjectKind,
    TieRule,
    agreement_report,
)
from tests.core.releasing.material import make_judgment
from tests.core.scoring.records import judgment

A, B, TIE = Choice.A, Choice.B, Choice.TIE


def two_on_each(n_pairs: int) -> list[JudgmentRecord]:
    """Return judgments of ``n_pairs`` pairs by two annotators who agree on most."""
    answer = Answer(rated=(RatedCriterion("correct", a=4, b=2),))
    return [
        judgment(
            who, (A, TIE, B)[i % 3 if who == "ann" or i % 4 else 0], pair=f"p{i}", answer=answer
        )
        for i in range(n_pairs)
        for who in ("ann", "bob")
    ]


def test_report_has_every_statistic_with_its_tie_rule() -> None:
    (rubric,) = agreement_report(two_on_each(24), scales={})

    overall = rubric.subjects[0]
    assert overall.kind is SubjectKind.OVERALL
    assert {figure.statistic for figure in overall.figures} == set(Statistic)
    assert [figure.tie_rule for figure in overall.figures[:2]] == [
        TieRule.THIRD_ANSWER,
        TieRule.LEFT_OUT,
    ]
    assert all(figure.n_annotators == 2 for figure in overall.figures)


def test_criteria_follow_and_questions_nobody_answered_do_not() -> None:
    (rubric,) = agreement_report(two_on_each(12), scales={})

    assert [(one.kind, one.criterion) for one in rubric.subjects] == [
        (SubjectKind.OVERALL, ""),
        (SubjectKind.RATED, "correct"),
    ]


def test_rubric_versions_are_never_compared() -> None:
    one = judgment("ann", A)
    other = replace(judgment("bob", A), rubric_version="2.0.0")

    reports = agreement_report([one, other], scales={})

    assert [report.rubric_version for report in reports] == ["1.0.0", "2.0.0"]
    assert all(report.subjects[0].figures[0].n_pairs == 0 for report in reports)


def test_cannot_judge_is_counted_and_repeats_are_not() -> None:
    records = [
        judgment("ann", A),
        judgment("ann", B, minute=9),
        judgment("bob", Choice.CANNOT_JUDGE),
    ]

    (rubric,) = agreement_report(records, scales={})

    assert (rubric.n_judgments, rubric.n_cannot_judge) == (3, 1)


def test_the_first_judgment_in_time_counts_whatever_the_order_of_rows() -> None:
    early, late = judgment("ann", A), judgment("ann", B, minute=9)
    other = judgment("bob", A)

    for records in ([early, late, other], [late, other, early]):
        assert agreement_report(records, scales={})[0].subjects[0].figures[0].value == 1.0


def test_nothing_judged_is_an_empty_report() -> None:
    assert agreement_report([], scales={}) == ()


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["p1", "p2", "p3"]),
            st.sampled_from(["ann", "bob", "cyd"]),
            st.sampled_from([A, B, TIE, Choice.CANNOT_JUDGE]),
            st.booleans(),
        ),
        max_size=20,
    )
)
def test_a_release_states_the_same_percent_agreement(
    drawn: list[tuple[str, str, Choice, bool]],
) -> None:
    records = [
        judgment(who, choice, pair=pair, is_swapped=swapped, minute=i)
        for i, (pair, who, choice, swapped) in enumerate(drawn)
    ]
    tally = AgreementTally()
    for pair in ("p1", "p2", "p3"):
        given_ = [r for r in records if r.prompt_key == pair]
        tally.add([replace(make_judgment(A), record=record) for record in given_])

    report = agreement_report(records, scales={})

    stated = {round(f.value, 4) for r in report[:1] for f in _percents(r) if f.value is not None}
    assert {figure.value for figure in tally.figures()} == stated


def _percents(report: RubricAgreement) -> list[Agreement]:
    return [
        figure
        for subject in report.subjects[:1]
        for figure in subject.figures
        if figure.statistic is Statistic.PERCENT
    ]
