"""Build, list and verify releases, and write what a person says of their data."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import yaml

from evalhub.cli.context import ACTOR, database, now, settings, transaction
from evalhub.cli.progress import BuildBar
from evalhub.cli.release_recipe import naming_options, recipe_of, recipe_options
from evalhub.cli.words import table
from evalhub.config import with_scheduler
from evalhub.core.releasing.dossier.statements import (
    Statement,
    read_statement,
    statement_to_json,
)
from evalhub.core.releasing.vocabulary import PairOutcome
from evalhub.core.wording import counted
from evalhub.services.releasing.builds import list_builds, start_build
from evalhub.services.releasing.comparing import diff_releases
from evalhub.services.releasing.kept import get_release, list_releases, origins_of
from evalhub.services.releasing.querying import query_release
from evalhub.services.releasing.resolving import resolve_annotator
from evalhub.services.releasing.running import build_release
from evalhub.services.releasing.statements import list_statements, write_statement
from evalhub.services.releasing.verifying import ReleaseReport, verify_release
from evalhub.services.releasing.withdrawing import withdraw_release


@click.group("release")
def group() -> None:
    """Build, list, query, compare, verify and withdraw releases."""


@group.command("build")
@click.argument("project")
@click.option("--version", help="Version such as 1.2.0; by default the next one, if needed.")
@click.option("--queue", is_flag=True, help="Leave it to a worker, and end at once.")
@click.option("--scheduler", help="Dask scheduler whose workers make the rows.")
@recipe_options
def build(
    project: str,
    version: str | None,
    *,
    queue: bool,
    scheduler: str | None,
    **choices: Any,  # noqa: ANN401 - the options are of many types, which recipe_of reads
) -> None:
    """Build a release of PROJECT; the same state gives the same bytes."""
    recipe = recipe_of(choices)
    if queue:
        if scheduler:
            # What a worker builds with are the settings it was started with.
            raise click.UsageError("--scheduler is for a build here; set it for the worker.")
        with transaction() as session:
            asked = start_build(
                project, session=session, actor=ACTOR, now=now(), version=version, recipe=recipe
            )
        click.echo(f"Build {asked.public_id} of {project} waits for a worker.")
        return
    with database() as opened, naming_options(), BuildBar() as bar:
        built = build_release(
            project,
            database=opened,
            settings=with_scheduler(settings(), scheduler) if scheduler else settings(),
            actor=ACTOR,
            now=now(),
            version=version,
            recipe=recipe,
            say=bar.say,
        )
    if built.manifest.simulated:
        click.echo("SIMULATED: this release holds simulated data.")
    state = "is built" if built.is_new else "exists already, with the same bytes"
    click.echo(f"Release {built.id} {state}: {built.shelf.place(built.name)[1]}")
    for name, n_pairs in built.manifest.counts.pairs.items():
        click.echo(f"  {n_pairs:>8}  pairs: {name}")
    if not built.manifest.counts.pairs[PairOutcome.PREFERENCE]:
        click.echo("It holds 0 pairs to train on; its card says which filter took them.")


@group.command("builds")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1_000))
def builds_command(limit: int) -> None:
    """List builds that workers were asked for, the newest first."""
    with transaction(write=False) as session:
        found = list_builds(session=session, limit=limit)
    rows = [
        (
            one.public_id,
            one.project,
            one.status.value,
            one.release or (f"{one.stage}, {one.n_done} of {one.n_wanted}" if one.n_wanted else ""),
            one.reason,
        )
        for one in found
    ]
    for line in table(rows):
        click.echo(line)
    if not found:
        click.echo("No builds; ask for one with `evalhub release build --queue`.")


@group.command("list")
def list_command() -> None:
    """List every release."""
    with transaction(write=False) as session:
        releases = list_releases(session=session, actor=ACTOR)
        origins = origins_of(releases, session=session)
    rows = [
        (
            f"{one.project}@{one.version}",
            counted(one.n_pairs, "pair"),
            counted(one.n_judgments, "judgment"),
            "simulated" if one.is_simulated else ", ".join(origins[one.id]),
            "withdrawn" if one.withdrawal else "",
        )
        for one in releases
    ]
    for line in table(rows):
        click.echo(line)
    if not releases:
        click.echo("No releases; build one with `evalhub release build`.")


@group.command("verify")
@click.argument("release")
def verify(release: str) -> None:
    """Check RELEASE, a folder or PROJECT@VERSION; exit with status 1 if anything is wrong."""
    report = verify_release(_folder(release))
    for problem in report.problems:
        click.echo(str(problem), err=True)
    if not report.is_good:
        raise click.ClickException(f"{report.release} is not as it should be.")
    _print(report)


@group.command("query")
@click.argument("release")
@click.argument("statement")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a row.")
def query(release: str, statement: str, *, as_json: bool) -> None:
    """Answer the SQL STATEMENT over the tables of RELEASE, PROJECT@VERSION, where they lie."""
    project, _, version = release.rpartition("@")
    with transaction(write=False) as session:
        found = get_release(project, version, session=session, settings=settings(), actor=ACTOR)
    # After the transaction: a statement may take minutes.
    answer = query_release(found, statement)
    if as_json:
        for row in answer.rows:
            named = dict(zip(answer.names, row, strict=True))
            click.echo(json.dumps(named, ensure_ascii=False, default=str))
        return
    rows = ([str(value) for value in row] for row in answer.rows)
    for line in table([answer.names, *rows]):
        click.echo(line)


@group.command("withdraw")
@click.argument("release")
@click.option("--reason", required=True, help="Why; everybody who asks for a file is told.")
def withdraw(release: str, reason: str) -> None:
    """Withdraw RELEASE, PROJECT@VERSION: its files are handed out no more."""
    project, _, version = release.rpartition("@")
    with transaction() as session:
        found = get_release(project, version, session=session, settings=settings(), actor=ACTOR)
        withdraw_release(
            found.kept.id, found.manifest.id, reason, session=session, actor=ACTOR, now=now()
        )
    click.echo(f"Release {found.manifest.id} is withdrawn.")


@group.command("who")
@click.argument("release")
@click.argument("annotator")
@click.option("--reason", required=True, help="Why you need to know; the audit log keeps it.")
def who(release: str, annotator: str, *, reason: str) -> None:
    """Say who the pseudonym ANNOTATOR in RELEASE, PROJECT@VERSION, stands for."""
    project, _, version = release.rpartition("@")
    with transaction() as session:
        found = get_release(project, version, session=session, settings=settings(), actor=ACTOR)
        person = resolve_annotator(
            found.kept.id,
            found.manifest.id,
            annotator,
            reason=reason,
            session=session,
            actor=ACTOR,
            now=now(),
        )
        line = f"{person.public_id}  {person.name}  {person.email or '-'}"
    click.echo(line)


@group.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
def diff(old: str, new: str, *, as_json: bool) -> None:
    """Say which rows changed from OLD to NEW, each a folder or PROJECT@VERSION, and why."""
    changes = diff_releases(_folder(old), _folder(new))
    if as_json:
        click.echo(json.dumps([asdict(change) for change in changes], indent=2))
        return
    for line in table(
        [(one.part.value, one.kind.value, f"{one.n_rows:,}", one.reason) for one in changes]
    ):
        click.echo(line)
    if not changes:
        click.echo("Both hold the same rows.")


@group.command("statement")
@click.argument("project")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A YAML or JSON file that becomes the next version of the statement.",
)
def statement(project: str, source: Path | None) -> None:
    """Print what researchers say of PROJECT's data, or append a version from a file."""
    if source is not None:
        told = read_statement(source.read_bytes(), where=source.name)
        with transaction() as session:
            kept = write_statement(
                project, told, over=None, session=session, actor=ACTOR, now=now()
            )
        click.echo(f"Version {kept.number} of the statement is in force.")
        return
    with transaction(write=False) as session:
        versions = list_statements(project, session=session)
    current = versions[0].statement if versions else Statement()
    # As a file that can be filled in and given back.
    text = yaml.safe_dump(
        statement_to_json(current), sort_keys=False, allow_unicode=True, width=100
    )
    click.echo(text, nl=False)


def _folder(name: str) -> Path:
    """Return the folder that ``name`` means; a folder that exists comes first."""
    project, at, version = name.rpartition("@")
    # A lab checks a copy on a machine that has no EvalHub database, so a folder needs none.
    if Path(name).is_dir() or not at:
        return Path(name)
    with transaction(write=False) as session:
        found = get_release(project, version, session=session, settings=settings(), actor=ACTOR)
        return found.folder


def _print(report: ReleaseReport) -> None:
    checked = f"{counted(report.n_files, 'file')}, {counted(report.n_rows, 'row')} checked"
    click.echo(f"{report.release} is sound: {checked}.")
