"""Commands that register and retire endpoints."""

import click

from evalhub.cli.context import ACTOR, now, settings, transaction
from evalhub.cli.words import table
from evalhub.core.pulling.costs import parse_price
from evalhub.core.pulling.dialects import DialectName
from evalhub.core.pulling.parameters import parse_parameters, parse_values
from evalhub.endpoints.keys import PREFIX
from evalhub.services.endpoints import (
    EndpointDraft,
    EndpointView,
    find_endpoint,
    list_endpoints,
    register_endpoint,
    retire_endpoint,
    revise_endpoint,
    vary_endpoint,
)


@click.group("endpoints")
def group() -> None:
    """Register the models that are asked, and where."""


@group.command("add")
@click.argument("slug")
@click.option("--model", required=True, help="Name of the model, as its server knows it.")
@click.option("--url", required=True, help="Base address, such as https://host/v1.")
@click.option(
    "--dialect",
    type=click.Choice([name.value for name in DialectName]),
    default=DialectName.CHAT_COMPLETIONS.value,
    show_default=True,
    help="How its server is spoken to.",
)
@click.option("--key-env", metavar="NAME", help="Environment variable that holds the key.")
@click.option("--param", "params", multiple=True, help="Sampling parameter, as name=value.")
@click.option("--concurrency", default=8, show_default=True, help="Requests at one time.")
@click.option("--attempts", default=5, show_default=True, help="Attempts for one response.")
@click.option("--timeout", default=120.0, show_default=True, help="Seconds for one attempt.")
@click.option("--total-timeout", default=600.0, show_default=True, help="Seconds for all attempts.")
@click.option("--rpm", type=int, help="Requests a minute at most.")
@click.option("--tpm", type=int, help="Tokens a minute at most, prompts and answers together.")
@click.option("--account", help="Account whose limits a minute it shares with other endpoints.")
@click.option("--prompt-price", default="", help="Price of a million tokens of prompts.")
@click.option("--completion-price", default="", help="Price of a million tokens of answers.")
@click.option("--currency", default="", help="Currency of the prices, such as USD.")
@click.option("--terms", default="unknown", show_default=True, help="Terms of the output.")
@click.option("--simulated", is_flag=True, help="The answers are written by people, for a demo.")
def add_command(  # noqa: PLR0913 - one parameter an option
    *,
    slug: str,
    model: str,
    url: str,
    dialect: str,
    key_env: str | None,
    params: tuple[str, ...],
    concurrency: int,
    attempts: int,
    timeout: float,
    total_timeout: float,
    rpm: int | None,
    tpm: int | None,
    account: str | None,
    prompt_price: str,
    completion_price: str,
    currency: str,
    terms: str,
    simulated: bool,
) -> None:
    """Register SLUG, or put changed settings in use as its next revision."""
    draft = EndpointDraft(
        slug=slug,
        model=model,
        url=url,
        dialect=dialect,
        api_key_ref=None if key_env is None else PREFIX + key_env,
        parameters=parse_parameters(params),
        max_concurrency=concurrency,
        max_attempts=attempts,
        request_timeout_s=timeout,
        total_timeout_s=total_timeout,
        requests_per_minute=rpm,
        tokens_per_minute=tpm,
        account=account,
        price=parse_price(prompt_price, completion_price, currency),
        output_terms=terms,
        is_simulated=simulated,
    )
    chosen = settings()
    with transaction() as session:
        known = find_endpoint(slug, session=session)
        put = register_endpoint if known is None else revise_endpoint
        view = put(
            draft,
            session=session,
            actor=ACTOR,
            now=now(),
            allowed_hosts=chosen.allowed_hosts,
            key_patterns=chosen.key_patterns,
        )
    click.echo(f"{view.label} is in use.")


@group.command("vary")
@click.argument("slug")
@click.option(
    "--param",
    "params",
    multiple=True,
    required=True,
    help="A value that a parameter is to take, as name=value; repeat it for more.",
)
def vary_command(*, slug: str, params: tuple[str, ...]) -> None:
    """Register a variant of SLUG for every combination of the values given."""
    chosen = settings()
    with transaction() as session:
        views = vary_endpoint(
            slug,
            parse_values(params),
            session=session,
            actor=ACTOR,
            now=now(),
            allowed_hosts=chosen.allowed_hosts,
            key_patterns=chosen.key_patterns,
        )
    for view in views:
        click.echo(f"{view.label} is in use.")


@group.command("list")
@click.option("--all", "with_retired", is_flag=True, help="Also those that were retired.")
def list_command(*, with_retired: bool) -> None:
    """List the endpoints, the newest revision first."""
    with transaction(write=False) as session:
        views = list_endpoints(session=session, with_retired=with_retired)
    for line in table(_row(view) for view in views):
        click.echo(line)
    if not views:
        click.echo("No endpoints; add one with `evalhub endpoints add`.")


@group.command("retire")
@click.argument("slug")
def retire_command(*, slug: str) -> None:
    """Take SLUG out of use; its responses stay."""
    with transaction() as session:
        retire_endpoint(slug, session=session, actor=ACTOR, now=now())
    click.echo(f"{slug} is retired.")


def _row(view: EndpointView) -> tuple[str, str, str, str, str, str]:
    draft = view.draft
    notes = ["simulated"] * draft.is_simulated + ["retired"] * (view.retired_at is not None)
    key = draft.api_key_ref or "no key"
    return view.label, draft.model, draft.dialect, draft.url, key, " ".join(notes)
