"""Say what a pull would ask before anything is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from evalhub.db.models import Endpoint
from evalhub.errors import BadInput
from evalhub.services.endpoints.finding import get_row
from evalhub.services.pulling.finding import PromptSetChoice, get_version
from evalhub.services.pulling.missing import Demand, count_missing

MAXIMUM_ENDPOINTS = 200


@dataclass(frozen=True, slots=True)
class PlannedShare:
    """Show what one endpoint would be asked."""

    endpoint: str
    n_prompts: int
    n_to_ask: int


@dataclass(frozen=True, slots=True)
class PullPlan:
    """Show what a pull would ask."""

    prompt_set: PromptSetChoice
    shares: tuple[PlannedShare, ...]

    @property
    def n_to_ask(self) -> int:
        """Return the number of prompts that would be sent."""
        return sum(share.n_to_ask for share in self.shares)


def plan_pull(
    prompt_set: str, endpoints: Sequence[str], *, retry_errors: bool = False, session: Session
) -> PullPlan:
    """Return what pulling ``prompt_set`` from ``endpoints`` (slugs) would ask.

    Raise ``BadInput`` or ``NotFound`` for a version or an endpoint that cannot be pulled.
    """
    version = get_version(prompt_set, session=session)
    demand = Demand(version.id, retry_errors)
    shares = tuple(
        PlannedShare(
            endpoint=f"{row.slug}@{row.revision}",
            n_prompts=version.n_prompts,
            n_to_ask=count_missing(demand, row.id, session=session),
        )
        for row in wanted_endpoints(endpoints, session=session)
    )
    return PullPlan(version, shares)


def wanted_endpoints(slugs: Sequence[str], *, session: Session) -> list[Endpoint]:
    """Return the rows of the endpoints that ``slugs`` name, each once."""
    # In the order given: a set would list them differently each time.
    unique = list(dict.fromkeys(slugs))
    if not unique:
        raise BadInput.at("endpoints", "choose at least one")
    if len(unique) > MAXIMUM_ENDPOINTS:
        raise BadInput.at("endpoints", f"a pull asks at most {MAXIMUM_ENDPOINTS}")
    return [get_row(slug, session=session) for slug in unique]
