"""Add what was counted in one part of the data to what was counted in the parts before it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any


def take_in(own: object, later: object, names: Iterable[str]) -> None:
    """Add the fields ``names`` of ``later`` to those of ``own``, which is of the same class.

    Numbers and counters are summed, sets united, of dictionaries the later value counts. Keys keep
    the order in which they were first met, so that parts which are taken in one after the other
    leave what one tally over all of them would hold. A field of another kind raises ``TypeError``:
    what adding means for it has to be said where it is.
    """
    for name in names:
        mine, theirs = getattr(own, name), getattr(later, name)
        if isinstance(mine, int):
            setattr(own, name, mine + theirs)
        else:
            _update(name, mine, theirs)


def _update(name: str, mine: Any, theirs: Any) -> None:  # noqa: ANN401 - a field of any class
    if not isinstance(mine, Counter | set | dict):
        raise TypeError(f"Field {name!r} is a {type(mine).__name__}, which cannot be added up.")
    # A counter adds, a set unites and a dictionary replaces: each calls it so. A counter is a
    # dictionary that keeps zeros, which a release states as well.
    mine.update(theirs)
