"""Gather every command under ``evalhub``."""

import click

from evalhub import __version__
from evalhub.cli import (
    audit,
    db,
    endpoints,
    judgments,
    people,
    prompts,
    pulls,
    release,
    rubrics,
    score,
    serve,
    worker,
)
from evalhub.cli.context import EvalHubGroup


@click.group(cls=EvalHubGroup)
@click.version_option(__version__)
def main() -> None:
    """Collect, score and release expert preferences."""


main.add_command(db.group)
main.add_command(endpoints.group)
main.add_command(judgments.group)
main.add_command(pulls.group)
main.add_command(worker.command)
main.add_command(release.group)
main.add_command(score.command)
main.add_command(people.invite_command)
main.add_command(people.group)
main.add_command(audit.group)
main.add_command(serve.serve_command)
main.add_command(prompts.group)
main.add_command(rubrics.group)
