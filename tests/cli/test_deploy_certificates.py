"""The commands of docs/deploy.md make certificates that a cluster of their own can use."""

import shutil
import ssl
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "deploy.md"


def handshake(server: ssl.SSLContext, client: ssl.SSLContext) -> str | None:
    """Let two contexts shake hands in memory, and return what they speak then."""
    here, there = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(there, here),
        server.wrap_bio(here, there, server_side=True),
    ]
    for _ in range(6):
        for side in sides:
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
    return sides[1].version()


def context(folder: Path, name: str, *, trusts: Path, is_server: bool) -> ssl.SSLContext:
    """Return a context that shows a certificate and asks for one of an authority, as Dask's do."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if is_server else ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_REQUIRED
    # What Python 3.13 asks for by itself.
    made.verify_flags |= ssl.VERIFY_X509_STRICT
    made.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    made.load_verify_locations(trusts)
    return made


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the command openssl")
def test_the_certificates_of_the_guide_open_a_cluster_to_its_own_machines_alone(
    tmp_path: Path,
) -> None:
    commands = GUIDE.read_text("utf-8").split("```sh\nopenssl")[1]
    script = "set -e\nopenssl" + commands.split("```")[0]
    own, other = tmp_path / "own", tmp_path / "other"
    for folder in (own, other):
        folder.mkdir()
        subprocess.run(["sh", "-c", script], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607 - a shell, as whoever copies the commands has

    scheduler = context(own, "dask.internal", trusts=own / "ca.pem", is_server=True)
    worker = context(own, "worker-1.internal", trusts=own / "ca.pem", is_server=False)
    stranger = context(other, "worker-1.internal", trusts=own / "ca.pem", is_server=False)

    assert handshake(scheduler, worker) == "TLSv1.3"
    assert (own / "ca.key").stat().st_mode & 0o077 == 0
    with pytest.raises(ssl.SSLError, match="certificate verify failed"):
        handshake(scheduler, stranger)
