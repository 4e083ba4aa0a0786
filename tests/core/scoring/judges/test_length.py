import numpy as np
import pytest

from evalhub.core.scoring.agreement.subjects import PairKey, pair_of
from evalhub.core.scoring.judges.length import (
    ALL,
    CLOSE,
    LONGER,
    MUCH_LONGER,
    NOTHING,
    LengthEffect,
    PairFacts,
    length_effects,
)
from tests.core.scoring.records import judgment


def key(i: int) -> PairKey:
    return pair_of(judgment(pair=f"p{i}"))


def effects(*pairs: tuple[int, str, PairFacts]) -> dict[str, LengthEffect]:
    """Return the effects by slice for (judge's code, experts' codes, facts) of each pair."""
    found = length_effects(
        {key(i): judge for i, (judge, _, _) in enumerate(pairs)},
        {
            key(i): {str(k): int(c) for k, c in enumerate(said)}
            for i, (_, said, _) in enumerate(pairs)
        },
        {key(i): facts for i, (_, _, facts) in enumerate(pairs)},
    )
    return {effect.slice: effect for effect in found}


def test_effect_is_the_judges_share_less_the_experts() -> None:
    y_longer, x_longer = PairFacts(100, 150), PairFacts(150, 100)

    found = effects((2, "20", y_longer), (0, "2", x_longer), (2, "0", x_longer))[ALL]

    assert found.n_pairs == 3
    assert found.judge == pytest.approx(2 / 3)
    assert found.experts == pytest.approx((0.5 + 0 + 1) / 3)
    assert found.effect == pytest.approx(2 / 3 - 1.5 / 3)


def test_ties_equal_lengths_and_unknown_pairs_are_left_out() -> None:
    facts = PairFacts(100, 150)

    found = effects((1, "2", facts), (2, "11", facts), (2, "2", PairFacts(100, 100)))[ALL]

    assert (found.n_pairs, found.effect, found.reason) == (0, None, NOTHING)
    assert length_effects({key(0): 2}, {key(0): {"e": 2}}, {})[0].n_pairs == 0


@pytest.mark.parametrize(
    ("y_length", "name"),
    [(101, CLOSE), (124, CLOSE), (125, LONGER), (200, LONGER), (201, MUCH_LONGER)],
)
def test_slices_go_by_the_ratio_of_the_lengths(y_length: int, name: str) -> None:
    found = effects((2, "2", PairFacts(100, y_length)))

    assert [slice_ for slice_ in (CLOSE, LONGER, MUCH_LONGER) if found[slice_].n_pairs] == [name]


def test_an_empty_answer_is_shorter_than_any() -> None:
    assert effects((2, "2", PairFacts(0, 3)))[MUCH_LONGER].judge == 1.0


def test_other_slices_follow_in_order() -> None:
    found = effects(
        (2, "2", PairFacts(1, 9, ("tag law", "domain x"))),
        (2, "0", PairFacts(1, 9, ("domain x",))),
        (2, "0", PairFacts(1, 9)),
    )

    assert list(found)[4:] == ["domain x", "tag law"]
    assert (found["domain x"].n_pairs, found["tag law"].n_pairs) == (2, 1)


def test_a_slice_that_holds_every_pair_is_not_repeated() -> None:
    found = effects((2, "2", PairFacts(1, 9, ("domain x",))))

    assert list(found) == [ALL, CLOSE, LONGER, MUCH_LONGER]


def test_a_real_effect_has_an_interval_without_0_and_none_has_one_with_it() -> None:
    rng = np.random.default_rng(0)
    facts = PairFacts(100, 180)
    by_length = [(2 if rng.random() < 0.8 else 0, "02"[rng.integers(2)], facts) for _ in range(200)]
    like_them = [(2 * int(rng.integers(2)), "02"[rng.integers(2)], facts) for _ in range(200)]

    biased, fair = effects(*by_length)[ALL].interval, effects(*like_them)[ALL].interval

    assert biased is not None
    assert fair is not None
    assert 0.1 < biased.low < 0.3 < biased.high
    assert fair.low < 0 < fair.high


def test_turning_the_lengths_round_turns_the_effect() -> None:
    rng = np.random.default_rng(3)
    pairs = [(2 * int(rng.integers(2)), "02"[rng.integers(2)]) for _ in range(60)]

    longer, shorter = (
        effects(*[(judge, said, facts) for judge, said in pairs])[ALL]
        for facts in (PairFacts(10, 30), PairFacts(30, 10))
    )

    assert longer.effect == pytest.approx(-(shorter.effect or 0))
    assert longer.judge == pytest.approx(1 - (shorter.judge or 0))


def test_few_pairs_have_an_effect_and_no_interval() -> None:
    found = effects((2, "0", PairFacts(1, 9)), (0, "0", PairFacts(1, 9)))[ALL]

    assert found.effect == 0.5
    assert found.interval is None
    assert found.reason is not None
    assert "an interval needs at least 10" in found.reason
