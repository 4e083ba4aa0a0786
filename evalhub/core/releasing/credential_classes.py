"""Decide which classes of credential a release may name, so that a class names no person."""

from collections.abc import Collection, Mapping

LEAST_PEOPLE = 5
"""How many people of a release must share a class before it is named (k-anonymity, k = 5)."""

WITHHELD = "withheld"
"""Stands for a class that too few people share."""


def tellable_classes(people: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return the classes that may be named; ``people`` has who judged under each.

    A class of fewer than ``LEAST_PEOPLE`` is withheld. Where those withheld are together still
    fewer, the next smallest class is withheld with them: what a project asks for is public, so the
    one class that is missing would be known, and with it a group of too few.
    """
    withheld: set[str] = set()
    hidden: set[str] = set()
    for name in sorted(people, key=lambda name: (len(people[name]), name)):
        is_small = len(people[name]) < LEAST_PEOPLE
        is_alone = 0 < len(hidden) < LEAST_PEOPLE
        if not (is_small or is_alone):
            break
        withheld.add(name)
        hidden.update(people[name])
    return frozenset(people) - withheld


def told_class(credential_class: str | None, tellable: Collection[str]) -> str | None:
    """Return a class as a release names it; None where none was asked for."""
    if credential_class is None or credential_class in tellable:
        return credential_class
    return WITHHELD
