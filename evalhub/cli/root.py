"""Gather every command under ``evalhub``."""

import click

from evalhub import __version__
from evalhub.cli import db
from evalhub.cli.context import EvalHubGroup


@click.group(cls=EvalHubGroup)
@click.version_option(__version__)
def main() -> None:
    """Collect, score and release expert preferences."""


main.add_command(db.group)
