"""Say what a pull would ask before anything is asked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.pulling.costs import Amount, summed
from evalhub.core.pulling.estimates import Estimate, estimate
from evalhub.core.pulling.pacing import longest_answer
from evalhub.core.pulling.specs import Question
from evalhub.core.responses import ResponseStatus
from evalhub.db.models import Endpoint
from evalhub.db.tables import response
from evalhub.errors import BadInput
from evalhub.services.endpoints.finding import get_row
from evalhub.services.endpoints.views import price_of, spec_of
from evalhub.services.pulling.finding import PromptSetChoice, get_version
from evalhub.services.pulling.missing import (
    Demand,
    Failures,
    count_failures,
    count_missing,
    missing_page,
)
from evalhub.services.pulling.options import ONCE, PullOptions, check_options
from evalhub.services.pulling.seeding import check_seed_is_kept
from evalhub.services.pulling.storing import stored_parameters

MAXIMUM_ENDPOINTS = 200


@dataclass(frozen=True, slots=True)
class PlannedShare:
    """Show what one endpoint would be asked, and what that may take.

    What it answered to the same row of another version or set is copied, and so not asked.
    ``failures`` are there already; which of them are asked again is for the pull to say.
    """

    endpoint: str
    n_wanted: int
    n_to_ask: int
    estimate: Estimate
    failures: Failures


@dataclass(frozen=True, slots=True)
class PullPlan:
    """Show what a pull would ask and what it may cost, before anything is sent."""

    prompt_set: PromptSetChoice
    shares: tuple[PlannedShare, ...]
    budget: Amount | None = None

    @property
    def n_to_ask(self) -> int:
        """Return the number of prompts that would be sent."""
        return sum(share.n_to_ask for share in self.shares)

    @property
    def n_rejected(self) -> int:
        """Return how many answers stay failed because the request itself was refused."""
        return sum(share.failures.n_rejected for share in self.shares)

    @property
    def n_failed_otherwise(self) -> int:
        """Return how many answers failed in another way, and are asked again by who says so."""
        return sum(share.failures.n_others for share in self.shares)

    @property
    def n_tokens(self) -> int:
        """Return the number of tokens that are expected."""
        estimates = [share.estimate for share in self.shares]
        return sum(one.n_prompt_tokens + one.n_completion_tokens for one in estimates)

    @property
    def costs(self) -> tuple[Amount, ...]:
        """Return what is expected to be spent, a sum for each currency."""
        costs = [share.estimate.cost for share in self.shares]
        return summed([cost for cost in costs if cost is not None])

    @property
    def is_priced(self) -> bool:
        """Tell whether every endpoint has a price, so that the costs are all there is."""
        return all(share.estimate.cost is not None for share in self.shares)

    @property
    def is_above_budget(self) -> bool:
        """Tell whether more is expected to be spent than the budget allows."""
        return self.budget is not None and any(
            cost.micro > self.budget.micro for cost in self.costs
        )


def plan_pull(
    prompt_set: str,
    endpoints: Sequence[str],
    *,
    retry_errors: bool = False,
    options: PullOptions = ONCE,
    session: Session,
) -> PullPlan:
    """Return what pulling ``prompt_set`` from ``endpoints`` (slugs) would ask.

    Raise ``BadInput`` or ``NotFound`` for a version or an endpoint that cannot be pulled.
    """
    version = get_version(prompt_set, session=session)
    rows = wanted_endpoints(endpoints, session=session)
    budget = check_options(options, rows)
    demand = Demand(version.id, retry_errors, n_samples=options.n_samples, seed=options.seed)
    check_seed_is_kept(demand, rows, session=session)
    shares = tuple(_share(demand, version.n_prompts, row, session=session) for row in rows)
    return PullPlan(version, shares, budget)


def _share(demand: Demand, n_prompts: int, row: Endpoint, *, session: Session) -> PlannedShare:
    spec = spec_of(row)
    known_by = [stored_parameters(spec, demand.seed_of(i)) for i in range(demand.n_samples)]
    n_to_ask = count_missing(demand, row.id, session=session, known_by=known_by)
    return PlannedShare(
        endpoint=f"{row.slug}@{row.revision}",
        n_wanted=n_prompts * demand.n_samples,
        n_to_ask=n_to_ask,
        estimate=estimate(
            n_to_ask,
            mean_characters=_mean_characters(demand, row.id, known_by, session),
            mean_answer=_mean_answer(row.id, session),
            limit=longest_answer(json.loads(row.parameters)),
            price=price_of(row),
        ),
        failures=count_failures(demand, row.id, session=session),
    )


def _mean_characters(
    demand: Demand, endpoint_id: int, known_by: Sequence[str], session: Session
) -> float:
    """Return the mean length of what would be asked, from the first page of it.

    A hundred thousand prompts would take seconds to read, for a figure that is a guess.
    """
    page = missing_page(demand, endpoint_id, session=session, known_by=known_by)
    questions = [Question(row.prompt_id, json.loads(row.document)["messages"]) for row in page]
    return fmean([question.n_characters for question in questions]) if questions else 0.0


def _mean_answer(endpoint_id: int, session: Session) -> float | None:
    mean = session.scalar(
        sa.select(sa.func.avg(response.c.completion_tokens)).where(
            response.c.endpoint_id == endpoint_id, response.c.status != ResponseStatus.ERROR
        )
    )
    return None if mean is None else float(mean)


def wanted_endpoints(slugs: Sequence[str], *, session: Session) -> list[Endpoint]:
    """Return the rows of the endpoints that ``slugs`` name, each once."""
    # In the order given: a set would list them differently each time.
    unique = list(dict.fromkeys(slugs))
    if not unique:
        raise BadInput.at("endpoints", "choose at least one")
    if len(unique) > MAXIMUM_ENDPOINTS:
        raise BadInput.at("endpoints", f"a pull asks at most {MAXIMUM_ENDPOINTS}")
    return [get_row(slug, session=session) for slug in unique]
