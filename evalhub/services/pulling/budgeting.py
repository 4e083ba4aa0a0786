"""Count the tokens that a pull takes, and know when its budget is used up."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.core.pulling.costs import Amount, cost_of, summed
from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.pulling.pacing import guessed_tokens
from evalhub.core.pulling.specs import Question
from evalhub.db.models import Endpoint, Pull, PullEndpoint
from evalhub.errors import Sentence
from evalhub.services.endpoints.views import price_of

AFTER_A_BUDGET = Sentence(
    "A budget that is used up is never raised. To go on, start another pull: it asks for what is "
    "missing."
)
"""What is told instead of resuming, which would end in the same way at once."""


def used_tokens(question: Question, outcome: Outcome) -> tuple[int, int]:
    """Return how many tokens of prompt and of answer a request took.

    A server that counts none would make any budget endless, so its tokens are reckoned from
    the length of the texts. A request that failed is taken to have cost nothing.
    """
    if outcome.error_kind is not None:
        return 0, 0
    n_written = len(outcome.text) + len(outcome.reasoning)
    n_prompt, n_completion = outcome.prompt_tokens, outcome.completion_tokens
    return (
        round(guessed_tokens(question.n_characters, 0)) if n_prompt is None else n_prompt,
        round(guessed_tokens(n_written, 0)) if n_completion is None else n_completion,
    )


def add_usage(
    pull_id: int, endpoint_id: int, used: Sequence[tuple[int, int]], *, session: Session
) -> None:
    """Add the tokens of some requests to those of the share."""
    n_prompt, n_completion = (sum(counts) for counts in zip(*used, strict=True))
    session.execute(
        sa.update(PullEndpoint)
        .where(col(PullEndpoint.pull_id) == pull_id, col(PullEndpoint.endpoint_id) == endpoint_id)
        .values(
            n_prompt_tokens=col(PullEndpoint.n_prompt_tokens) + n_prompt,
            n_completion_tokens=col(PullEndpoint.n_completion_tokens) + n_completion,
        )
    )


def spent_by(share: PullEndpoint, endpoint: Endpoint) -> Amount | None:
    """Return what a share's tokens cost, or None where the endpoint has no price."""
    price = price_of(endpoint)
    if price is None:
        return None
    micro = cost_of(price, n_prompt=share.n_prompt_tokens, n_completion=share.n_completion_tokens)
    return Amount(micro, price.currency)


def overspent(pull: Pull, *, session: Session) -> str:
    """Return how the budget of ``pull`` was used up, or an empty text while it was not."""
    if pull.budget_micro is None or pull.budget_currency is None:
        return ""
    shares = session.execute(
        sa.select(PullEndpoint, Endpoint)
        .join(Endpoint, col(Endpoint.id) == col(PullEndpoint.endpoint_id))
        .where(col(PullEndpoint.pull_id) == pull.id)
        .execution_options(populate_existing=True)
    )
    costs = [cost for share, one in shares if (cost := spent_by(share, one)) is not None]
    budget = Amount(pull.budget_micro, pull.budget_currency)
    for spent in summed(costs):
        if spent.micro >= budget.micro:
            return f"the budget of {budget} is used up ({spent} spent)"
    return ""
