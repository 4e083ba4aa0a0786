"""Commands that publish assessments and open fields for applications."""

from pathlib import Path

import click

from evalhub.cli.context import ACTOR, now, transaction
from evalhub.cli.words import table
from evalhub.core.reading.text import decode_text
from evalhub.core.wording import counted
from evalhub.services.qualifying.assessing import list_assessments, publish_assessment
from evalhub.services.qualifying.calls import list_calls, set_call


@click.group("assessments")
def group() -> None:
    """Publish assessments, and open fields for applications."""


@group.command("publish")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish_command(file: Path) -> None:
    """Store the assessment in FILE as the next version of its domain."""
    text = decode_text(file.read_bytes(), where=file.name)
    with transaction() as session:
        made = publish_assessment(text, where=file.name, session=session, actor=ACTOR, now=now())
    items = counted(len(made.assessment.items), "item")
    click.echo(f"Version {made.number} of {made.assessment.domain} is in force, with {items}.")


@group.command("list")
def list_command() -> None:
    """List the assessments in force, and which fields take applications."""
    with transaction(write=False) as session:
        published = list_assessments(session=session)
        calls = {call.domain: call.is_open for call in list_calls(session=session)}
    titles = {one.assessment.domain: one.assessment.title for one in published}
    rows = [
        (domain, "open" if calls.get(domain) else "closed", titles.get(domain, "no assessment"))
        for domain in sorted({*titles, *calls})
    ]
    for line in table(rows):
        click.echo(line)


@group.command("open")
@click.argument("domain")
@click.option("--text", default="", help="What applicants read.")
def open_command(domain: str, text: str) -> None:
    """Let people with an account apply for DOMAIN."""
    with transaction() as session:
        set_call(domain, text, is_open=True, session=session, actor=ACTOR, now=now())
    click.echo(f"{domain} takes applications.")


@group.command("close")
@click.argument("domain")
def close_command(domain: str) -> None:
    """Take no more applications for DOMAIN; those that are there go on."""
    with transaction() as session:
        set_call(domain, "", is_open=False, session=session, actor=ACTOR, now=now())
    click.echo(f"{domain} takes no applications.")
