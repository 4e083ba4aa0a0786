"""A release in object storage is shown and handed out as one in the instance folder is."""

import hashlib
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from evalhub.config import Settings
from evalhub.core.people import Role, Scope, command_actor
from evalhub.db.engine import Database
from evalhub.services.releasing.keeping import BuiltRelease
from evalhub.services.releasing.running import build_release
from evalhub.services.releasing.shelves import shelf_of
from tests.api.keys import bearer
from tests.release_project import make_tiny_project
from tests.web.conftest import Clock, SignIn

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BASE = "/releases/tiny/1.0.0"
PATH = "pairs/train.parquet"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """Give settings whose releases go to object storage; a folder stands for a bucket."""
    return settings.model_copy(update={"releases_url": f"file://{tmp_path}/bucket"})


@pytest.fixture
def built(database: Database, settings: Settings, clock: Clock) -> BuiltRelease:
    """Give a release there."""
    with database.transaction() as session:
        make_tiny_project(session)
    return build_release(
        "tiny", database=database, settings=settings, actor=command_actor(), now=clock()
    )


@pytest.fixture
def content(built: BuiltRelease) -> bytes:
    """Give the bytes of one file."""
    with built.shelf.open(f"{built.name}/{PATH}") as file:
        return file.read()


def test_a_program_gets_the_file_its_parts_and_its_hash(
    client: FlaskClient, database: Database, clock: Clock, content: bytes
) -> None:
    key = bearer(database, Role.LAB, Scope.RELEASES_READ, now=clock())
    url = f"/api/v1{BASE}/files/{PATH}"

    whole = client.get(url, headers=key)
    part = client.get(url, headers={**key, "Range": "bytes=100-199"})
    end = client.get(url, headers={**key, "Range": "bytes=-5"})
    known = client.get(url, headers={**key, "If-None-Match": whole.headers["ETag"]})
    past = client.get(url, headers={**key, "Range": f"bytes={len(content)}-"})

    assert (whole.status_code, whole.data) == (200, content)
    assert whole.headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert (part.status_code, part.data, end.data) == (206, content[100:200], content[-5:])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(content)}"
    assert (known.status_code, known.data) == (304, b"")
    assert (past.status_code, past.headers["Content-Range"]) == (416, f"bytes */{len(content)}")


def test_the_pages_show_it(client: FlaskClient, sign_in: SignIn, built: BuiltRelease) -> None:
    sign_in(client, {Role.ADMIN})

    page, dossier = client.get(BASE), client.get(f"{BASE}/dossier")

    assert (page.status_code, dossier.status_code) == (200, 200)
    assert "Sample rows" in page.text
    assert PATH in page.text


def test_an_object_that_was_exchanged_is_not_handed_out(
    client: FlaskClient, sign_in: SignIn, settings: Settings, built: BuiltRelease, content: bytes
) -> None:
    sign_in(client, {Role.LAB})
    _, full = shelf_of(settings).place(f"{built.name}/{PATH}")
    Path(full).write_bytes(content[:-1] + b"x")

    assert client.get(f"{BASE}/files/{PATH}").status_code == 409
    Path(full).unlink()
    assert client.get(f"{BASE}/files/{PATH}").status_code == 409
