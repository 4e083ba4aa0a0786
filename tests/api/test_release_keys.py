"""Keys that open some releases, and what is said beside the bytes of a file."""

import base64

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from evalhub.db.models import ApiKey, Release, ReleaseDownload
from evalhub.services.releasing.kept import FoundRelease
from tests.api.keys import bearer
from tests.factories import make_project
from tests.released import built, database_url, released_template
from tests.web.conftest import Clock

__all__ = ["built", "database_url", "released_template"]

BASE = "/api/v1/releases"
README = f"{BASE}/tiny/1.0.0/files/README.md"


@pytest.fixture
def key(database: Database, clock: Clock) -> dict[str, str]:
    """Give a key that opens every release."""
    return bearer(database, Role.LAB, Scope.RELEASES_READ, now=clock())


@pytest.fixture
def limited(database: Database, clock: Clock) -> dict[str, str]:
    """Give a key that opens one of three releases of two projects."""
    with database.transaction() as session:
        other = make_project(session, slug="other")
        release = session.exec(select(Release)).one()
        copy_release(session, release, version="1.1.0")
        copy_release(session, release, project_id=other.id)
    return bearer(database, Role.LAB, Scope.RELEASES_READ, now=clock(), releases="tiny@1.0.0")


def copy_release(session: Session, release: Release, **changes: object) -> None:
    """Add a release that differs from another in ``changes`` alone."""
    session.add(Release(**(release.model_dump(exclude={"id"}) | changes)))
    session.flush()


def downloaded(database: Database) -> list[str]:
    """Return the names of the files in the log of downloads."""
    with database.transaction(write=False) as session:
        return [row.file for row in session.exec(select(ReleaseDownload))]


def test_a_limited_key_sees_what_it_names_alone(
    client: FlaskClient, limited: dict[str, str], key: dict[str, str]
) -> None:
    def seen(headers: dict[str, str]) -> list[tuple[str, str]]:
        body = client.get(BASE, headers=headers).get_json()
        return [(one["project"], one["version"]) for one in body["releases"]]

    assert seen(limited) == [("tiny", "1.0.0")]
    assert len(seen(key)) == 3


@pytest.mark.parametrize("path", ["", "/files/README.md", "/files/nothing"])
def test_beyond_its_limit_a_key_is_told_what_it_is_told_of_nothing(
    client: FlaskClient, limited: dict[str, str], path: str
) -> None:
    assert client.get(f"{BASE}/tiny/1.0.0", headers=limited).status_code == 200
    nothing = client.get(f"{BASE}/none/1.0.0{path}", headers=limited)

    said = nothing.text.replace(nothing.headers["X-Request-Id"], "ID")
    for place in ("tiny/1.1.0", "other/1.0.0"):
        answer = client.get(f"{BASE}/{place}{path}", headers=limited)
        assert answer.status_code == nothing.status_code == 404
        told = answer.text.replace(answer.headers["X-Request-Id"], "ID")
        assert told == said.replace("none@1.0.0", place.replace("/", "@"))


@pytest.mark.parametrize("path", ["/pulls/1", "/prompt-sets", "/projects/tiny/board"])
def test_a_limited_key_opens_nothing_else(
    client: FlaskClient, limited: dict[str, str], path: str
) -> None:
    assert client.get(f"/api/v1{path}", headers=limited).status_code == 403


def test_a_download_is_noted_with_its_key(
    client: FlaskClient, limited: dict[str, str], key: dict[str, str], database: Database
) -> None:
    for headers in (limited, key):
        client.get(README, headers=headers, buffered=True)

    with database.transaction(write=False) as session:
        keys = {row.releases is None: row.id for row in session.exec(select(ApiKey))}
        noted = [row.api_key_id for row in session.exec(select(ReleaseDownload))]
    assert noted == [keys[False], keys[True]]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["", "/files/README.md"])
def test_a_file_says_the_hash_of_all_of_it(
    client: FlaskClient, key: dict[str, str], path: str, method: str
) -> None:
    part = {"Range": "bytes=-1"} if path else {}
    address = f"{BASE}/tiny/1.0.0{path}"
    with client.open(address, method=method, headers=key | part) as response:
        digest = response.headers["Repr-Digest"].removeprefix("sha-256=:").removesuffix(":")
        tag = response.headers["ETag"].strip('"')

    assert base64.b64decode(digest).hex() == tag


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_part_of_another_state_is_refused(
    client: FlaskClient, key: dict[str, str], database: Database, method: str
) -> None:
    other = key | {"If-Match": '"another"', "Range": "bytes=3-9"}

    assert client.open(README, method=method, headers=other).status_code == 412

    assert downloaded(database) == []


def test_a_part_of_the_named_state_is_sent(client: FlaskClient, key: dict[str, str]) -> None:
    whole = client.get(README, headers=key, buffered=True)
    for named in (whole.headers["ETag"], f'"another", {whole.headers["ETag"]}', "*"):
        part = client.get(
            README, headers=key | {"If-Match": named, "Range": "bytes=3-9"}, buffered=True
        )
        assert (part.status_code, part.data) == (206, whole.data[3:10])


def test_a_range_of_another_state_is_answered_with_the_whole_file(
    client: FlaskClient, key: dict[str, str]
) -> None:
    whole = client.get(README, headers=key, buffered=True)
    wanted = key | {"Range": "bytes=-5"}

    same = client.get(README, headers=wanted | {"If-Range": whole.headers["ETag"]}, buffered=True)
    other = client.get(README, headers=wanted | {"If-Range": '"another"'}, buffered=True)

    assert (same.status_code, same.data) == (206, whole.data[-5:])
    assert (other.status_code, other.data) == (200, whole.data)


def test_the_head_of_a_file_says_what_a_download_would(
    client: FlaskClient, built: FoundRelease, key: dict[str, str], database: Database
) -> None:
    size = (built.folder / "README.md").stat().st_size
    with client.head(README, headers=key) as head:
        assert int(head.headers["Content-Length"]) == size
        assert head.headers["Accept-Ranges"] == "bytes"
        assert head.data == b""
    with client.get(README, headers=key | {"Range": f"bytes={size}-"}) as past:
        assert (past.status_code, past.headers["Content-Range"]) == (416, f"bytes */{size}")
    assert downloaded(database) == []
