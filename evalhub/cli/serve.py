"""The command that serves EvalHub."""

import sys

import click

from evalhub.cli.context import database
from evalhub.cli.supervising import supervise

APPLICATION = "evalhub.app:serve_app()"
WORKER = "worker"
"""The command that runs background jobs."""

GUNICORN_OPTIONS = (
    *("--worker-class", "gthread"),
    # A worker that does not answer for this long is replaced; scoring a big project takes a while.
    *("--timeout", "120"),
    *("--graceful-timeout", "20"),
    *("--keep-alive", "5"),
    # A second server of the same user would fight over the socket, and nothing here uses it.
    "--no-control-socket",
    *("--logger-class", "evalhub.cli.server_logs.ServerLogs"),
)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--with-worker/--no-worker", default=True, help="Also run background jobs, as a child."
)
@click.pass_context
def serve_command(
    ctx: click.Context, host: str, port: int, workers: int, *, threads: int, with_worker: bool
) -> None:
    """Serve pages and API with gunicorn until stopped."""
    with database():
        pass  # It says what is wrong with the settings or the schema before anything starts.
    server = gunicorn_command(host, port, workers=workers, threads=threads)
    jobs = [sys.executable, "-m", "evalhub", WORKER] if with_worker else None
    ctx.exit(supervise(server, jobs))


def gunicorn_command(host: str, port: int, *, workers: int, threads: int) -> list[str]:
    """Return the command that serves the application."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    sizes = ["--bind", bind, "--workers", str(workers), "--threads", str(threads)]
    return [sys.executable, "-m", "gunicorn", APPLICATION, *sizes, *GUNICORN_OPTIONS]
