"""The command that serves EvalHub."""

import errno
import os
import socket
import sys
from collections.abc import Mapping
from contextlib import ExitStack

import click

from evalhub.cli.context import database, settings
from evalhub.cli.supervising import supervise
from evalhub.config import PREFIX, Settings
from evalhub.demo.endpoints import live_servers
from evalhub.errors import Conflict
from evalhub.rim.metrics import FOLDER
from evalhub.services.held_folders import held_folder

APPLICATION = "evalhub.app:serve_app()"
WORKER = "worker"
"""The command that runs background jobs."""
_LOCAL = {
    "127.0.0.1": "127.0.0.1",
    "0.0.0.0": "127.0.0.1",  # noqa: S104 - what is listened at, which is no address to go to
    "localhost": "localhost",
    "::1": "[::1]",
}
"""How this machine is gone to that listens at an address of its own."""

DEFAULT_THREADS = 4
FEWEST_WORKERS, MOST_WORKERS = 2, 8
BLAS_THREADS = "OPENBLAS_NUM_THREADS"
"""The variable that says on how many threads linear algebra is done."""

GUNICORN_OPTIONS = (
    *("--config", "python:evalhub.cli.server_hooks"),
    *("--worker-class", "evalhub.cli.server_threads.Threads"),
    # A worker that does not answer for this long is replaced; scoring a big project takes a while.
    *("--timeout", "120"),
    *("--graceful-timeout", "20"),
    *("--keep-alive", "5"),
    # A second server of the same user would fight over the socket, and nothing here uses it.
    "--no-control-socket",
    *("--logger-class", "evalhub.cli.server_logs.ServerLogs"),
)


def default_workers() -> int:
    """Return how many processes serve where nobody says: one for each core this one may use.

    Python computes for one request at a time in each process. Two at least, so that pages come
    while one process fits a board; eight at most, as each holds some 200 MB.
    """
    # Only Linux says which cores are a process's own; elsewhere all that there are count.
    own_cores = getattr(os, "sched_getaffinity", None)
    n_cores = len(own_cores(0)) if own_cores else os.cpu_count() or 1
    return min(max(n_cores, FEWEST_WORKERS), MOST_WORKERS)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--workers",
    default=default_workers,
    show_default="one a core, at least 2 and at most 8",
    type=click.IntRange(1, 64),
    help="Processes; one computes for one request at a time.",
)
@click.option("--threads", default=DEFAULT_THREADS, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--with-worker/--no-worker", default=True, help="Also run background jobs, as a child."
)
@click.option("--check-port", is_flag=True, help="Only say whether the port is free.")
@click.pass_context
def serve_command(
    ctx: click.Context,
    host: str,
    port: int,
    workers: int,
    *,
    threads: int,
    with_worker: bool,
    check_port: bool,
) -> None:
    """Serve pages and API with gunicorn until stopped."""
    refuse_taken_port(host, port)
    if check_port:
        return
    server = gunicorn_command(host, port, workers=workers, threads=threads)
    jobs = [sys.executable, "-m", "evalhub", WORKER] if with_worker else None
    with ExitStack() as stack:
        # Opening it says what is wrong with the settings or the schema before anything starts.
        with database() as opened:
            hosts = [stack.enter_context(one).host for one in live_servers(opened, say=click.echo)]
        allowed = ",".join(sorted({*settings().allowed_hosts, *hosts}))
        own = {f"{PREFIX}ENDPOINT_ALLOW": allowed, **addressed(host, port, settings())}
        environ = served_environ(os.environ, own)
        if settings().metrics_token:
            # New at every start: counts of an earlier server would be added to those of this one.
            counts = held_folder(settings().instance_dir, prefix=".metrics-")
            environ[FOLDER] = str(stack.enter_context(counts))
        ctx.exit(supervise(server, jobs, environ=environ, say=click.echo))


def served_environ(environ: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the server and its worker: those given, and ``own`` over them.

    The matrices of a fit are small. With a thread a core, the threads of linear algebra wait for
    each other by spinning, in every process, and take the cores from the requests.
    """
    return {BLAS_THREADS: "1", **environ, **own}


def addressed(host: str, port: int, given: Settings) -> dict[str, str]:
    """Return this server's address as the setting, where nobody has said what people use.

    Links in invitations would otherwise lead to the port that a server without options has. It is
    no address for other machines, which need https in front and so the setting itself.
    """
    local = _LOCAL.get(host)
    if local is None or not port or given.names_public_url:
        return {}
    return {f"{PREFIX}PUBLIC_URL": f"http://{local}:{port}"}


def refuse_taken_port(host: str, port: int) -> None:
    """Raise ``Conflict`` when nothing can listen there.

    The server would try for seconds, and ``make run`` would first fill the whole demo.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as attempt:
            # As the server does: a port whose last connections are still closing is free.
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            attempt.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = f"--port {port + 1} (or `make run PORT={port + 1}`)"
            raise Conflict(f"Port {port} of {host} is taken; use another: {other}.") from error
        raise Conflict(f"Cannot listen at {host}:{port}: {error.strerror}.") from error


def gunicorn_command(host: str, port: int, *, workers: int, threads: int) -> list[str]:
    """Return the command that serves the application."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    sizes = ["--bind", bind, "--workers", str(workers), "--threads", str(threads)]
    return [sys.executable, "-m", "gunicorn", APPLICATION, *sizes, *GUNICORN_OPTIONS]
