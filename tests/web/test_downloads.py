"""The page of downloads says who took what of a release, to those who answer for it."""

import pytest
from flask.testing import FlaskClient

from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from evalhub.services.releasing.kept import FoundRelease
from tests.api.keys import bearer
from tests.released import built, database_url, released_template
from tests.web.conftest import Clock, SignIn

__all__ = ["built", "database_url", "released_template"]

BASE = "/releases/tiny/1.0.0"
FILE = "pairs/train.parquet"


def test_a_release_that_nobody_took_says_so(
    client: FlaskClient, sign_in: SignIn, built: FoundRelease
) -> None:
    sign_in(client, {Role.RESEARCHER})

    page = client.get(f"{BASE}/downloads")

    assert "Nobody has taken a file of this release yet." in page.text
    assert f'href="{BASE}/downloads"' in client.get(BASE).text


def test_who_took_what_is_told_with_the_key_and_the_bytes(
    client: FlaskClient, sign_in: SignIn, built: FoundRelease, database: Database, clock: Clock
) -> None:
    key = bearer(database, Role.LAB, Scope.RELEASES_READ, now=clock())
    path = f"/api/v1{BASE}/files/{FILE}"
    client.get(path, headers={**key, "Range": "bytes=0-1999"}).close()
    client.get(path, headers=key).close()
    sign_in(client, {Role.AUDITOR})

    text = client.get(f"{BASE}/downloads").text

    assert text.count(f"<code>{FILE}</code>") == 2
    assert "0 to 1,999" in text
    assert text.count(">tests</td>") == 2
    assert "2 requests" in text


def test_a_page_that_is_too_far_back_says_so(
    client: FlaskClient, sign_in: SignIn, built: FoundRelease
) -> None:
    sign_in(client, {Role.ADMIN})
    client.get(f"{BASE}/files/README.md").close()

    assert "no downloads this far back" in client.get(f"{BASE}/downloads?page=9").text


@pytest.mark.parametrize("role", [Role.LAB, Role.ANNOTATOR])
def test_labs_are_not_told_of_each_other(
    client: FlaskClient, sign_in: SignIn, built: FoundRelease, role: Role
) -> None:
    sign_in(client, {role})

    assert client.get(f"{BASE}/downloads").status_code == 403
    assert f"{BASE}/downloads" not in client.get(BASE).text
