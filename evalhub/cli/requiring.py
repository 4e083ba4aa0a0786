"""The commands that say what a project asks of its experts, how they join, and what checks them."""

from dataclasses import replace

import click

from evalhub.cli.context import ACTOR, now, transaction
from evalhub.core.qualifying.requirements import Requirement
from evalhub.core.quality import (
    MAX_ANCHOR,
    MAX_CONTROL,
    MAX_REPEAT,
    MAX_REPEAT_DAYS,
)
from evalhub.core.wording import counted
from evalhub.services.assigning.shares import shares_in
from evalhub.services.controls.sharing import set_shares
from evalhub.services.projects.choosing import let_join
from evalhub.services.projects.finding import get_project
from evalhub.services.projects.requiring import write_requirement


@click.command("require")
@click.argument("slug")
@click.option("--domain", default="", help="Of the credential and of the level, such as medicine.")
@click.option("--credential", is_flag=True, help="Any verified credential in the domain.")
@click.option("--class", "classes", multiple=True, help="A class that is enough; may be repeated.")
@click.option("--specialty", "specialties", multiple=True, help="May be repeated.")
@click.option("--jurisdiction", "jurisdictions", multiple=True, help="May be repeated.")
@click.option("--level", type=click.IntRange(0, 5), default=0, show_default=True)
@click.option("--accepted", is_flag=True, help="Accepted in the domain, with consent answered.")
@click.option("--training", "trainings", multiple=True, help="To be passed; may be repeated.")
@click.option("--by-language", is_flag=True, help="Give prompts to those who work in theirs.")
@click.option("--by-jurisdiction", is_flag=True, help="Give prompts to credentials of their place.")
@click.option("--by-specialty", is_flag=True, help="Give prompts to their specialists.")
def require_command(  # noqa: PLR0913 - one parameter an option
    slug: str,
    *,
    domain: str,
    credential: bool,
    classes: tuple[str, ...],
    specialties: tuple[str, ...],
    jurisdictions: tuple[str, ...],
    level: int,
    accepted: bool,
    trainings: tuple[str, ...],
    by_language: bool,
    by_jurisdiction: bool,
    by_specialty: bool,
) -> None:
    """Say what project SLUG asks of its experts from now on; without options, nothing."""
    requirement = Requirement(
        domain=domain,
        needs_credential=credential,
        classes=classes,
        specialties=specialties,
        jurisdictions=tuple(place.upper() for place in jurisdictions),
        min_level=level,
        matches_language=by_language,
        matches_jurisdiction=by_jurisdiction,
        matches_specialty=by_specialty,
        accepted_only=accepted,
        trainings=trainings,
    )
    with transaction() as session:
        written = write_requirement(
            slug, requirement, over=None, session=session, actor=ACTOR, now=now()
        )
    if written.requirement.is_open:
        click.echo(f"{slug} asks for nothing; every expert on it can judge.")
    else:
        click.echo(f"Version {written.number} holds for every claim in {slug} from now on.")


@click.command("joining")
@click.argument("slug")
@click.argument("answer", type=click.Choice(["on", "off"]))
def joining_command(slug: str, answer: str) -> None:
    """Let experts put themselves on project SLUG (on), or not (off)."""
    with transaction() as session:
        let_join(slug, is_joinable=answer == "on", session=session, actor=ACTOR, now=now())
    if answer == "on":
        click.echo(f"Experts who show what {slug} asks for may join it.")
    else:
        click.echo(f"Experts are put on {slug} by those who run it.")


@click.command("quality")
@click.argument("slug")
@click.option("--control", type=click.IntRange(0, MAX_CONTROL), help="Controls, of 100.")
@click.option("--repeat", type=click.IntRange(0, MAX_REPEAT), help="Repeats, of 100.")
@click.option("--repeat-days", type=click.IntRange(1, MAX_REPEAT_DAYS), help="Until one may come.")
@click.option("--anchor", type=click.IntRange(0, MAX_ANCHOR), help="Anchors, of 100.")
@click.option("--reason", required=True, help="Why; it stands in the audit log.")
def quality_command(
    slug: str,
    *,
    control: int | None,
    repeat: int | None,
    repeat_days: int | None,
    anchor: int | None,
    reason: str,
) -> None:
    """Let other shares of project SLUG check quality; what is not named stays."""
    options = {"control": control, "repeat": repeat, "repeat_days": repeat_days, "anchor": anchor}
    named = {name: share for name, share in options.items() if share is not None}
    with transaction() as session:
        shares = replace(shares_in(get_project(slug, session=session)), **named)
        n_pairs = set_shares(slug, shares, reason=reason, session=session, actor=ACTOR, now=now())
    click.echo(
        f"Of 100 comparisons in {slug}, {shares.control} are controls, {shares.repeat} repeats and "
        f"{shares.anchor} anchors; {counted(n_pairs, 'pair')} left its queue."
    )
