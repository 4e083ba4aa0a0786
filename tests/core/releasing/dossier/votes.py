"""Make votes and observations for tests of the dossier."""

import random
from collections.abc import Iterable

from evalhub.core.releasing.dossier.observing import Facets, Observations, Vote
from evalhub.core.scoring.annotators.decisions import Identity

X: Identity = ("alder", 1)
Y: Identity = ("birch", 1)
Z: Identity = ("cedar", 1)
NAMES = {X: "alder-1", Y: "birch-1", Z: "cedar-1"}
FACETS: Facets = (
    ("domain", "medicine"),
    ("language", "en"),
    ("jurisdiction", "not stated"),
    ("difficulty", "not stated"),
    ("audience", "not stated"),
    ("risk", "not stated"),
)
PLAIN = (100, 0, 0, 0, 0)


def make_vote(  # noqa: PLR0913 - one parameter a field that some test names
    code: int | None = 0,
    *,
    prompt: str = "p1",
    pair: str = "pair-1",
    models: tuple[Identity, Identity] = (X, Y),
    styles: tuple[tuple[int, ...], tuple[int, ...]] = (PLAIN, PLAIN),
    annotator: str = "ann",
    origin: str = "account",
    is_swapped: bool = False,
    preference: int | None = None,
    criteria: tuple[tuple[str, str, int], ...] = (),
) -> Vote:
    """Return one vote; ``code`` is 0 for x, 1 for a tie, 2 for y."""
    return Vote(
        prompt=prompt,
        pair=pair,
        x=models[0],
        y=models[1],
        x_style=styles[0],
        y_style=styles[1],
        annotator=annotator,
        origin=origin,
        is_swapped=is_swapped,
        code=code,
        preference=preference,
        criteria=criteria,
        active_seconds=None,
    )


def see(votes: Iterable[Vote], facets: dict[str, Facets] | None = None) -> Observations:
    """Return observations of ``votes``, all on prompts of the same kind unless told."""
    seen = Observations(votes=list(votes))
    for vote in seen.votes:
        own = (facets or {}).get(vote.prompt, FACETS)
        seen.facets[vote.prompt] = own
        about = dict(own)
        seen.n_judgments += 1
        seen.by_models[vote.x, vote.y] += 1
        seen.by_cell[about["domain"], about["language"], about["jurisdiction"]] += 1
        seen.by_facet.update(own)
    return seen


def with_facet(name: str, value: str) -> Facets:
    """Return the facets of a prompt with one of them changed, or a tag added."""
    if name.startswith("tag "):
        return (*FACETS, (name, value))
    return tuple((one, value if one == name else old) for one, old in FACETS)


def coins(n: int, share: float, *, seed: int = 1) -> list[int]:
    """Return ``n`` codes, x with probability ``share``."""
    rng = random.Random(seed)
    return [0 if rng.random() < share else 2 for _ in range(n)]
