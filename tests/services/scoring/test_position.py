import pytest

from evalhub.core.scoring.results import PositionCount
from evalhub.services.scoring.position import position_share


def test_share_has_its_wilson_interval() -> None:
    found = position_share(PositionCount(left_wins=15, n_decisive=20))

    assert found is not None
    assert found.share == 0.75
    assert found.low == pytest.approx(0.5313, abs=1e-4)
    assert found.high == pytest.approx(0.8881, abs=1e-4)


@pytest.mark.parametrize(("left_wins", "end"), [(0, "low"), (5, "high")])
def test_interval_stays_between_zero_and_one(left_wins: int, end: str) -> None:
    found = position_share(PositionCount(left_wins=left_wins, n_decisive=5))

    assert found is not None
    assert getattr(found, end) == left_wins / 5
    assert found.low < found.high


def test_no_decisive_judgment_has_no_share() -> None:
    assert position_share(PositionCount(left_wins=0, n_decisive=0)) is None
