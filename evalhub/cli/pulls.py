"""Commands that pull responses and show how far they have come."""

import asyncio
import os
import sys

import click

from evalhub.cli.context import ACTOR, database, now, settings, transaction
from evalhub.cli.progress import PullBar
from evalhub.cli.pull_costs import show_plan, usage_words
from evalhub.cli.words import table
from evalhub.core.campaigns import PullStatus
from evalhub.core.pulling.costs import parse_budget
from evalhub.core.responses import ResponseStatus
from evalhub.core.wording import counted
from evalhub.errors import Conflict
from evalhub.services.pulling import (
    Attendance,
    PullOptions,
    PullProgress,
    PullView,
    RunTools,
    attend,
    get_pull,
    http_clients,
    interrupt_pull,
    list_pulls,
    plan_pull,
    pull_progress,
    resume_pull,
    run_pull,
    start_pull,
)
from evalhub.services.transaction import Database

INTERRUPTED = 130
"""Exit status of a command that was ended with Ctrl-C, as shells give it."""

ENDINGS = {
    PullStatus.QUEUED: "waits for a worker",
    PullStatus.RUNNING: "is still being asked elsewhere",
    PullStatus.CANCELLED: "was cancelled",
    PullStatus.FAILED: "was stopped by an error",
}
"""How a pull stands that is not done, as the end of a sentence."""


@click.group("pull")
def group() -> None:
    """Ask endpoints every prompt of a set and keep each response."""


@group.command("start")
@click.option("--prompt-set", required=True, help="Frozen version, as slug or slug@number.")
@click.option("--endpoint", "endpoints", multiple=True, required=True, help="Slug; repeatable.")
@click.option("--retry-errors", is_flag=True, help="Also ask again what ended in an error.")
@click.option("--samples", default=1, show_default=True, help="Answers wanted to each prompt.")
@click.option("--seed", type=int, help="Seed of the first sample; the others count on from it.")
@click.option("--budget", help="Most to spend, such as 5.00, in the endpoints' currency.")
@click.option("--dry-run", is_flag=True, help="Only say what would be sent and what it may cost.")
@click.option("--queue", is_flag=True, help="Leave it to `evalhub worker` instead of running it.")
def start_command(
    *,
    prompt_set: str,
    endpoints: tuple[str, ...],
    retry_errors: bool,
    samples: int,
    seed: int | None,
    budget: str | None,
    dry_run: bool,
    queue: bool,
) -> None:
    """Start a pull and run it here, with a progress bar."""
    options = PullOptions(samples, seed, None if budget is None else parse_budget(budget))
    if dry_run:
        with transaction(write=False) as session:
            plan = plan_pull(
                prompt_set, endpoints, retry_errors=retry_errors, options=options, session=session
            )
        show_plan(plan)
        return
    with database() as opened:
        with opened.transaction() as session:
            pull = start_pull(
                prompt_set,
                endpoints,
                session=session,
                actor=ACTOR,
                now=now(),
                retry_errors=retry_errors,
                options=options,
                is_foreground=not queue,
            )
        click.echo(f"Pull {pull.public_id}")
        if not queue:
            _run(opened, pull)


@group.command("run")
@click.argument("pull_id")
def run_command(*, pull_id: str) -> None:
    """Resume PULL_ID here: ask what is missing."""
    with database() as opened:
        with opened.transaction() as session:
            resume_pull(pull_id, session=session, actor=ACTOR, now=now(), is_foreground=True)
            pull = get_pull(pull_id, session=session)
        _run(opened, pull)


@group.command("status")
@click.argument("pull_id")
def status_command(*, pull_id: str) -> None:
    """Show how far PULL_ID has come."""
    with transaction(write=False) as session:
        progress = pull_progress(pull_id, session=session)
        seen_to = attend(progress, session=session)
    _show(progress)
    if seen_to.last_response_at is not None and seen_to.attendance is not Attendance.OVER:
        click.echo(f"Last response {seen_to.last_response_at:%Y-%m-%d %H:%M:%S} UTC")
    if seen_to.advice:
        click.echo(seen_to.advice.replace("`", ""))


@group.command("list")
def list_command() -> None:
    """List the newest pulls."""
    with transaction(write=False) as session:
        pulls = list_pulls(session=session)
    rows = [
        (pull.public_id, pull.status.value, pull.prompt_set.label, ", ".join(pull.endpoints))
        for pull in pulls
    ]
    for line in table(rows):
        click.echo(line)
    if not pulls:
        click.echo("No pulls; start one with `evalhub pull start`.")


def _run(opened: Database, pull: PullView) -> None:
    with opened.transaction(write=False) as session:
        before = pull_progress(pull.public_id, session=session)
    clients = http_clients(settings(), os.environ, database=opened)
    try:
        with PullBar(before.n_wanted, before.n_settled, stream=sys.stderr) as bar:
            tools = RunTools(clients=clients, now=now, report=bar.stored, say=bar.say)
            asyncio.run(run_pull(opened, pull.id, tools=tools))
    except KeyboardInterrupt:
        _note_interruption(opened, pull)
        # The status of whatever Ctrl-C ends; raising on would add "Aborted!", as if it failed.
        click.get_current_context().exit(INTERRUPTED)
    _conclude(opened, pull)


def _note_interruption(opened: Database, pull: PullView) -> None:
    reason = "Stopped at the keyboard."
    with opened.transaction() as session:
        interrupt_pull(pull.public_id, reason=reason, session=session, now=now())
    click.echo(f"{reason} Go on with: evalhub pull run {pull.public_id}", err=True)


def _conclude(opened: Database, pull: PullView) -> None:
    """Show what came of the pull; raise ``Conflict`` when it is not done or nothing answered."""
    with opened.transaction(write=False) as session:
        progress = pull_progress(pull.public_id, session=session)
    _show(progress)
    if progress.pull.status is not PullStatus.DONE:
        raise Conflict(
            f"The pull {ENDINGS[progress.pull.status]}; mend what the reason names and go on "
            f"with: evalhub pull run {pull.public_id}"
        )
    n_errors = progress.n_with(ResponseStatus.ERROR)
    if n_errors:
        click.echo(f"To ask the {counted(n_errors, 'error')} again: {_retrying(progress)}")
    if progress.n_wanted and not progress.n_with(ResponseStatus.ANSWERED):
        raise Conflict("No endpoint answered anything, so there is nothing to compare.")


def _retrying(progress: PullProgress) -> str:
    slugs = " ".join(f"--endpoint {name.rpartition('@')[0]}" for name in progress.pull.endpoints)
    label = progress.pull.prompt_set.label
    return f"evalhub pull start --prompt-set {label} {slugs} --retry-errors"


def _show(progress: PullProgress) -> None:
    pull = progress.pull
    click.echo(f"{pull.prompt_set.label}: {pull.status.value}, {_tally(progress)}")
    if pull.status is PullStatus.CANCELLED and pull.reason:
        click.echo(f"  {pull.reason}")
    for share in progress.endpoints:
        counts = ", ".join(f"{n} {status.value}" for status, n in share.n_by_status.items() if n)
        click.echo(f"  {share.label}: {share.n_settled}/{share.n_wanted}  {counts}")
        for error in share.errors:
            click.echo(f"    {error.n} x {error.kind.value}, such as: {error.example}")
        if share.n_tokens:
            click.echo(f"    {usage_words(share)}")
        if share.reason:
            click.echo(f"    {share.reason}")


def _tally(progress: PullProgress) -> str:
    answered = progress.n_with(ResponseStatus.ANSWERED)
    return f"{progress.n_settled} of {progress.n_wanted} settled, {answered} answered"
