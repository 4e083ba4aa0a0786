"""Plan which responses to a prompt are compared with each other.

Everything is ordered by content (prompt keys, endpoint slugs) and by hashes of the seed, never
by row ids or by the order rows arrived in, so that the same responses and the same seed give
the same pairs on every database.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, groupby
from typing import TypeAlias

from evalhub.core.campaigns import PairingStrategy
from evalhub.core.canonical import content_hash
from evalhub.core.responses import ResponseStatus

EndpointKey: TypeAlias = tuple[str, int]
"""An endpoint's slug and revision."""


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """Name one response that might be compared, by its content."""

    prompt_key: str
    endpoint: EndpointKey
    sample_index: int
    status: ResponseStatus = field(compare=False)
    text_sha256: str = field(compare=False)


@dataclass(frozen=True, slots=True, order=True)
class PlannedPair:
    """Name two responses to one prompt; ``first`` sorts before ``second``."""

    first: Candidate
    second: Candidate

    @property
    def endpoints(self) -> tuple[EndpointKey, EndpointKey]:
        """Return the two endpoints compared."""
        return (self.first.endpoint, self.second.endpoint)


@dataclass(frozen=True, slots=True)
class PairingRule:
    """Say which pairs are wanted.

    ``samples_per_endpoint`` are the first so many samples of each endpoint; the rest is passed
    over. A prompt set is shared, and somebody else's pull of twenty samples would otherwise
    make four hundred pairs of every prompt and two endpoints.

    ``pairs_per_prompt`` belongs to ``balanced`` and ``baseline`` to ``baseline``; the other
    strategies do not read them. The baseline is one revision: a project may compare two of
    the same endpoint, and then only one of them is what the rest is measured against.
    """

    strategy: PairingStrategy
    seed: int = 0
    pairs_per_prompt: int | None = None
    baseline: EndpointKey | None = None
    samples_per_endpoint: int = 1


@dataclass(frozen=True, slots=True)
class PairPlan:
    """Hold the pairs to add, in the order they are handed out, and what was left out.

    ``identical`` are pairs whose two texts are the same: nobody can prefer one.
    ``not_answered`` are the wanted samples that are no answers, whatever the strategy.
    """

    pairs: tuple[PlannedPair, ...]
    identical: tuple[PlannedPair, ...]
    not_answered: tuple[Candidate, ...]


def plan_pairs(
    candidates: Sequence[Candidate],
    rule: PairingRule,
    existing: Collection[PlannedPair] = (),
) -> PairPlan:
    """Return the pairs that ``rule`` wants beyond those in ``existing``.

    Existing pairs count as chosen, so planning again after more responses arrived adds to
    what there is and never takes anything back.
    """
    wanted = sorted(c for c in candidates if c.sample_index < rule.samples_per_endpoint)
    answered = [c for c in wanted if c.status is ResponseStatus.ANSWERED]
    possible = [pair for pair in _possible(answered) if _is_wanted(pair, rule)]
    identical = [pair for pair in possible if pair.first.text_sha256 == pair.second.text_sha256]
    distinct = _unrepeated(sorted(set(possible) - set(identical)), existing)
    if rule.strategy is PairingStrategy.BALANCED:
        chosen = _balanced(distinct, rule, existing)
    else:
        chosen = list(set(distinct) - set(existing))
    # Handed out by lot and not by prompt: a project that stops early has judged some of each.
    return PairPlan(
        pairs=tuple(sorted(chosen, key=lambda pair: _lot(rule.seed, pair))),
        identical=tuple(identical),
        not_answered=tuple(c for c in wanted if c.status is not ResponseStatus.ANSWERED),
    )


def _possible(answered: Sequence[Candidate]) -> Iterator[PlannedPair]:
    """Yield every pair of answers to one prompt by two different endpoints, in order."""
    for _, group in groupby(answered, key=lambda candidate: candidate.prompt_key):
        for first, second in combinations(group, 2):
            if first.endpoint != second.endpoint:
                yield PlannedPair(first, second)


def _unrepeated(
    pairs: Sequence[PlannedPair], existing: Collection[PlannedPair]
) -> list[PlannedPair]:
    """Return ``pairs`` without those that would show the same two texts of two endpoints again.

    Samples of a short answer are often alike. Answers of other endpoints with the same words
    stay: each of these endpoints has to meet the other for a strength of its own.
    """
    shown = {_shown(pair) for pair in existing}
    kept = []
    for pair in pairs:
        if _shown(pair) not in shown:
            shown.add(_shown(pair))
            kept.append(pair)
    return kept


def _shown(pair: PlannedPair) -> tuple[str, EndpointKey, EndpointKey, str, str]:
    first, second = pair.first, pair.second
    texts = (first.text_sha256, second.text_sha256)
    return (first.prompt_key, first.endpoint, second.endpoint, *texts)


def _is_wanted(pair: PlannedPair, rule: PairingRule) -> bool:
    if rule.strategy is not PairingStrategy.BASELINE:
        return True
    return rule.baseline in pair.endpoints


def _balanced(
    distinct: Sequence[PlannedPair], rule: PairingRule, existing: Collection[PlannedPair]
) -> list[PlannedPair]:
    """Fill every prompt up to ``pairs_per_prompt``, the least used endpoints first.

    Among pairs of equally used endpoints the one met least often is taken, so that opponents
    vary and the graph of comparisons stays connected; what is still equal is drawn by lot.
    """
    n_wanted = rule.pairs_per_prompt or 1
    # What exists counts in every tally, or a later run would favour those it knows nothing of.
    made = frozenset(existing)
    uses = Counter(endpoint for pair in existing for endpoint in pair.endpoints)
    meetings = Counter(pair.endpoints for pair in existing)
    n_made = Counter(pair.first.prompt_key for pair in existing)
    chosen: list[PlannedPair] = []
    for prompt_key, group in groupby(distinct, key=lambda pair: pair.first.prompt_key):
        left = {pair: _lot(rule.seed, pair) for pair in set(group) - made}
        while left and n_made[prompt_key] < n_wanted:
            best = min(
                left,
                key=lambda pair: (
                    sum(uses[endpoint] for endpoint in pair.endpoints),
                    meetings[pair.endpoints],
                    left[pair],
                ),
            )
            del left[best]
            chosen.append(best)
            uses.update(best.endpoints)
            meetings[best.endpoints] += 1
            n_made[prompt_key] += 1
    return chosen


def _lot(seed: int, pair: PlannedPair) -> str:
    """Return a number drawn by lot for this pair, the same whatever else is planned."""
    return content_hash(
        [
            seed,
            pair.first.prompt_key,
            [list(pair.first.endpoint), pair.first.sample_index],
            [list(pair.second.endpoint), pair.second.sample_index],
        ]
    )
