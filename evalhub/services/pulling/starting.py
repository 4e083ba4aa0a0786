"""Start a pull."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from evalhub.core.campaigns import PullStatus
from evalhub.core.people import Actor
from evalhub.core.pulling.costs import Amount
from evalhub.db.models import Pull, PullEndpoint
from evalhub.services import audit
from evalhub.services.pulling.finding import PullView, get_pull, get_version
from evalhub.services.pulling.missing import Demand
from evalhub.services.pulling.options import ONCE, PullOptions, check_options
from evalhub.services.pulling.planning import wanted_endpoints
from evalhub.services.pulling.seeding import check_seed_is_kept, lock_seeds


@dataclass(frozen=True, slots=True)
class RequestMark:
    """Know a request again: the key its sender gave it, and the hash of what it asks for."""

    key: str
    sha256: str


def start_pull(  # noqa: PLR0913 - one parameter a choice of whoever starts it
    prompt_set: str,
    endpoints: Sequence[str],
    *,
    session: Session,
    actor: Actor,
    now: datetime,
    retry_errors: bool = False,
    is_foreground: bool = False,
    options: PullOptions = ONCE,
    mark: RequestMark | None = None,
) -> PullView:
    """Add a pull of ``prompt_set`` (slug or slug@number) from ``endpoints`` (slugs).

    It waits for a worker, unless ``is_foreground``: then whoever starts it runs it. Raise
    ``BadInput`` or ``NotFound`` for a version or an endpoint that cannot be pulled.
    """
    version = get_version(prompt_set, session=session)
    rows = wanted_endpoints(endpoints, session=session)
    budget = check_options(options, rows)
    demand = Demand(version.id, retry_errors, n_samples=options.n_samples, seed=options.seed)
    lock_seeds(version.id, session=session)
    check_seed_is_kept(demand, rows, session=session)
    # A queued pull is taken by any worker at once, so one that runs here is never queued.
    status = PullStatus.RUNNING if is_foreground else PullStatus.QUEUED
    pull = _new_pull(demand, budget, status=status, actor=actor, now=now, mark=mark)
    session.add(pull)
    session.flush()
    session.add_all(PullEndpoint(pull_id=pull.id, endpoint_id=row.id) for row in rows)
    session.flush()
    audit.record(
        "pull.start",
        session=session,
        actor=actor,
        subject=f"pull:{pull.public_id}",
        details={
            "prompt_set": version.label,
            "endpoints": [f"{row.slug}@{row.revision}" for row in rows],
            "retry_errors": retry_errors,
            "samples": options.n_samples,
            "seed": options.seed,
            "budget": None if budget is None else str(budget),
        },
        now=now,
    )
    return get_pull(pull.public_id, session=session)


def _new_pull(
    demand: Demand,
    budget: Amount | None,
    *,
    status: PullStatus,
    actor: Actor,
    now: datetime,
    mark: RequestMark | None,
) -> Pull:
    return Pull(
        public_id=uuid.uuid4().hex,
        prompt_set_version_id=demand.version_id,
        status=status,
        retry_errors=demand.retry_errors,
        n_samples=demand.n_samples,
        seed=demand.seed,
        budget_micro=None if budget is None else budget.micro,
        budget_currency=None if budget is None else budget.currency,
        created_at=now,
        created_by=actor.person_id,
        request_key=mark.key if mark else None,
        request_sha256=mark.sha256 if mark else None,
    )
