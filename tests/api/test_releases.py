import json

import pytest
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from evalhub.config import Settings
from evalhub.core.canonical import sha256_hex
from evalhub.core.people import Actor, Role, Scope, command_actor
from evalhub.core.releasing.dossier.signing import SignOffRole, SignOffText
from evalhub.db.engine import Database
from evalhub.db.models import Person, Release, ReleaseAnnotator, ReleaseDownload
from evalhub.services.releasing.keeping import BuiltRelease
from evalhub.services.releasing.kept import get_release
from evalhub.services.releasing.signing import sign_release
from evalhub.services.releasing.withdrawing import withdraw_release
from tests.api.keys import bearer
from tests.factories import make_person, withdraw_consent
from tests.release_project import MOMENT
from tests.releases import build_release, build_tiny
from tests.web.conftest import Clock

BASE = "/api/v1/releases"


@pytest.fixture
def built(database: Database, settings: Settings) -> BuiltRelease:
    with database.transaction() as session:
        return build_tiny(session, settings, now=MOMENT)


@pytest.fixture
def key(database: Database, clock: Clock) -> dict[str, str]:
    return bearer(database, Role.LAB, Scope.RELEASES_READ, now=clock())


def downloaded(database: Database) -> list[str]:
    """Return the names of the files in the log of downloads."""
    with database.transaction(write=False) as session:
        return [row.file for row in session.exec(select(ReleaseDownload))]


def test_list_names_releases_and_where_they_lie(
    client: FlaskClient, built: BuiltRelease, key: dict[str, str]
) -> None:
    body = client.get(BASE, headers=key).json

    assert body == {
        "releases": [
            {
                "project": "tiny",
                "version": "1.0.0",
                "title": "A tiny <project>",
                "n_pairs": 6,
                "n_judgments": 19,
                "simulated": False,
                "created_at": "2026-11-21T09:00:00+00:00",
                "manifest": f"{BASE}/tiny/1.0.0",
                "withdrawn": "",
            }
        ]
    }


def test_manifest_is_the_file_byte_for_byte(
    client: FlaskClient, built: BuiltRelease, key: dict[str, str]
) -> None:
    response = client.get(f"{BASE}/tiny/1.0.0", headers=key)

    assert response.data == (built.folder / "manifest.json").read_bytes()
    assert response.mimetype == "application/json"
    assert response.headers["ETag"] == f'"{sha256_hex(response.data)}"'


def test_known_manifest_is_not_sent_again(
    client: FlaskClient, built: BuiltRelease, key: dict[str, str], database: Database
) -> None:
    tag = client.get(f"{BASE}/tiny/1.0.0", headers=key).headers["ETag"]

    response = client.get(f"{BASE}/tiny/1.0.0", headers=key | {"If-None-Match": tag})

    assert response.status_code == 304
    assert downloaded(database) == ["manifest.json"]


@pytest.mark.parametrize("path", ["", "/files/pairs/train.jsonl"])
def test_whoever_takes_any_state_is_in_the_log(
    client: FlaskClient, built: BuiltRelease, key: dict[str, str], database: Database, path: str
) -> None:
    response = client.get(
        f"{BASE}/tiny/1.0.0{path}", headers=key | {"If-Match": "*"}, buffered=True
    )

    assert response.status_code == 200
    assert len(downloaded(database)) == 1


@pytest.mark.parametrize("tag", ["own", "*"])
def test_who_has_a_file_gets_no_part_of_it(
    client: FlaskClient, built: BuiltRelease, key: dict[str, str], database: Database, tag: str
) -> None:
    file = f"{BASE}/tiny/1.0.0/files/pairs/train.jsonl"
    own = client.head(file, headers=key).headers["ETag"]
    known = {"Range": "bytes=0-9", "If-None-Match": own if tag == "own" else tag}

    response = client.get(file, headers=key | known, buffered=True)

    assert (response.status_code, response.data) == (304, b"")
    assert downloaded(database) == []


def test_manifest_of_another_state_is_refused_without_a_byte_of_it(
    client: FlaskClient, built: BuiltRelease, key: dict[str, str], database: Database
) -> None:
    response = client.get(f"{BASE}/tiny/1.0.0", headers=key | {"If-Match": '"another"'})

    assert response.status_code == 412
    assert b"precondition_failed" in response.data
    assert b"evalhub.release" not in response.data
    assert downloaded(database) == []


