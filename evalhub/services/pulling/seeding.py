"""Keep a pull from claiming a seed that the answers it takes over do not have."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.db.models import Endpoint, Pull
from evalhub.db.tables import prompt, pull_endpoint, response
from evalhub.errors import BadInput
from evalhub.services.locks import lock
from evalhub.services.pulling.missing import Demand, is_to_ask
from evalhub.services.pulling.settling import ACTIVE


@dataclass(frozen=True, slots=True)
class OtherSeed:
    """Name an endpoint whose answers have another seed than the one wanted, or none (None)."""

    slug: str
    seed: int | None

    @property
    def words(self) -> str:
        """Return how it is asked, as a sentence about the endpoint goes on."""
        known = "without a seed" if self.seed is None else f"with the seed {self.seed}"
        return f"is asked prompts of this version {known}"


def lock_seeds(version_id: int, *, session: Session) -> None:
    """Let one transaction at a time put a pull of the version to work.

    Two that look for other seeds at once would find none, and both begin. Also one without a seed
    waits its turn, since its answers are in the way of whoever names one.
    """
    lock(f"seeds of {version_id}", session=session)


def check_seed_is_kept(demand: Demand, endpoints: Sequence[Endpoint], *, session: Session) -> None:
    """Raise ``BadInput`` when an endpoint answered what ``demand`` wants, but with another seed.

    Such an answer stays where it is, because a sample is asked for once. A pull that names
    another seed would take it for its own, and whoever repeats the pull by its seed would get
    other answers. So does one that is under way and has not stored all of its answers yet.
    """
    other = find_other_seed(demand, endpoints, session=session)
    if other is not None:
        same = "leave the seed out" if other.seed is None else f"give {other.seed}"
        raise BadInput.at(
            "seed",
            f"{other.slug} {other.words}, and {demand.seed} would change nothing: "
            f"{same}, or revise the endpoint for answers of its own",
        )


def find_other_seed(
    demand: Demand, endpoints: Sequence[Endpoint], *, session: Session
) -> OtherSeed | None:
    """Return the first endpoint with answers, there or under way, of another seed, or None."""
    if demand.seed is None:
        return None
    for row in endpoints:
        other = _stored(demand, row.id, session) or _under_way(demand, row.id, session)
        if other is not None:
            return OtherSeed(row.slug, other.seed)
    return None


def _stored(demand: Demand, endpoint_id: int, session: Session) -> sa.Row[tuple[int | None]] | None:
    """Return the seed of a pull whose answers would be kept though ``demand`` has another."""
    return session.execute(
        sa.select(col(Pull.seed).label("seed"))
        .join(response, response.c.pull_id == col(Pull.id))
        .join(prompt, prompt.c.id == response.c.prompt_id)
        .where(
            prompt.c.prompt_set_version_id == demand.version_id,
            response.c.endpoint_id == endpoint_id,
            response.c.sample_index < demand.n_samples,
            col(Pull.seed).is_distinct_from(demand.seed),
            # What ended in an error is asked again by a pull that retries, with its own seed.
            sa.not_(is_to_ask(demand)),
        )
        .limit(1)
    ).first()


def _under_way(
    demand: Demand, endpoint_id: int, session: Session
) -> sa.Row[tuple[int | None]] | None:
    return session.execute(
        sa.select(col(Pull.seed).label("seed"))
        .join(pull_endpoint, pull_endpoint.c.pull_id == col(Pull.id))
        .where(
            col(Pull.prompt_set_version_id) == demand.version_id,
            pull_endpoint.c.endpoint_id == endpoint_id,
            col(Pull.status).in_(ACTIVE),
            col(Pull.seed).is_distinct_from(demand.seed),
        )
        .limit(1)
    ).first()
