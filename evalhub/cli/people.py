"""Commands that invite people and list them."""

import click

from evalhub.cli.context import ACTOR, now, settings, transaction
from evalhub.cli.words import table
from evalhub.core.people import Origin, Role
from evalhub.core.wording import counted
from evalhub.services.accounts import invitations, people
from evalhub.services.accounts.changing_passwords import reset_password
from evalhub.services.accounts.finding import get_account_id
from evalhub.services.accounts.passwords import new_password
from evalhub.services.transaction import Session

ROLES = click.Choice([role.value for role in Role])
ORIGINS = click.Choice([origin.value for origin in Origin])


@click.command("invite")
@click.argument("email")
@click.option("--name", required=True, help="The person's name; they can change it.")
@click.option("--role", "roles", type=ROLES, multiple=True, required=True, help="May be repeated.")
def invite_command(email: str, name: str, roles: tuple[str, ...]) -> None:
    """Make an invitation and print its link, which is shown this once."""
    with transaction() as session:
        issued = invitations.invite(
            email,
            session=session,
            actor=ACTOR,
            name=name,
            roles=[Role(role) for role in roles],
            days=settings().invitation_days,
            now=now(),
        )
    click.echo(issued.link(settings().public_url))
    if not settings().names_public_url:
        # A port is given to the server alone, of which this command knows nothing.
        click.echo(
            "This is the address of `evalhub serve` without options. Set EVALHUB_PUBLIC_URL where "
            "people use another one.",
            err=True,
        )


@click.group("people")
def group() -> None:
    """Look after people."""


@group.command("list")
@click.option("--search", default="", help="Keep names and addresses that hold this text.")
@click.option("--origin", type=ORIGINS, default=Origin.ACCOUNT.value, show_default=True)
@click.option("--page", type=click.IntRange(1, 1_000_000), default=1, show_default=True)
def list_command(search: str, origin: str, page: int) -> None:
    """Print people by name: address, roles, state; then the invitations that are open."""
    with transaction(write=False) as session:
        listing = people.list_people(
            session=session, search=search, origin=Origin(origin), page=page
        )
        rows = [
            (
                line.person.name,
                line.person.email or "-",
                ",".join(role.value for role in line.roles) or "-",
                "closed" if line.person.disabled_at else "open",
            )
            for line in listing.items
        ]
        invited = _invited(search, session) if origin == Origin.ACCOUNT and page == 1 else []
    for line in table([*rows, *invited]):
        click.echo(line)
    more = f", {counted(len(invited), 'open invitation')}" if invited else ""
    click.echo(
        f"Page {listing.page} of {listing.n_pages}; {listing.n_found} found{more}.", err=True
    )


def _invited(search: str, session: Session) -> list[tuple[str, str, str, str]]:
    """Return a line for each open invitation, which is nobody's account yet."""
    sought = search.casefold()
    return [
        (
            line.name,
            line.email,
            ",".join(role.value for role in line.roles),
            f"invited until {line.expires_at:%Y-%m-%d}",
        )
        for line in invitations.list_open(session=session, now=now())
        if sought in f"{line.name}\n{line.email}".casefold()
    ]


@group.command("password")
@click.argument("email")
@click.option("--password", help="Asked for when it is not given.")
def password_command(email: str, password: str | None) -> None:
    """Set a new password for somebody who lost theirs, and sign them out everywhere."""
    # Nobody should think of a password, twice, for an address that then turns out mistyped.
    with transaction(write=False) as session:
        get_account_id(email, session=session)
    if password is None:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    secret = new_password(password, email=email)
    with transaction() as session:
        person = reset_password(email, secret, session=session, actor=ACTOR, now=now())
        # Read inside: the row belongs to the session, which ends with the block.
        name = person.name
    click.echo(f"The password of {name} is set.")
