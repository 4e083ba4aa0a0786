"""Commands that set up and run projects."""

import click

from evalhub.cli.context import ACTOR, database, now, settings, transaction
from evalhub.cli.requiring import joining_command, quality_command, require_command
from evalhub.cli.words import table
from evalhub.core.campaigns import OverlapRule, PairingStrategy, ProjectStatus, SelectionMode
from evalhub.core.money import amount, parse_money
from evalhub.core.pay.tiers import PayTier, Price
from evalhub.core.people import Role
from evalhub.core.projects import MEMBER_ROLES, ProjectPlan
from evalhub.core.wording import counted
from evalhub.rim import projects
from evalhub.rim.pay import floors_of
from evalhub.services.paying.terms import current_terms
from evalhub.services.projects.creating import create_project
from evalhub.services.projects.finding import get_project, list_projects
from evalhub.services.projects.members import add_member
from evalhub.services.projects.terms import TermsChange, change_terms


@click.group("projects")
def group() -> None:
    """Set up projects and run them."""


group.add_command(require_command)
group.add_command(joining_command)
group.add_command(quality_command)


@group.command("create")
@click.argument("slug")
@click.option("--title", required=True, help="Title that experts read.")
@click.option("--purpose", required=True, help="What the judgments will train or measure.")
@click.option("--prompt-set", required=True, help="Frozen version, as slug@number.")
@click.option("--rubric", required=True, help="Rubric version, as id@version.")
@click.option("--endpoint", "endpoints", multiple=True, required=True, help="Slug; repeatable.")
@click.option(
    "--strategy",
    type=click.Choice([strategy.value for strategy in PairingStrategy]),
    default=PairingStrategy.ALL.value,
    show_default=True,
)
@click.option("--baseline", help="Endpoint that all others meet, for `baseline`.")
@click.option("--pairs-per-prompt", type=int, help="For `balanced`.")
@click.option(
    "--samples-per-endpoint",
    default=1,
    show_default=True,
    help="Compare the first so many samples of each endpoint.",
)
@click.option("--seed", default=0, show_default=True)
@click.option("--overlap", default=1, show_default=True, help="Judgments wanted a pair.")
@click.option(
    "--overlap-rule",
    type=click.Choice([rule.value for rule in OverlapRule]),
    default=OverlapRule.FIXED.value,
    show_default=True,
    help="`on_conflict`: two, and more up to the overlap only while they conflict.",
)
@click.option(
    "--selection",
    type=click.Choice([mode.value for mode in SelectionMode]),
    default=SelectionMode.RANK.value,
    show_default=True,
    help="What the next comparison is chosen for.",
)
@click.option("--lease-minutes", default=60, show_default=True)
@click.option(
    "--tier",
    type=click.Choice([tier.value for tier in PayTier]),
    help="Tier of pay; the least that the rubric allows unless it is given.",
)
@click.option("--pay", default="0", show_default=True, help="Amount for each judgment.")
@click.option("--currency", default="USD", show_default=True)
@click.option("--expected-minutes", default=10, show_default=True)
@click.option("--terms", default="", help="Shown before a pair is claimed.")
def create_command(  # noqa: PLR0913 - one parameter an option
    slug: str,
    *,
    title: str,
    purpose: str,
    prompt_set: str,
    rubric: str,
    endpoints: tuple[str, ...],
    strategy: str,
    baseline: str | None,
    pairs_per_prompt: int | None,
    samples_per_endpoint: int,
    seed: int,
    overlap: int,
    overlap_rule: str,
    selection: str,
    lease_minutes: int,
    tier: str | None,
    pay: str,
    currency: str,
    expected_minutes: int,
    terms: str,
) -> None:
    """Set up the project SLUG as a draft."""
    plan = ProjectPlan(
        slug=slug,
        title=title,
        purpose=purpose,
        prompt_set=prompt_set,
        rubric=rubric,
        endpoints=endpoints,
        strategy=PairingStrategy(strategy),
        baseline=baseline,
        pairs_per_prompt=pairs_per_prompt,
        samples_per_endpoint=samples_per_endpoint,
        seed=seed,
        overlap=overlap,
        overlap_rule=OverlapRule(overlap_rule),
        selection_mode=SelectionMode(selection),
        lease_minutes=lease_minutes,
        pay_tier=PayTier(tier) if tier else None,
        pay_minor_units=parse_money(pay, currency, where="pay"),
        pay_currency=currency,
        expected_minutes=expected_minutes,
        terms=terms,
    )
    with transaction() as session:
        create_project(plan, session=session, actor=ACTOR, now=now())
    click.echo(
        f"Set up {slug} as a draft. Add its experts, then run `evalhub projects open {slug}`."
    )


