"""Split prompts by the hash of their group, so that near-duplicates never leak between splits."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evalhub.core.prompts.vocabulary import Split as PromptUse
from evalhub.core.releasing.vocabulary import Split

SALT = "evalhub.split/1"
"""One salt for every project: a group that two projects share is in the same split of both."""

_HASH_RANGE = 2**64


@dataclass(frozen=True, slots=True)
class SplitShares:
    """Hold the shares of groups that are wanted in validation and test; the rest is train."""

    validation: float = 0.1
    test: float = 0.1


def split_of_group(group: str, *, shares: SplitShares, salt: str = SALT) -> Split:
    """Return the split of a group from its hash alone.

    The first 64 bits of SHA-256 of the salt and the group are read as a number in [0, 1). A
    group therefore keeps its split when others are added.
    """
    digest = hashlib.sha256(f"{salt}\n{group}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") / _HASH_RANGE
    if place < shares.test:
        return Split.TEST
    return Split.VALIDATION if place < shares.test + shares.validation else Split.TRAIN


def split_groups(
    prompts: Iterable[tuple[str, PromptUse]], *, shares: SplitShares, salt: str = SALT
) -> Mapping[str, Split]:
    """Return the split of each group among ``prompts``, pairs of group and use.

    A group with a prompt that is not for training (eval, gold or holdout) is in the test
    split as a whole: its other prompts would give that prompt away.
    """
    splits: dict[str, Split] = {}
    for group, use in prompts:
        # It wins over whatever the group was before, and nothing wins over it.
        if use is not PromptUse.TRAIN:
            splits[group] = Split.TEST
        elif group not in splits:
            splits[group] = split_of_group(group, shares=shares, salt=salt)
    return splits
