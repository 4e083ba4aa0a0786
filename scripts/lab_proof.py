"""Prove that a lab can train on what it downloads: ``make lab-proof LABS=PYTHON``.

In an instance of its own, which is removed afterwards: fill the demo, serve it, make a lab's key
that opens one release, download that release through the API with ``evalhub.client``, check it,
and hand the folder, the address and the key to ``scripts/lab_trainers.py``, which runs in an
environment with datasets, TRL, torch and DuckDB and knows nothing of EvalHub.
"""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from evalhub.client import Client
from evalhub.core.releasing.manifest import MANIFEST
from evalhub.core.releasing.usage import remote_snippets
from evalhub.services.releasing.reading import read_manifest

TRAINERS = Path(__file__).with_name("lab_trainers.py")
STARTED_WITHIN_S = 240


def evalhub(*arguments: str) -> str:
    """Run a command of EvalHub over the instance of the proof and return what it printed."""
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "evalhub", *arguments], check=True, text=True, stdout=subprocess.PIPE
    )
    return ended.stdout


@contextmanager
def served(port: int) -> Iterator[str]:
    """Serve the instance on loopback while the block runs, and give its address."""
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "evalhub", "serve", "--no-worker", "--port", str(port)],
        env={**os.environ, "EVALHUB_PUBLIC_URL": address},
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(f"{address}/ready")
        yield address
    finally:
        server.terminate()
        server.wait()


def wait_for(url: str) -> None:
    """Wait until an address answers; raise ``TimeoutError`` when it does not."""
    ends_at = time.monotonic() + STARTED_WITHIN_S
    while time.monotonic() < ends_at:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError(url)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def lab_of() -> str:
    """Return the address of the demo's lab."""
    listed = evalhub("people", "list")
    found = next(line for line in listed.splitlines() if re.search(r"\blab\b", line))
    print(f"lab: {found}", flush=True)
    return next(word for word in found.split() if "@" in word)


def prove(python: str, instance: Path, folder: Path, *, n_steps: int) -> int:
    """Run the proof and return the exit status of the trainers."""
    os.environ["EVALHUB_INSTANCE_DIR"] = str(instance)
    evalhub("demo")
    with served(free_port()) as address:
        release = evalhub("release", "list").split()[0]
        project, _, version = release.partition("@")
        key = evalhub(
            *("keys", "make", lab_of(), "--name", "Proof"),
            *("--scope", "releases:read", "--release", release),
        ).strip()
        with Client(address, key) as hub:
            done = hub.download(project, version, folder)
            print(f"{release}: {done.n_fetched} files, SHA256SUMS {hub.verify(folder).sha256}")
        files = read_manifest((folder / MANIFEST).read_bytes()).files
        codes = [one.code for one in remote_snippets(address, project, version, files)]
        # The first needs EvalHub itself and is what was just done.
        wanted = {"folder": str(folder), "codes": codes[1:], "n_steps": n_steps}
        sys.stdout.flush()
        return subprocess.run(  # noqa: S603 - the environment that was named
            [python, str(TRAINERS), json.dumps(wanted)],
            check=False,
            env={**os.environ, "EVALHUB_KEY": key, "HF_HOME": str(instance / "hf")},
        ).returncode


def main() -> int:
    """Read the options and run the proof."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labs", required=True, help="a Python with datasets, trl, torch, duckdb")
    parser.add_argument("--steps", type=int, default=2, help="of each trainer")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        instance, folder = Path(place) / "instance", Path(place) / "release"
        instance.mkdir()
        return prove(options.labs, instance, folder, n_steps=options.steps)


if __name__ == "__main__":
    sys.exit(main())
