import numpy as np
import pandas as pd
import pytest

from evalhub.core.scoring import Boards, fit
from evalhub.core.scoring.covariates.style import STYLE_NAMES, style_differences, style_of
from evalhub.core.scoring.covariates.styled import StyledRows
from evalhub.core.scoring.reading.encoding import encode_judgments
from evalhub.errors import BadInput
from tests.core.scoring.tables import judgments, only, row_of

MARKDOWN = """\
# Title

Some **bold** text and __more__ of it.

- one
* two
1. three
2) four

| a | b |
|---|--:|
| 1 | 2 |

```python
# not a title
- not a list
**not bold**
```
"""


def test_what_a_reader_sees_is_counted() -> None:
    assert style_of(MARKDOWN) == (len(MARKDOWN), 1, 4, 2, 1)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("", (0, 0, 0, 0)),
        ("#hashtag and 2 * 3 * 4", (0, 0, 0, 0)),
        ("a ** b ** c", (0, 0, 0, 0)),
        ("---\n\na\n---", (0, 0, 0, 0)),
        ("a-b\n-- -", (0, 0, 0, 0)),
        ("a|b\n-|-\n\nx | y\n:-: | --", (0, 0, 0, 1)),
        ("```\n# never closed", (0, 0, 0, 0)),
        ("  3. item\n\t- item", (0, 2, 0, 0)),
    ],
)
def test_what_only_looks_like_markdown_is_not(text: str, counts: tuple[int, ...]) -> None:
    assert style_of(text) == (len(text), *counts)


def test_differences_are_relative_and_change_sign_with_the_sides() -> None:
    one = style_differences(["**a** b", ""], ["a", ""])
    other = style_differences(["a", ""], ["**a** b", ""])

    assert one.shape == (2, len(STYLE_NAMES))
    assert one[0].tolist() == [6 / 9, 0, 0, 1 / 2, 0]
    assert (other == -one).all()
    assert (np.abs(one) < 1).all()


def _judged(*, taste: float, seed: int = 5) -> pd.DataFrame:
    """Draw judgments of three equal models of which "long" writes more; ``taste`` is for that."""
    rng, rows, texts = np.random.default_rng(seed), [], []
    words = {"long": 400, "short": 60, "middle": 150}
    for prompt in range(40):
        for _ in range(20):
            left, right = rng.choice(sorted(words), 2, replace=False)
            a, b = ("x" * int(words[m] * rng.uniform(0.3, 3)) for m in (left, right))
            gap = taste * (len(a) - len(b)) / (len(a) + len(b) + 1)
            score = float(rng.random() < 1 / (1 + np.exp(-gap)))
            rows.append((f"p{prompt}", str(left), str(right), score))
            texts.append((a, b))
    columns = ["response_left", "response_right"]
    return pd.concat([judgments(rows), pd.DataFrame(texts, columns=columns)], axis=1)


@pytest.fixture(scope="module")
def boards() -> Boards:
    return fit(_judged(taste=3.0), style=True)


def test_strengths_with_style_held_equal_stand_beside_the_plain_ones(boards: Boards) -> None:
    plain, styled = row_of(only(boards), "long"), row_of(only(boards), "long").style

    assert styled is not None
    assert styled.interval is not None
    assert plain.strength is not None
    # Judges liked length alone: what looks like strength is gone once it is held equal.
    assert plain.strength > 0.5
    assert styled.interval.low < 0 < styled.interval.high
    assert only(fit(_judged(taste=3.0))).rows[0].style is None


def test_the_effect_of_each_trait_is_reported(boards: Boards) -> None:
    report = only(boards).style

    assert report is not None
    assert tuple(effect.name for effect in report.effects) == STYLE_NAMES
    length, *others = report.effects
    assert length.interval is not None
    assert length.interval.low > 0
    assert {effect.reason for effect in others} == {
        "No two answers that were compared differ in it."
    }
    assert "ridge 1 on them alone" in report.method


def test_the_effect_is_that_of_a_standard_deviation(boards: Boards) -> None:
    table = _judged(taste=3.0)
    x = style_differences(table["response_left"].tolist(), table["response_right"].tolist())[:, 0]

    report = only(boards).style
    assert report is not None
    value = report.effects[0].value
    assert value is not None
    assert value / np.sqrt((x**2).mean()) == pytest.approx(3.0, abs=0.5)


def test_swapped_sides_change_nothing(boards: Boards) -> None:
    table = _judged(taste=3.0)
    swapped = table.rename(
        columns={
            "left": "right",
            "right": "left",
            "response_left": "response_right",
            "response_right": "response_left",
        }
    )
    swapped["winner"] = swapped["winner"].replace({"left": "right", "right": "left"})

    other = row_of(only(fit(swapped, style=True)), "long").style
    one = row_of(only(boards), "long").style

    assert one is not None
    assert other is not None
    assert other.strength == pytest.approx(one.strength, abs=1e-8)
    assert other.se == pytest.approx(one.se, abs=1e-8)


@pytest.mark.parametrize("cluster", ["annotator", "both", "none"])
@pytest.mark.parametrize("ties", ["rao-kupper", "davidson"])
def test_style_goes_with_every_tie_model_and_cluster(cluster: str, ties: str) -> None:
    table = _judged(taste=1.0).assign(annotator_id=[f"e{i % 9}" for i in range(800)])
    table.loc[::5, "winner"] = "tie"

    board = only(fit(table, style=True, ties=ties, cluster=cluster, position="adjust"))

    styled = board.rows[0].style
    assert styled is not None
    assert styled.interval is not None
    assert board.style is not None
    assert board.style.effects[0].interval is not None


def test_few_prompts_leave_the_styled_strengths_without_interval() -> None:
    table = _judged(taste=1.0)

    board = only(fit(table[table["prompt_id"].isin(["p1", "p2", "p3"])], style=True))

    styled = board.rows[0].style
    assert styled is not None
    assert styled.interval is None
    assert board.style is not None
    assert board.style.effects[0].reason == "An interval needs at least 5 clusters; there are 3."


def test_a_board_without_finite_maximum_has_no_styled_strengths() -> None:
    table = judgments([("p", "a", "b", 1.0)]).assign(response_left="x", response_right="yy")

    assert only(fit(table, style=True)).style is None


def test_judgments_without_answers_cannot_be_controlled_for_style() -> None:
    encoded = encode_judgments(judgments([("p", "a", "b", 1.0)]))

    with pytest.raises(BadInput, match="hold no answers to control for style"):
        StyledRows.of(encoded)
