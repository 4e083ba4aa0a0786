"""Commands that make, list and revoke API keys of people."""

import click

from evalhub.cli.context import ACTOR, now, transaction
from evalhub.cli.words import table
from evalhub.core.people import Scope
from evalhub.core.releasing.limits import parse_limit
from evalhub.services import api_keys
from evalhub.services.accounts.finding import get_account, get_account_id

SCOPES = click.Choice([scope.value for scope in Scope])
EVERY_RELEASE = "every release"


@click.group("keys")
def group() -> None:
    """Look after API keys."""


@group.command("make")
@click.argument("email")
@click.option("--name", required=True, help="What the key is for.")
@click.option("--scope", "scopes", type=SCOPES, multiple=True, required=True, help="Repeatable.")
@click.option(
    "--release",
    "releases",
    multiple=True,
    help="PROJECT or PROJECT@VERSION that the key opens; repeatable. Every release by default.",
)
@click.option("--days", type=click.IntRange(1, api_keys.MAX_DAYS), default=90, show_default=True)
def make_command(
    email: str, name: str, scopes: tuple[str, ...], releases: tuple[str, ...], days: int
) -> None:
    """Make a key for the person with EMAIL and print it, this once."""
    with transaction() as session:
        issued = api_keys.issue_key(
            name,
            session=session,
            actor=ACTOR,
            scopes=[Scope(scope) for scope in scopes],
            days=days,
            now=now(),
            limit=parse_limit(releases),
            owner=get_account(email, session=session),
        )
    click.echo(issued.key)
    click.echo(f"It works until {issued.expires_at:%Y-%m-%d} and is not shown again.", err=True)


@group.command("list")
@click.argument("email")
def list_command(email: str) -> None:
    """Print the working keys of the person with EMAIL: id, start, name, scopes, what they open."""
    with transaction(write=False) as session:
        person_id = get_account_id(email, session=session)
        rows = [
            (
                key.public_id,
                f"{key.prefix}…",
                key.name,
                ",".join(key.scopes),
                ",".join(key.releases) if key.releases else EVERY_RELEASE,
                f"until {key.expires_at:%Y-%m-%d}",
            )
            for key in api_keys.list_keys(person_id, session=session, now=now())
        ]
    for line in table(rows):
        click.echo(line)
    if not rows:
        click.echo("No key that works.", err=True)


@group.command("revoke")
@click.argument("email")
@click.argument("key_id")
def revoke_command(email: str, key_id: str) -> None:
    """End the key KEY_ID of the person with EMAIL."""
    with transaction() as session:
        person_id = get_account_id(email, session=session)
        api_keys.revoke_key(key_id, session=session, actor=ACTOR, person_id=person_id, now=now())
    click.echo("The key no longer works.")
