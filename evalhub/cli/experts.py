"""Commands that find experts by what they are qualified for, and decide about it."""

from datetime import datetime

import click

from evalhub.cli.context import now, transaction
from evalhub.cli.words import table
from evalhub.core.qualifying.credentials import (
    Credential,
    CredentialDecision,
    CredentialStanding,
)
from evalhub.services.accounts.finding import get_account, get_account_id
from evalhub.services.qualifying.credentials import decide_credential, state_credential
from evalhub.services.qualifying.levels import decide_level
from evalhub.services.qualifying.registry import (
    QualifiedPerson,
    Wanted,
    own_qualifications,
    search_registry,
)
from evalhub.services.transaction import Session

DAY = click.DateTime(["%Y-%m-%d"])
DECISIONS = click.Choice([decision.value for decision in CredentialDecision])
by_option = click.option(
    "--by", required=True, metavar="EMAIL", help="The person who answers for it."
)


@click.group("experts")
def group() -> None:
    """Find experts by their qualifications and decide about those."""


@group.command("find")
@click.option("--text", default="", help="Keep names and addresses that hold this text.")
@click.option("--domain", default="", help="A verified credential or a level in this domain.")
@click.option("--class", "credential_class", default="", help="A verified credential of a class.")
@click.option("--language", default="", help="Works in this language, such as sw.")
@click.option("--level", type=click.IntRange(0, 5), default=0, help="At least this level.")
@click.option("--waiting", is_flag=True, help="A credential waits for a decision.")
@click.option("--page", type=click.IntRange(1, 1_000_000), default=1, show_default=True)
def find_command(
    *,
    text: str,
    domain: str,
    credential_class: str,
    language: str,
    level: int,
    waiting: bool,
    page: int,
) -> None:
    """Print the experts that fit, by name."""
    wanted = Wanted(text, domain, credential_class, language, level, waiting)
    moment = now()
    with transaction(write=False) as session:
        listing = search_registry(wanted, session=session, now=moment, page=page)
    for line in table(_line(person, moment) for person in listing.items):
        click.echo(line)
    found = f"more than {listing.n_found}" if listing.is_more else str(listing.n_found)
    click.echo(f"Page {listing.page} of {listing.n_pages}; {found} found.", err=True)


@group.command("show")
@click.argument("email")
def show_command(email: str) -> None:
    """Print the credentials and levels of the expert with the address EMAIL."""
    with transaction(write=False) as session:
        person = _expert(email, session)
    rows = [
        (
            one.public_id,
            one.credential.credential_class,
            one.credential.domain,
            one.credential.jurisdiction or "-",
            one.standing.value,
            one.credential.issuer,
        )
        for one in person.credentials
    ]
    levels = [
        (one.domain, str(int(one.level)), one.decided_at.date().isoformat(), one.reason)
        for one in person.levels
    ]
    for line in [*table(rows), *table(levels)]:
        click.echo(line)
    if not rows and not levels:
        click.echo(f"{person.name} has neither a credential nor a level.")


@group.command("credential")
@click.argument("email")
@click.option("--class", "credential_class", required=True, help="Such as physician.")
@click.option("--domain", required=True, help="Such as medicine.")
@click.option("--issuer", required=True)
@click.option("--issued-on", type=DAY, required=True)
@click.option("--expires-on", type=DAY)
@click.option("--jurisdiction", default="", help="Such as DE or US-CA.")
@click.option("--specialty", default="")
@by_option
def credential_command(  # noqa: PLR0913 - one parameter an option
    email: str,
    *,
    credential_class: str,
    domain: str,
    issuer: str,
    issued_on: datetime,
    expires_on: datetime | None,
    jurisdiction: str,
    specialty: str,
    by: str,
) -> None:
    """State a credential of the expert with the address EMAIL and print its id."""
    credential = Credential(
        credential_class=credential_class,
        domain=domain,
        issuer=issuer,
        issued_on=issued_on.date(),
        expires_on=expires_on.date() if expires_on else None,
        jurisdiction=jurisdiction.upper(),
        specialty=specialty,
    )
    with transaction() as session:
        person_id = _expert(email, session).id
        actor = get_account(by, session=session)
        made = state_credential(person_id, credential, session=session, actor=actor, now=now())
    click.echo(made)


@group.command("decide")
@click.argument("credential")
@click.argument("decision", type=DECISIONS)
@click.option("--reason", required=True)
@by_option
def decide_command(credential: str, decision: str, *, reason: str, by: str) -> None:
    """Verify, refuse or revoke the credential with the id CREDENTIAL."""
    with transaction() as session:
        decide_credential(
            credential,
            CredentialDecision(decision),
            reason=reason,
            session=session,
            actor=get_account(by, session=session),
            now=now(),
        )
    click.echo(f"The credential is {decision}.")


@group.command("level")
@click.argument("email")
@click.argument("domain")
@click.argument("level", type=click.IntRange(0, 5))
@click.option("--days", default=365, show_default=True, help="How long it is valid.")
@click.option("--reason", required=True)
@by_option
def level_command(email: str, domain: str, level: int, *, days: int, reason: str, by: str) -> None:
    """Give the expert with the address EMAIL the LEVEL in DOMAIN; 0 takes it back."""
    with transaction() as session:
        decide_level(
            _expert(email, session).id,
            domain,
            level,
            days=days,
            reason=reason,
            session=session,
            actor=get_account(by, session=session),
            now=now(),
        )
    click.echo(f"{email} has level {level} in {domain}.")


def _expert(email: str, session: Session) -> QualifiedPerson:
    return own_qualifications(get_account_id(email, session=session), session=session, now=now())


def _line(person: QualifiedPerson, moment: datetime) -> tuple[str, ...]:
    verified = sorted(
        {
            one.credential.credential_class
            for one in person.credentials
            if one.standing is CredentialStanding.VERIFIED
        }
    )
    levels = [f"{one.domain}:{int(one.level)}" for one in person.levels_in_force(moment)]
    return (
        person.name,
        person.email or "-",
        ",".join(verified) or "-",
        ",".join(levels) or "-",
        ",".join(person.languages) or "-",
    )
