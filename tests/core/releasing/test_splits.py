from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.prompts.vocabulary import Split as PromptUse
from evalhub.core.releasing.splits import SplitShares, split_groups, split_of_group
from evalhub.core.releasing.vocabulary import Split

SHARES = SplitShares()


def test_shares_are_about_eighty_ten_ten() -> None:
    counts = Counter(split_of_group(f"group {n}", shares=SHARES) for n in range(10_000))

    assert counts[Split.TRAIN] == pytest.approx(8_000, abs=200)
    assert counts[Split.VALIDATION] == pytest.approx(1_000, abs=150)
    assert counts[Split.TEST] == pytest.approx(1_000, abs=150)


@given(st.sets(st.text(max_size=8)), st.sets(st.text(max_size=8)))
def test_groups_keep_their_split_as_others_are_added(first: set[str], more: set[str]) -> None:
    before = split_groups([(g, PromptUse.TRAIN) for g in first], shares=SHARES)
    after = split_groups([(g, PromptUse.TRAIN) for g in first | more], shares=SHARES)

    assert before == {group: after[group] for group in first}


def test_salt_moves_groups() -> None:
    groups = [f"group {n}" for n in range(50)]

    first = [split_of_group(group, shares=SHARES, salt="one") for group in groups]
    second = [split_of_group(group, shares=SHARES, salt="two") for group in groups]

    assert first != second


@pytest.mark.parametrize("use", [PromptUse.EVAL, PromptUse.GOLD, PromptUse.HOLDOUT])
@pytest.mark.parametrize("is_first", [True, False])
def test_group_of_a_prompt_kept_back_is_never_trained_on(use: PromptUse, is_first: bool) -> None:
    in_train = next(
        group
        for group in map(str, range(100))
        if split_of_group(group, shares=SHARES) is Split.TRAIN
    )
    prompts = [(in_train, use), (in_train, PromptUse.TRAIN)]

    splits = split_groups(prompts if is_first else prompts[::-1], shares=SHARES)

    assert splits == {in_train: Split.TEST}
