"""Gather every command under ``evalhub``, importing one only when it is asked for.

The commands together import NumPy, SciPy, pandas, Arrow and the web framework; whoever lists
people should not wait for those.
"""

from importlib import import_module

import click

from evalhub import __version__
from evalhub.cli.context import EvalHubGroup
from evalhub.core.reading.text import is_utf8

COMMANDS = {
    "assessments": "evalhub.cli.assessments:group",
    "audit": "evalhub.cli.audit:group",
    "backup": "evalhub.cli.backup:backup_command",
    "db": "evalhub.cli.db:group",
    "demo": "evalhub.cli.demo:command",
    "endpoints": "evalhub.cli.endpoints:group",
    "experts": "evalhub.cli.experts:group",
    "invite": "evalhub.cli.people:invite_command",
    "judgments": "evalhub.cli.judgments:group",
    "keys": "evalhub.cli.keys:group",
    "pay": "evalhub.cli.pay:group",
    "people": "evalhub.cli.people:group",
    "projects": "evalhub.cli.projects:group",
    "prompts": "evalhub.cli.prompts:group",
    "pull": "evalhub.cli.pulls:group",
    "release": "evalhub.cli.release:group",
    "restore": "evalhub.cli.backup:restore_command",
    "reviews": "evalhub.cli.reviews:group",
    "rubrics": "evalhub.cli.rubrics:group",
    "score": "evalhub.cli.score:command",
    "serve": "evalhub.cli.serve:serve_command",
    "trainings": "evalhub.cli.trainings:group",
    "worker": "evalhub.cli.worker:command",
}
"""Where each command is defined, as ``module:name``."""


class RootGroup(EvalHubGroup):
    """Know every command by name and import it on first use."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return sorted(COMMANDS)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse an argument that is not UTF-8 before any command reads it."""
        # Python hands such bytes on as lone surrogates, which fail wherever they are stored or
        # printed.
        for text in args:
            if not is_utf8(text):
                raise click.UsageError(f"The argument {text!a} is not text in UTF-8.", ctx)
        return super().parse_args(ctx, args)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, or None when there is none of this name."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=RootGroup)
@click.version_option(__version__)
def main() -> None:
    """Collect, score and release expert preferences."""