@group.command("change-terms")
@click.argument("slug")
@click.option("--reason", required=True, help="Why; everybody on the project reads it.")
@click.option("--tier", type=click.Choice([tier.value for tier in PayTier]))
@click.option("--pay", help="Amount for each judgment.")
@click.option("--currency")
@click.option("--expected-minutes", type=int)
@click.option("--rubric", help="Another version of the rubric with the same major number.")
@click.option("--terms", help="Shown before a pair is claimed.")
def change_terms_command(
    slug: str,
    *,
    reason: str,
    tier: str | None,
    pay: str | None,
    currency: str | None,
    expected_minutes: int | None,
    rubric: str | None,
    terms: str | None,
) -> None:
    """Change what project SLUG offers from the next claim on; what is not given stays."""
    with transaction() as session:
        project = get_project(slug, session=session)
        present = current_terms(project, session=session)
        unit = currency or present.price.currency
        paid = amount(present.price.minor_units, present.price.currency) if pay is None else pay
        changed = change_terms(
            project,
            TermsChange(
                pay_tier=PayTier(tier) if tier else present.pay_tier,
                price=Price(
                    parse_money(paid, unit, where="pay"),
                    unit,
                    expected_minutes or present.price.expected_minutes,
                ),
                rubric=rubric or present.rubric,
                terms=present.terms if terms is None else terms,
                reason=reason,
            ),
            over=present.number,
            floors=floors_of(settings()),
            session=session,
            actor=ACTOR,
            now=now(),
        )
        number = changed.number
    click.echo(f"{slug} offers terms {number} from now on; what is claimed stays on what it was.")


@group.command("list")
def list_command() -> None:
    """List the projects, the newest first."""
    with transaction(write=False) as session:
        projects = list_projects(session=session)
    rows = [
        (
            line.slug,
            line.status.value,
            line.rubric,
            f"{line.title}  simulated" if line.is_simulated else line.title,
        )
        for line in projects
    ]
    for row in table(rows):
        click.echo(row)
    if not projects:
        click.echo("No projects; set one up with `evalhub projects create`.")


@group.command("open")
@click.argument("slug")
def open_command(slug: str) -> None:
    """Make the pairs of project SLUG and hand them out."""
    _change(slug, ProjectStatus.OPEN)


@group.command("pause")
@click.argument("slug")
def pause_command(slug: str) -> None:
    """Hand out nothing new in project SLUG; what is in hand can be finished."""
    _change(slug, ProjectStatus.PAUSED)


@group.command("close")
@click.argument("slug")
def close_command(slug: str) -> None:
    """Finish project SLUG for good."""
    _change(slug, ProjectStatus.CLOSED)


@group.command("add-member")
@click.argument("slug")
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice([role.value for role in MEMBER_ROLES]),
    default=Role.ANNOTATOR.value,
    show_default=True,
)
def add_member_command(slug: str, email: str, role: str) -> None:
    """Put the person with the address EMAIL on project SLUG."""
    with transaction() as session:
        project = get_project(slug, session=session)
        add_member(project, email=email, role=Role(role), session=session, actor=ACTOR, now=now())
    click.echo(f"{email} is on {slug} as {role}.")


def _change(slug: str, to: ProjectStatus) -> None:
    with database() as opened:
        report = projects.set_status(
            slug, to, database=opened, actor=ACTOR, now=now(), floors=floors_of(settings())
        )
    click.echo(f"{slug} is {to.value}.")
    if report.n_added:
        click.echo(f"{counted(report.n_added, 'new pair')} can be claimed.")
    if report.n_identical or report.n_not_answered:
        click.echo(
            f"Left out: {counted(report.n_identical, 'pair')} of identical texts, "
            f"{counted(report.n_not_answered, 'response')} without an answer."
        )
