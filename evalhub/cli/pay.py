"""Commands that read the ledger of work; none of them moves money."""

from pathlib import Path

import click

from evalhub.cli.context import now, transaction
from evalhub.cli.words import table
from evalhub.core.money import format_money
from evalhub.core.pay.statements import month_csv, parse_month, statement_csv
from evalhub.core.pay.words import duration
from evalhub.services.accounts.finding import get_account_id
from evalhub.services.paying.reading import statement_of, statements_of


@click.group("pay")
def group() -> None:
    """Read what was booked of people's work."""


@group.command("month")
@click.argument("month")
@click.option("--csv", "as_csv", is_flag=True, help="Print every entry, for a payroll.")
def month_command(month: str, *, as_csv: bool) -> None:
    """Print what everybody's work of MONTH (as 2026-11) came to."""
    with transaction(write=False) as session:
        found = list(statements_of(parse_month(month), session=session, now=now()))
    if as_csv:
        click.echo(month_csv(found), nl=False)
        return
    rows = [
        (
            one.public_id,
            one.name,
            format_money(sums.minor_units, sums.currency),
            f"{duration(sums.paid_seconds)} paid",
            f"{duration(sums.unpaid_seconds)} unpaid",
        )
        for one in found
        for sums in one.earnings.totals
    ]
    for row in table(rows):
        click.echo(row)
    if not rows:
        click.echo(f"Nothing was booked in {month}.")


@group.command("statement")
@click.argument("email")
@click.argument("month")
@click.option(
    "--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Write it as PDF to this file."
)
def statement_command(email: str, month: str, pdf: Path | None) -> None:
    """Print the statement of MONTH (as 2026-11) of the person with the address EMAIL as CSV."""
    with transaction(write=False) as session:
        person_id = get_account_id(email, session=session)
        found = statement_of(person_id, parse_month(month), session=session, now=now())
    if pdf is None:
        click.echo(statement_csv(found), nl=False)
        return
    # What draws it takes a tenth of a second to import, for which every start would wait.
    from evalhub.services.paying.pdf import statement_pdf  # noqa: PLC0415 - see above

    pdf.write_bytes(statement_pdf(found))
    click.echo(f"Wrote {pdf}.")
