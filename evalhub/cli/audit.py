"""Commands that check the audit log."""

import click

from evalhub.cli.context import transaction
from evalhub.core.wording import counted
from evalhub.services import audit


@click.group("audit")
def group() -> None:
    """Check the audit log."""


@group.command("verify")
@click.option(
    "--expected-head", help="NUMBER:HASH as `evalhub audit head` printed it; shows a cut-off end."
)
def verify_command(expected_head: str | None) -> None:
    """Walk the chain; exit with status 1 at the first entry that does not hold."""
    expected = audit.Head.parse(expected_head) if expected_head is not None else None
    with transaction(write=False) as session:
        report = audit.verify(session=session, expected_head=expected)
    if report.problem is not None:
        raise click.ClickException(
            f"Entry {report.problem.sequence} does not hold: {report.problem.reason}."
        )
    click.echo(f"{counted(report.n_events, 'entry holds', 'entries hold')}. Head {report.head}")


@group.command("head")
def head_command() -> None:
    """Print the last entry's number and hash, to be kept somewhere else."""
    with transaction(write=False) as session:
        click.echo(str(audit.head(session=session)))
