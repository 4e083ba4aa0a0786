"""Give prompts the key by which a release keeps relatives in one split.

The key rests on the first user message in normal form, with every number written as 0: all
turns of one conversation start alike, and so do variants that differ in case, punctuation or
figures. A set may say more with ``metadata.group``, which is then the key.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from evalhub.core.canonical import sha256_hex
from evalhub.core.prompts.near_duplicates import near_duplicate_groups
from evalhub.core.prompts.normalising import normalised
from evalhub.core.prompts.records import Prompt
from evalhub.core.prompts.vocabulary import MessageRole

_NUMBER = re.compile(r"\d+")


def prompt_group(prompt: Prompt) -> str:
    """Return the key of one prompt by itself: 64 hex digits."""
    # The prefixes keep the two kinds of key apart: a stated group may read like a first message.
    stated = prompt.metadata.get("group")
    if isinstance(stated, str):
        return sha256_hex(f"group:{stated}")
    return sha256_hex(f"first:{_NUMBER.sub('0', normalised(first_user_text(prompt)))}")


def prompt_groups(prompts: Iterable[Prompt], ages: Sequence[int] = ()) -> tuple[str, ...]:
    """Return the keys of ``prompts``, in order, near duplicates among them sharing one.

    ``ages`` has the version of the set in which each prompt stands, the earlier versions first;
    it is filled while ``prompts`` are read and empty for one version alone. The shared key is that
    of the earliest version, and the smallest of those, so it depends neither on the order within
    a version nor on what later ones add. A prompt that joins two groups gives both the key of the
    earlier one: keeping relatives together comes before keeping a split.

    Prompts are read once and not kept, so that a set may be larger than memory.
    """
    keys: list[str] = []
    near = near_duplicate_groups(_first_texts(prompts, keys))
    first: dict[str, int] = {}
    for position, key in enumerate(keys):
        first.setdefault(key, ages[position] if ages else 0)
    # A prompt in the training file whose near copy is in the test file makes the test worthless.
    parents: dict[str, str] = {key: key for key in keys}
    for group in near:
        found = {_root(parents, keys[position]) for position in group}
        roots = sorted(found, key=lambda key: (first[key], key))
        parents.update(dict.fromkeys(roots, roots[0]))
    return tuple(_root(parents, key) for key in keys)


def _first_texts(prompts: Iterable[Prompt], keys: list[str]) -> Iterator[str]:
    """Yield what is compared of each prompt, and put its own key into ``keys`` on the way."""
    for prompt in prompts:
        keys.append(prompt_group(prompt))
        yield first_user_text(prompt)


def first_user_text(prompt: Prompt) -> str:
    """Return the first thing the user says."""
    return next(message.content for message in prompt.messages if message.role is MessageRole.USER)


def _root(parents: dict[str, str], key: str) -> str:
    while parents[key] != key:
        key = parents[key]
    return key