@pytest.mark.parametrize("path", ["", "/files/manifest.json"])
def test_whoever_reads_the_manifest_is_in_the_log(
    client: FlaskClient, built: BuiltRelease, key: dict[str, str], database: Database, path: str
) -> None:
    client.head(f"{BASE}/tiny/1.0.0{path}", headers=key).close()
    assert downloaded(database) == []

    client.get(f"{BASE}/tiny/1.0.0{path}", headers=key, buffered=True)

    assert downloaded(database) == ["manifest.json"]


def test_every_file_of_the_manifest_comes_with_its_hash(
    client: FlaskClient, built: BuiltRelease, key: dict[str, str], database: Database
) -> None:
    files = json.loads(client.get(f"{BASE}/tiny/1.0.0", headers=key).data)["files"]

    for file in files:
        response = client.get(f"{BASE}/tiny/1.0.0/files/{file['path']}", headers=key, buffered=True)

        assert sha256_hex(response.data) == file["sha256"]
        assert response.headers["ETag"] == f'"{file["sha256"]}"'
    with database.transaction(write=False) as session:
        noted = [row.file for row in session.exec(select(ReleaseDownload))]
    assert sorted(noted) == sorted([*(file["path"] for file in files), "manifest.json"])


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("bytes=0-63", 0, 63), ("bytes=1-63", 1, 63)],
    ids=["with the first byte", "without it"],
)
def test_parts_can_be_asked_for_and_are_recorded(
    client: FlaskClient,
    built: BuiltRelease,
    key: dict[str, str],
    database: Database,
    wanted: str,
    first: int,
    last: int,
) -> None:
    response = client.get(
        f"{BASE}/tiny/1.0.0/files/SHA256SUMS", headers=key | {"Range": wanted}, buffered=True
    )

    assert response.status_code == 206
    assert response.data == (built.folder / "SHA256SUMS").read_bytes()[first : last + 1]
    with database.transaction(write=False) as session:
        row = session.exec(select(ReleaseDownload)).one()
    assert (row.file, row.first_byte, row.last_byte) == ("SHA256SUMS", first, last)
    assert row.person_id is not None


def test_a_part_that_ends_before_it_begins_is_none(
    client: FlaskClient, built: BuiltRelease, key: dict[str, str]
) -> None:
    path = f"{BASE}/tiny/1.0.0/files/SHA256SUMS"
    whole = (built.folder / "SHA256SUMS").read_bytes()

    def ask(wanted: str) -> TestResponse:
        return client.get(path, headers=key | {"Range": f"bytes={wanted}"}, buffered=True)

    # In one test, for a release is built for each.
    for backwards in ("9-1", "10-9", f"{'9' * 5000}-1"):
        assert (ask(backwards).status_code, ask(backwards).data) == (200, whole)
    assert [ask(one).data for one in ("09-9", "9-10")] == [whole[9:10], whole[9:11]]
    assert ask("999999-").status_code == 416


def test_an_empty_part_of_an_address_leads_to_no_page(
    client: FlaskClient, built: BuiltRelease, key: dict[str, str]
) -> None:
    response = client.get(f"{BASE}/tiny/1.0.0/files//etc/passwd", headers=key)

    assert (response.status_code, response.get_json()["error"]["kind"]) == (404, "not_found")


@pytest.mark.parametrize(
    "path", ["/tiny/2.0.0", "/tiny/2.0.0/files/README.md", "/tiny/1.0.0/files/nothing"]
)
def test_what_is_not_there_is_not_found(
    client: FlaskClient, built: BuiltRelease, key: dict[str, str], path: str
) -> None:
    response = client.get(BASE + path, headers=key)

    assert response.status_code == 404
    assert response.json is not None
    assert response.json["error"]["kind"] == "not_found"


@pytest.mark.parametrize("path", ["", "/tiny/1.0.0", "/tiny/1.0.0/files/README.md"])
def test_a_key_with_the_scope_is_needed(
    client: FlaskClient, built: BuiltRelease, database: Database, clock: Clock, path: str
) -> None:
    wrong = bearer(database, Role.RESEARCHER, Scope.PROJECTS_READ, now=clock())

    assert client.get(BASE + path).status_code == 401
    assert client.get(BASE + path, headers=wrong).status_code == 403


