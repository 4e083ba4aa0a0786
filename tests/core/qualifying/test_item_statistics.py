"""Statistics of items: pass rate and item-rest correlation, against known values."""

import numpy as np
import pytest
from scipy.stats import pearsonr

from evalhub.core.qualifying.item_statistics import ALL_ALIKE, TOO_FEW, item_statistics


def test_they_are_those_of_a_second_implementation() -> None:
    rows = (np.random.default_rng(7).random((40, 5)) < [0.9, 0.7, 0.5, 0.3, 0.6]).tolist()

    found = item_statistics(rows, 5)

    table = np.array(rows)
    for item, one in enumerate(found):
        peer = pearsonr(table[:, item], table.sum(axis=1) - table[:, item])
        interval = peer.confidence_interval(0.95)
        assert one.pass_rate.value == pytest.approx(table[:, item].mean())
        assert one.discrimination.value == pytest.approx(peer.statistic)
        assert one.discrimination.interval is not None
        assert one.discrimination.interval.low == pytest.approx(interval.low)
        assert one.discrimination.interval.high == pytest.approx(interval.high)
        assert (one.discrimination.n, one.pass_rate.n) == (40, 40)


def test_a_wrong_key_shows_as_a_negative_figure() -> None:
    able = [[True, True, True, False]] * 6
    others = [[False, False, False, True]] * 6

    found = item_statistics([*able, *others], 4)

    assert found[3].discrimination.value == pytest.approx(-1.0)
    assert found[3].discrimination.interval is None
    assert found[0].discrimination.value is not None
    assert found[0].discrimination.value > 0


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([[True, False]] * 4, TOO_FEW),
        ([], TOO_FEW),
        ([[True, False], [True, True]] * 3, ALL_ALIKE),
        ([[True, True], [False, True]] * 3, ALL_ALIKE),
    ],
    ids=["few", "none", "all right", "rest alike"],
)
def test_where_there_is_no_figure_there_is_a_reason(rows: list[list[bool]], reason: str) -> None:
    first = item_statistics(rows, 2)[0].discrimination

    assert (first.value, first.interval, first.reason) == (None, None, reason)
