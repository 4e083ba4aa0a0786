"""Count how far a pull has come, by endpoint and by what came back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import PullStatus
from evalhub.core.pulling.costs import Amount, summed
from evalhub.core.pulling.waiting import outage_words
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.db.models import Endpoint, Pull, PullEndpoint
from evalhub.db.tables import endpoint, prompt, pull_endpoint, response
from evalhub.errors import Sentence
from evalhub.services.pulling.accounts import AccountWait, find_wait
from evalhub.services.pulling.budgeting import spent_by
from evalhub.services.pulling.finding import PullView, get_pull, get_row
from evalhub.services.pulling.missing import demand_of, is_to_ask, numbered

EXAMPLE_KEPT = 300


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """Show how often one kind of error happened, with one of its messages."""

    kind: ErrorKind
    n: int
    example: str


@dataclass(frozen=True, slots=True)
class EndpointProgress:
    """Show how far one endpoint's share has come.

    ``n_left`` counts what this pull has still to ask; ``reason`` says why the share failed, or
    what it waits for.
    """

    endpoint_id: int
    slug: str
    label: str
    model: str
    n_wanted: int
    n_left: int
    n_by_status: Mapping[ResponseStatus, int]
    n_names_itself: int
    errors: tuple[ErrorGroup, ...]
    is_ended: bool
    is_simulated: bool
    reason: str
    n_prompt_tokens: int = 0
    n_completion_tokens: int = 0
    cost: Amount | None = None
    """What this pull's own requests took and cost; None where the endpoint has no price."""
    last_response_at: datetime | None = None
    """When this pull last stored a response of the endpoint."""
    account_wait: AccountWait | None = None
    """What its next request waits for, where that is long."""

    @property
    def n_tokens(self) -> int:
        """Return how many tokens this pull's requests to the endpoint took."""
        return self.n_prompt_tokens + self.n_completion_tokens

    @property
    def n_settled(self) -> int:
        """Return how many prompts need not be asked any more."""
        return self.n_wanted - self.n_left

    @property
    def is_waiting(self) -> bool:
        """Tell whether it is waited for: it does not answer, or its account has no room."""
        return not self.is_ended and bool(self.reason or self.account_wait)

    @property
    def waits_for(self) -> Sentence:
        """Say why it is waited for."""
        if self.reason or self.account_wait is None:
            return outage_words(self.label, self.reason)
        return self.account_wait.about(self.label)


@dataclass(frozen=True, slots=True)
class PullProgress:
    """Show how far a pull has come."""

    pull: PullView
    endpoints: tuple[EndpointProgress, ...]

    @property
    def n_wanted(self) -> int:
        """Return the number of responses the pull is after."""
        return sum(share.n_wanted for share in self.endpoints)

    @property
    def n_settled(self) -> int:
        """Return how many prompts need not be asked any more."""
        return sum(share.n_settled for share in self.endpoints)

    @property
    def last_response_at(self) -> datetime | None:
        """Return when this pull last stored a response, or None when it has stored none."""
        moments = [share.last_response_at for share in self.endpoints]
        return max((moment for moment in moments if moment is not None), default=None)

    @property
    def n_tokens(self) -> int:
        """Return how many tokens the pull's own requests took."""
        return sum(share.n_tokens for share in self.endpoints)

    @property
    def costs(self) -> tuple[Amount, ...]:
        """Return what the pull's own requests cost, a sum for each currency."""
        return summed([share.cost for share in self.endpoints if share.cost is not None])

    @property
    def is_budget_spent(self) -> bool:
        """Tell whether the budget is used up: whoever resumed the pull would see it stop again."""
        budget = self.pull.budget
        return budget is not None and any(cost.micro >= budget.micro for cost in self.costs)

    @property
    def is_all_failed(self) -> bool:
        """Tell whether the pull ended with nothing answered, though something was asked."""
        is_done = self.pull.status is PullStatus.DONE
        return is_done and self.n_wanted > 0 and not self.n_with(ResponseStatus.ANSWERED)

    @property
    def is_simulated(self) -> bool:
        """Tell whether any of the endpoints answers from a script."""
        return any(share.is_simulated for share in self.endpoints)

    def n_with(self, status: ResponseStatus) -> int:
        """Return how many responses have ``status``."""
        return sum(share.n_by_status[status] for share in self.endpoints)