def test_signatures_are_listed_with_the_hash_they_are_bound_to(
    client: FlaskClient,
    built: BuiltRelease,
    key: dict[str, str],
    database: Database,
    settings: Settings,
) -> None:
    sha256 = sha256_hex((built.folder / "manifest.json").read_bytes())
    with database.transaction() as session:
        person = make_person(session, Role.AUDITOR, name="Noor Auditor")
        sign_release(
            get_release("tiny", "1.0.0", session=session, settings=settings, actor=command_actor()),
            SignOffRole.AUDITOR,
            SignOffText("Read.", "Pay is not known."),
            seen_sha256=sha256,
            session=session,
            actor=Actor(person.id, person.name, frozenset({Role.AUDITOR})),
            now=MOMENT,
        )

    body = client.get(f"{BASE}/tiny/1.0.0/sign-offs", headers=key).json

    assert body == {
        "release": "tiny@1.0.0",
        "manifest_sha256": sha256,
        "sign_offs": [
            {
                "name": "Noor Auditor",
                "role": "auditor",
                "signed_at": "2026-11-21T09:00:00+00:00",
                "statement": "Read.",
                "open_findings": "Pay is not known.",
                "manifest_sha256": sha256,
                "is_of_this_manifest": True,
            }
        ],
    }


def test_a_release_that_nobody_signed_has_no_signatures(
    client: FlaskClient, built: BuiltRelease, key: dict[str, str]
) -> None:
    body = client.get(f"{BASE}/tiny/1.0.0/sign-offs", headers=key).json

    assert body is not None
    assert body["sign_offs"] == []


def test_signatures_need_the_scope_of_releases(
    client: FlaskClient, built: BuiltRelease, database: Database, clock: Clock
) -> None:
    other = bearer(database, Role.RESEARCHER, Scope.PROJECTS_READ, now=clock())

    assert client.get(f"{BASE}/tiny/1.0.0/sign-offs", headers=other).status_code == 403


def test_a_key_for_other_releases_does_not_learn_who_signed(
    client: FlaskClient,
    built: BuiltRelease,
    database: Database,
    settings: Settings,
    clock: Clock,
) -> None:
    with database.transaction() as session:
        build_release(
            "tiny",
            session=session,
            settings=settings,
            actor=command_actor(),
            now=MOMENT,
            version="2.0.0",
        )
    other = bearer(database, Role.LAB, Scope.RELEASES_READ, now=clock(), releases="tiny@2.0.0")

    assert client.get(f"{BASE}/tiny/1.0.0/sign-offs", headers=other).status_code == 404
    assert client.get(f"{BASE}/tiny/2.0.0/sign-offs", headers=other).status_code == 200


def test_files_of_a_withdrawn_release_are_gone_with_the_reason(
    client: FlaskClient, built: BuiltRelease, key: dict[str, str], database: Database
) -> None:
    assert client.get(f"{BASE}/tiny/1.0.0", headers=key).status_code == 200
    withdraw(database)

    answers = [
        client.get(f"{BASE}/tiny/1.0.0{path}", headers=key) for path in ("", "/files/README.md")
    ]

    assert [one.status_code for one in answers] == [410, 410]
    assert all("The prompts were not ours." in one.text for one in answers)
    assert f'"withdrawn":"{REASON}"' in client.get(BASE, headers=key).text.replace(": ", ":")
    assert downloaded(database) == ["manifest.json"]


def test_notices_name_who_withdrew_their_consent_since(
    client: FlaskClient, built: BuiltRelease, key: dict[str, str], database: Database
) -> None:
    before = {"release": "tiny@1.0.0", "withdrawn": "", "consents_withdrawn": []}
    assert client.get(f"{BASE}/tiny/1.0.0/notices", headers=key).json == before
    with database.transaction() as session:
        person = session.exec(select(Person).where(Person.public_id == "person-1")).one()
        withdraw_consent(session, person)
        kept = session.exec(
            select(ReleaseAnnotator).where(ReleaseAnnotator.person_id == person.id)
        ).one()
        name, n_judgments = kept.annotator, kept.n_judgments

    after = client.get(f"{BASE}/tiny/1.0.0/notices", headers=key).json

    notice = {"annotator": name, "n_judgments": n_judgments, "withdrawn_on": "2027-11-21"}
    assert after == {**before, "consents_withdrawn": [notice]}


REASON = "The prompts were not ours."


def withdraw(database: Database) -> None:
    with database.transaction() as session:
        release = session.exec(select(Release)).one()
        withdraw_release(
            release.id, "tiny@1.0.0", REASON, session=session, actor=command_actor(), now=MOMENT
        )
