import pytest

from evalhub.core.releasing.dossier.fields import Figure, Unit, absent, computed, count
from evalhub.core.releasing.dossier.vocabulary import FieldName
from evalhub.core.releasing.dossier.wording import field_text, figure_line, figure_p


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        (
            Figure("Left", Unit.SHARE, 0.512, n=1200, low=0.4, high=0.6),
            "Left: 51.2%, 95 % interval 40.0% to 60.0%, n 1,200",
        ),
        (
            Figure("Gap", Unit.DIFFERENCE, -0.02, low=-0.1, high=0.06, p=0.0004),
            "Gap: -2.0%, 95 % interval -10.0% to +6.0%, p under 0.001",
        ),
        (Figure("Rows", Unit.COUNT, 1234), "Rows: 1,234"),
        (Figure("Time", Unit.SECONDS, 61.25, n=3), "Time: 61.2 s, n 3"),
        (Figure("Pull", Unit.LOG_ODDS, 0.5), "Pull: 0.50"),
        (Figure("Terms", Unit.TEXT, "unknown"), "Terms: unknown"),
        (Figure("Alpha", Unit.COEFFICIENT, None, n=0, reason="None."), "Alpha: none, n 0, None"),
    ],
    ids=["share", "difference", "count", "seconds", "log-odds", "text", "none"],
)
def test_a_figure_is_one_line_with_what_it_rests_on(figure: Figure, line: str) -> None:
    assert figure_line(figure) == line


def test_a_p_value_is_printed_to_three_digits() -> None:
    assert figure_p(Figure("a", Unit.SHARE, 0.5, p=0.0356)) == "0.036"


def test_a_field_is_one_paragraph_that_counts_what_it_leaves_out() -> None:
    field = computed(FieldName.QUANTITY, "Counted.", [count(f"c{n}", n) for n in range(9)])

    assert field_text(field, most=2) == "c0: 0. c1: 1. 7 more in dossier.json."


def test_an_absent_field_gives_its_reason() -> None:
    assert field_text(absent(FieldName.CONSENT, "Nobody asked.")) == "Not known: Nobody asked."
