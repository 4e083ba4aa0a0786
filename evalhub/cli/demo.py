"""The command that fills an instance with the demo organisation."""

import click

from evalhub.cli.context import ACTOR, new_database, now, settings
from evalhub.demo.accounts import ACCOUNTS, FILE
from evalhub.demo.fill import Demo, DemoSummary, fill


@click.command("demo")
def command() -> None:
    """Fill the instance with a demo organisation; everything in it is simulated.

    Running it again changes nothing that is there and prints the same passwords.
    """
    with new_database() as opened:
        summary = fill(Demo(opened, settings(), actor=ACTOR, now=now(), say=click.echo))
    _print(summary)


def _print(summary: DemoSummary) -> None:
    address = settings().public_url
    click.echo(f"\nSign in at {address}/sign-in with one of these (kept in {FILE}):\n")
    for account in ACCOUNTS:
        password = summary.passwords[account.email]
        click.echo(f"  {account.email:26} {password:18} {account.does}")
    click.echo("\nReleases, simulated:\n")
    for folder in summary.releases:
        click.echo(f"  {folder}")
    click.echo("")
