"""Decide which classes of credential a release may name, so that a class names no person."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

LEAST_PEOPLE = 5
"""How many people of a release must share a class before it is named (k-anonymity, k = 5)."""

WITHHELD = "withheld"
"""Stands for a class that too few people share."""


def tellable_classes(people: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return the classes that may be named; ``people`` has who judged under each.

    Rows carry pseudonyms, so what counts is all that is told of a person: whoever judged under two
    classes is looked for among those who did the same. Classes are withheld, those of the fewest
    people first, until each such set is shared by ``LEAST_PEOPLE``. Where the people of what is
    withheld are together still fewer, the next smallest class is withheld with them: what a
    project asks for is public, so the one class that is missing would be known, and with it a
    group of too few.
    """
    by_size = sorted(people, key=lambda name: (len(people[name]), name))
    tellable = frozenset(by_size)
    while found := _revealing(tellable, people):
        tellable -= {next(name for name in by_size if name in found)}
    return tellable


def _revealing(tellable: frozenset[str], people: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return the classes of which one must be withheld as well; none where all is well."""
    told: dict[str, set[str]] = {}
    for name, annotators in people.items():
        for one in annotators:
            told.setdefault(one, set()).add(name if name in tellable else WITHHELD)
    sharing = Counter(frozenset(names) for names in told.values())
    n_hidden = sum(WITHHELD in names for names in told.values())
    if 0 < n_hidden < LEAST_PEOPLE:
        return tellable
    few = (names for names, n in sharing.items() if n < LEAST_PEOPLE)
    return tellable.intersection(*[frozenset().union(*few)])


def told_class(credential_class: str | None, tellable: Collection[str]) -> str | None:
    """Return a class as a release names it; None where none was asked for."""
    if credential_class is None or credential_class in tellable:
        return credential_class
    return WITHHELD


@dataclass(frozen=True, slots=True)
class ClassCount:
    """Count the judgments made under one class of credential, and who made them.

    ``n_annotators`` is None where fewer than ``LEAST_PEOPLE`` did: only what is withheld can be
    so few, and their number would say how small the group is that somebody is looked for in.
    """

    name: str
    n_judgments: int
    n_annotators: int | None


@dataclass(slots=True)
class ClassTally:
    """Count judgments by class of credential, as a release names it, while they stream by."""

    judgments: Counter[str] = field(default_factory=Counter)
    annotators: dict[str, set[str]] = field(default_factory=dict)

    def add(self, credential_class: str | None, annotator: str) -> None:
        """Count one judgment; one that no credential was asked for has no class."""
        if credential_class is not None:
            self.judgments[credential_class] += 1
            self.annotators.setdefault(credential_class, set()).add(annotator)

    def take_in(self, later: "ClassTally") -> None:
        """Add what was counted of other judgments; somebody may have judged in both parts."""
        self.judgments.update(later.judgments)
        for name, annotators in later.annotators.items():
            self.annotators.setdefault(name, set()).update(annotators)

    def counts(self) -> tuple[ClassCount, ...]:
        """Return the classes by name, what is withheld last."""
        names = sorted(self.judgments, key=lambda name: (name == WITHHELD, name))
        return tuple(self._count(name) for name in names)

    def _count(self, name: str) -> ClassCount:
        n_annotators = len(self.annotators[name])
        told = n_annotators if n_annotators >= LEAST_PEOPLE else None
        return ClassCount(name, self.judgments[name], told)
