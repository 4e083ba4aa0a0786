"""Keep a pull from claiming a seed that the answers it takes over do not have."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.db.models import Endpoint, Pull
from evalhub.db.tables import prompt, pull_endpoint, response
from evalhub.errors import BadInput
from evalhub.services.pulling.missing import Demand, is_to_ask
from evalhub.services.pulling.settling import ACTIVE


def check_seed_is_kept(demand: Demand, endpoints: Sequence[Endpoint], *, session: Session) -> None:
    """Raise ``BadInput`` when an endpoint answered what ``demand`` wants, but with another seed.

    Such an answer stays where it is, because a sample is asked for once. A pull that names
    another seed would take it for its own, and whoever repeats the pull by its seed would get
    other answers. So does one that is under way and has not stored all of its answers yet.
    """
    if demand.seed is None:
        return
    for row in endpoints:
        other = _stored(demand, row.id, session) or _under_way(demand, row.id, session)
        if other is not None:
            raise BadInput.at("seed", f"{row.slug} {_told(other.seed, demand.seed)}")


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


def _told(stored: int | None, wanted: int) -> str:
    known = "without a seed" if stored is None else f"with the seed {stored}"
    same = "leave the seed out" if stored is None else f"give {stored}"
    return (
        f"is asked prompts of this version {known}, and {wanted} would change nothing: "
        f"{same}, or revise the endpoint for answers of its own"
    )
