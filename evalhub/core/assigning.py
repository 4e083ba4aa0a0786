"""Rules of handing out pairs: which one, in which side order, for how long.

The rows change in ``evalhub.services.assigning``; what is decided is decided here.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from evalhub.core.campaigns import AssignmentStatus, Purpose

WINDOW = 100
"""How many open pairs, in the project's drawn order, the next one is chosen among.

A bounded window keeps the choice quick in a project of any size, lets pairs reach their
overlap one after another, and is wide enough that people working at once seldom meet.
"""

REVISABLE_FOR = timedelta(minutes=10)
"""How long after the first submission a judgment can be revised."""

LONGEST_LEASE = timedelta(hours=24)
"""How long after it was claimed activity can at most keep a lease alive."""

_Item = TypeVar("_Item")


class SelectionPolicy(StrEnum):
    """How the next pair is chosen; stored with every assignment."""

    UNIFORM = "uniform"
    """Each of the first ``WINDOW`` pairs open to the person, in the project's seeded order,
    is equally likely."""
    CONNECT = "connect"
    """Pairs of one random ring through models that no judgment links yet, and the floor."""
    RANK = "rank"
    """Models are drawn by what a judgment of them settles of the order of all, and the floor."""
    WINNER = "winner"
    """Models are drawn by how often they come out as the best two, and the floor."""


class ReleaseReason(StrEnum):
    """Why an assignment was given back; none of them counts against anybody."""

    UNSTATED = "unstated"
    """No reason was given."""
    SCOPE = "scope"
    """Outside the annotator's field."""
    TIME = "time"
    """No time now."""
    CONFLICT = "conflict"
    """A conflict of interest."""
    BROKEN = "broken"
    """Something on the page is broken."""
    CANNOT_JUDGE = "cannot_judge"
    """Judged as "cannot judge"; the judgment is kept and someone else is asked."""
    OUT_OF_SCOPE = "out_of_scope"
    """The triage answer sends the pair back."""
    PROMPT_BLOCKED = "prompt_blocked"
    """The triage answer sends the pair back and keeps the prompt from this annotator."""
    REMOVED = "removed"
    """The annotator was taken off the project."""
    REASSIGNED = "reassigned"
    """Coordination took it back for somebody else; the time until then is paid."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Hold one assignment as its annotator's page needs it.

    ``token`` is all of it that leaves the server. With ``is_swapped`` response y is shown
    as A. Pay is what was promised when the pair was claimed, and ``terms_number`` names the terms
    of the project that held then. ``policy`` and ``probability`` say
    by which rule the pair was drawn and how likely it was among those open to the person then,
    the random floor included; ``docs/methods/selection.md`` defines it. ``credential_class`` is
    that of the credential that let the person in, None where the project asks for none. ``purpose``
    says what it was given out for, and ``occasion`` numbers the times a person may get an anchor.
    """

    id: int
    token: str
    project_id: int
    pair_id: int
    person_id: int
    is_swapped: bool
    status: AssignmentStatus
    policy: str
    probability: float | None
    pay_minor_units: int
    pay_currency: str
    terms_number: int
    leased_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    release_reason: str
    credential_class: str | None
    purpose: Purpose
    occasion: int


def draw(items: Sequence[_Item], rng: random.Random) -> tuple[_Item, float]:
    """Return one of ``items``, each equally likely, and that probability."""
    return items[rng.randrange(len(items))], 1 / len(items)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Hold a pair that could be given next, of two models already chosen.

    ``is_begun`` holds when somebody has a place of it; ``n_prompt_uses`` counts the places taken
    of the other pairs on its prompt.
    """

    pair_id: int
    is_begun: bool
    n_prompt_uses: int


def draw_by_prompt(candidates: Sequence[Candidate], rng: random.Random) -> tuple[Candidate, float]:
    """Return the candidate to give, and how likely it was among ``candidates``.

    Begun pairs come first, so that pairs reach their overlap one after another; then the prompt
    that was used least, and what is still equal is drawn by lot. Dealing prompts like this, as
    from shuffled packs, keeps a project from leaning on few of them: intervals go by prompt.
    """

    def rank(candidate: Candidate) -> tuple[bool, int]:
        return not candidate.is_begun, candidate.n_prompt_uses

    best = min(map(rank, candidates))
    return draw([candidate for candidate in candidates if rank(candidate) == best], rng)


def side_order(*, n_plain: int, n_swapped: int, rng: random.Random) -> bool:
    """Return whether to swap the sides: the order less used for this pair, else by a coin."""
    # Balanced within each pair and not only on average: with two judgments a pair a coin alone
    # would leave half of the pairs with both judgments in one order.
    if n_plain == n_swapped:
        return bool(rng.getrandbits(1))
    return n_swapped < n_plain


def is_revisable(first_submitted_at: datetime, now: datetime) -> bool:
    """Tell whether a judgment first submitted then may still be revised at ``now``."""
    return now <= first_submitted_at + REVISABLE_FOR
