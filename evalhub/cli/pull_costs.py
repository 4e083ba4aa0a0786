"""Say what a pull may take before it asks, and what it took afterwards."""

from collections.abc import Sequence

import click

from evalhub.core.pulling.costs import Amount
from evalhub.core.wording import counted
from evalhub.services.pulling import EndpointProgress, PullPlan
from evalhub.services.pulling.planning import PlannedShare


def show_plan(plan: PullPlan) -> None:
    """Print what would be sent, endpoint by endpoint, and in all."""
    requests = counted(plan.n_to_ask, "request")
    click.echo(f"{plan.prompt_set.label}: {requests}, about {counted(plan.n_tokens, 'token')}")
    for share in plan.shares:
        click.echo(f"  {share.endpoint}: {_share_words(share)}")
    if plan.costs:
        missing = "" if plan.is_priced else " without the endpoints that have no price"
        click.echo(f"  in all about {_joined(plan.costs)}{missing}")
    if plan.is_above_budget:
        click.echo(f"  more than the budget of {plan.budget}: it would stop before the end")
    click.echo("Nothing was sent.")


def usage_words(share: EndpointProgress) -> str:
    """Return what a share's requests took, and cost where a price is known."""
    tokens = f"{share.n_prompt_tokens:,} + {counted(share.n_completion_tokens, 'token')}"
    return tokens if share.cost is None else f"{tokens}, {share.cost}"


def _share_words(share: PlannedShare) -> str:
    one = share.estimate
    tokens = f"{one.n_prompt_tokens:,} + {counted(one.n_completion_tokens, 'token')}"
    words = [counted(share.n_to_ask, "request"), f"about {tokens} (by {one.basis})"]
    if one.cost is not None:
        most = "" if one.most_cost is None else f", {one.most_cost} at most"
        words.append(f"about {one.cost}{most}")
    return "; ".join(words)


def _joined(costs: Sequence[Amount]) -> str:
    return " and ".join(str(cost) for cost in costs)