def pull_progress(public_id: str, *, session: Session) -> PullProgress:
    """Return how far the pull has come; raise ``NotFound``."""
    row = get_row(public_id, session=session)
    counts = _counts(row, session)
    errors = _errors(row, session)
    is_running = row.status is PullStatus.RUNNING
    shares = sa.select(PullEndpoint, Endpoint).where(
        pull_endpoint.c.pull_id == row.id, pull_endpoint.c.endpoint_id == endpoint.c.id
    )
    return PullProgress(
        get_pull(public_id, session=session),
        tuple(
            replace(
                _progress(share, one, counts.get(one.id, []), tuple(errors.get(one.id, []))),
                account_wait=find_wait(one, session=session) if is_running else None,
            )
            for share, one in session.execute(shares.order_by(endpoint.c.slug))
        ),
    )


@dataclass(frozen=True, slots=True)
class _Count:
    status: ResponseStatus | None
    n: int
    n_to_ask: int
    n_names_itself: int
    last_at: datetime | None


def _progress(
    share: PullEndpoint, one: Endpoint, counts: list[_Count], errors: tuple[ErrorGroup, ...]
) -> EndpointProgress:
    by_status = {count.status: count.n for count in counts}
    return EndpointProgress(
        endpoint_id=one.id,
        slug=one.slug,
        label=f"{one.slug}@{one.revision}",
        model=one.model,
        n_wanted=sum(count.n for count in counts),
        n_left=sum(count.n_to_ask for count in counts),
        n_by_status={status: by_status.get(status, 0) for status in ResponseStatus},
        n_names_itself=sum(count.n_names_itself for count in counts),
        errors=errors,
        is_ended=share.ended_at is not None,
        is_simulated=one.is_simulated,
        reason=share.reason,
        n_prompt_tokens=share.n_prompt_tokens,
        n_completion_tokens=share.n_completion_tokens,
        cost=spent_by(share, one),
        last_response_at=max((c.last_at for c in counts if c.last_at is not None), default=None),
    )


def _joined(row: Pull) -> sa.Select[tuple[()]]:
    """Return every wanted (endpoint, prompt, sample) with its response, if it has one."""
    sample = numbered(row.n_samples)
    wanted = (
        pull_endpoint.join(prompt, prompt.c.prompt_set_version_id == row.prompt_set_version_id)
        .join(sample, sa.true())
        .outerjoin(
            response,
            sa.and_(
                response.c.prompt_id == prompt.c.id,
                response.c.endpoint_id == pull_endpoint.c.endpoint_id,
                response.c.sample_index == sample.c.sample_index,
            ),
        )
    )
    return sa.select().select_from(wanted).where(pull_endpoint.c.pull_id == row.id)


def _counts(row: Pull, session: Session) -> dict[int, list[_Count]]:
    to_ask = sa.case((is_to_ask(demand_of(row)), 1), else_=0)
    statement = (
        _joined(row)
        .add_columns(
            pull_endpoint.c.endpoint_id,
            response.c.status,
            sa.func.count(),
            sa.func.sum(to_ask),
            sa.func.count(response.c.names_itself),
            # What an earlier pull stored says nothing of whether this one still moves.
            sa.func.max(sa.case((response.c.pull_id == row.id, response.c.created_at))),
        )
        .group_by(pull_endpoint.c.endpoint_id, response.c.status)
    )
    found: dict[int, list[_Count]] = {}
    for endpoint_id, *figures in session.connection().execute(statement):
        found.setdefault(endpoint_id, []).append(_Count(*figures))
    return found


def _errors(row: Pull, session: Session) -> dict[int, list[ErrorGroup]]:
    statement = (
        _joined(row)
        .add_columns(
            pull_endpoint.c.endpoint_id,
            response.c.error_kind,
            sa.func.count(),
            # Any message would do as the example; the smallest is the same one at each refresh.
            sa.func.min(response.c.error_message),
        )
        .where(response.c.status == ResponseStatus.ERROR)
        .group_by(pull_endpoint.c.endpoint_id, response.c.error_kind)
        .order_by(sa.func.count().desc(), response.c.error_kind)
    )
    found: dict[int, list[ErrorGroup]] = {}
    for endpoint_id, kind, n, example in session.connection().execute(statement):
        found.setdefault(endpoint_id, []).append(ErrorGroup(kind, n, example[:EXAMPLE_KEPT]))
    return found
