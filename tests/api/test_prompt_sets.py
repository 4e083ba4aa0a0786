"""Uploading prompt sets through the API."""

import io
import json

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from evalhub.api.prompt_bodies import (
    FrozenBody,
    ImportBody,
    ImportsBody,
    PromptSetsBody,
    UploadBody,
    VersionPageBody,
)
from evalhub.core.canonical import Json
from evalhub.core.people import Role, Scope
from evalhub.core.queued_work import WorkStatus
from evalhub.db.engine import Database
from evalhub.db.models import Prompt, PromptImport, PromptUpload
from tests.api.keys import bearer
from tests.core.prompts.rows import row
from tests.core.prompts.test_files import lines, parquet
from tests.prompt_imports import ask, lines_of, many_rows, padded, row_id, run_newest
from tests.services.prompt_sets.test_staging import hundred_rows_with_three_bad
from tests.web.conftest import Clock

URL = "/api/v1/prompt-uploads"
FIELDS: dict[str, Json] = {"slug": "fevers", "title": "Questions about fever"}
Key = dict[str, str]


@pytest.fixture
def key(database: Database, clock: Clock) -> Key:
    return bearer(database, Role.RESEARCHER, Scope.PROMPTS_WRITE, now=clock())


def post_rows(client: FlaskClient, key: Key, *rows: Json, **fields: Json) -> TestResponse:
    return client.post(URL, headers=key, json={**FIELDS, **fields, "rows": rows})


def post_file(client: FlaskClient, key: Key, data: bytes, name: str) -> TestResponse:
    form = {**FIELDS, "file": FileStorage(io.BytesIO(data), name)}
    # Encoded here: the test client would put a large body into a file and leave it open.
    boundary, body = encode_multipart(form)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(URL, headers=key, data=body, content_type=kind)


def upload_of(response: TestResponse) -> UploadBody:
    assert response.status_code == 201, response.text
    return UploadBody.model_validate(response.json)


def n_rows(database: Database, table: type[Prompt] | type[PromptUpload]) -> int:
    with database.transaction(write=False) as session:
        return len(session.exec(select(table)).all())


def test_an_upload_imports_its_good_rows_once_confirmed(
    client: FlaskClient, key: Key, database: Database
) -> None:
    upload = upload_of(post_rows(client, key, *hundred_rows_with_three_bad()))
    assert [bad.line for bad in upload.report.bad_rows] == [7, 41, 100]
    assert n_rows(database, Prompt) == 0

    response = client.post(f"{URL}/{upload.token}/confirm", headers=key)

    frozen = FrozenBody.model_validate(response.json)
    assert (response.status_code, frozen.is_new) == (201, True)
    assert (frozen.version.name, frozen.version.n_prompts) == ("fevers@1", 97)
    assert n_rows(database, Prompt) == 97


def test_confirming_again_says_that_nothing_is_new(client: FlaskClient, key: Key) -> None:
    token = upload_of(post_rows(client, key, row())).token
    client.post(f"{URL}/{token}/confirm", headers=key)

    again = client.post(f"{URL}/{token}/confirm", headers=key)

    assert (again.status_code, FrozenBody.model_validate(again.json).is_new) == (200, False)


@pytest.mark.parametrize(
    ("data", "name"),
    [(lines(row()), "f.jsonl"), (parquet([row()]), "old/f.parquet")],
    ids=["jsonl", "parquet"],
)
def test_a_file_can_be_sent(client: FlaskClient, key: Key, data: bytes, name: str) -> None:
    upload = upload_of(post_file(client, key, data, name))

    assert (upload.report.n_good, upload.filename) == (1, name.removeprefix("old/"))


def test_gaps_are_filled_and_fields_renamed(client: FlaskClient, key: Key) -> None:
    response = post_rows(
        client,
        key,
        {"text": "A?", "slug": "a"},
        domain="law",
        language="en",
        license="MIT",
        source_kind="public",
        renames="text=prompt",
        keep_unknown=True,
    )

    assert upload_of(response).report.n_good == 1


def test_a_report_can_be_read_again(client: FlaskClient, key: Key) -> None:
    upload = upload_of(post_rows(client, key, row()))

    again = client.get(f"{URL}/{upload.token}", headers=key)

    assert UploadBody.model_validate(again.json) == upload


def test_a_discarded_upload_cannot_be_confirmed(client: FlaskClient, key: Key) -> None:
    token = upload_of(post_rows(client, key, row())).token

    discarded = client.post(f"{URL}/{token}/discard", headers=key)

    assert UploadBody.model_validate(discarded.json).status == "discarded"
    assert client.post(f"{URL}/{token}/confirm", headers=key).status_code == 409


def test_frozen_versions_are_listed_and_read(client: FlaskClient, key: Key) -> None:
    token = upload_of(post_rows(client, key, row(id="b"), row(id="a", prompt="Two?"))).token
    client.post(f"{URL}/{token}/confirm", headers=key)

    sets = client.get("/api/v1/prompt-sets", headers=key)
    version = client.get("/api/v1/prompt-sets/fevers/versions/1", headers=key)

    listed = PromptSetsBody.model_validate(sets.json)
    page = VersionPageBody.model_validate(version.json)
    assert [line.newest.name for line in listed.prompt_sets] == ["fevers@1"]
    assert [item.prompt["id"] for item in page.prompts] == ["b", "a"]
    assert (page.page, page.n_pages) == (1, 1)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"title": "A", "rows": []}, "slug"),
        ({**FIELDS, "rows": []}, "rows.json"),
        ({**FIELDS, "rows": {}}, "rows"),
        ({**FIELDS, "rows": [1], "colour": "red"}, "colour"),
        ({**FIELDS, "slug": "Fever Set", "rows": [1]}, "slug"),
        ({**FIELDS, "rows": [1], "renames": "a"}, "rename"),
        ([], "body"),
    ],
    ids=["no slug", "no rows", "rows as object", "unknown", "bad slug", "bad rename", "list"],
)
def test_a_body_that_breaks_a_rule_is_refused_with_its_place(
    client: FlaskClient, key: Key, database: Database, *, body: Json, where: str
) -> None:
    response = client.post(URL, headers=key, json=body)

    assert response.status_code == 422
    assert response.json is not None
    assert response.json["error"]["problems"][0]["where"] == where
    assert n_rows(database, PromptUpload) == 0


def test_a_form_without_a_file_is_refused(client: FlaskClient, key: Key) -> None:
    response = client.post(URL, headers=key, data=FIELDS, content_type="multipart/form-data")

    assert response.status_code == 422
    assert "send a multipart file" in response.text


@pytest.mark.parametrize("depth", [200, 5_000, 1_000_000])
def test_rows_that_nest_without_end_are_refused(client: FlaskClient, key: Key, depth: int) -> None:
    nested = '{"a":' * depth + "1" + "}" * depth
    body = '{"slug": "a", "title": "A", "rows": [{"metadata": ' + nested + "}]}"

    response = client.post(URL, headers=key, data=body, content_type="application/json")

    assert response.status_code in {400, 422}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/prompt-uploads/none"),
        ("POST", "/prompt-uploads/none/confirm"),
        ("POST", "/prompt-uploads/none/discard"),
        ("GET", "/prompt-sets/none/versions/1"),
    ],
)
def test_what_is_not_there_is_not_found(
    client: FlaskClient, key: Key, method: str, path: str
) -> None:
    assert client.open(f"/api/v1{path}", method=method, headers=key).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/prompt-uploads"),
        ("GET", "/prompt-uploads/none"),
        ("POST", "/prompt-uploads/none/confirm"),
        ("POST", "/prompt-uploads/none/discard"),
        ("GET", "/prompt-sets"),
        ("GET", "/prompt-sets/none/versions/1"),
    ],
)
def test_a_key_with_the_scope_is_needed(
    client: FlaskClient, database: Database, clock: Clock, *, method: str, path: str
) -> None:
    wrong = bearer(database, Role.RESEARCHER, Scope.PULLS_WRITE, now=clock())

    assert client.open(f"/api/v1{path}", method=method).status_code == 401
    assert client.open(f"/api/v1{path}", method=method, headers=wrong).status_code == 403


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.sampled_from(["f.jsonl", "f.json", "f.csv", "f", "é.csv"]))
def test_no_file_is_answered_with_a_fault_of_ours(
    client: FlaskClient, key: Key, data: bytes, name: str
) -> None:
    assert post_file(client, key, data, name).status_code in {201, 422}


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*row(), "metadata", "responses"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(JSON_VALUES, max_size=3))
def test_no_rows_are_answered_with_a_fault_of_ours(
    client: FlaskClient, key: Key, rows: list[Json]
) -> None:
    body = json.dumps({**FIELDS, "rows": rows})

    response = client.post(URL, headers=key, data=body, content_type="application/json")

    assert response.status_code in {201, 400, 422}


IMPORTS = "/api/v1/prompt-imports"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_large_file_is_followed_as_an_import(
    client: FlaskClient, key: Key, database: Database
) -> None:
    sent = post_file(client, key, padded(lines_of()), "f.jsonl")
    asked = ImportBody.model_validate(sent.json)
    run_newest(database)

    read = ImportBody.model_validate(client.get(f"{IMPORTS}/{asked.id}", headers=key).json)

    assert (sent.status_code, asked.status, asked.attendance) == (202, "queued", "unattended")
    assert (read.status, read.attendance, read.version) == ("done", "over", None)
    confirmed = client.post(f"{URL}/{read.upload}/confirm", headers=key)
    assert confirmed.status_code == 201
    (listed,) = ImportsBody.model_validate(client.get(IMPORTS, headers=key).json).imports
    assert listed.version is not None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_many_rows_are_read_and_frozen_by_workers(
    client: FlaskClient, key: Key, database: Database
) -> None:
    rows = [json.loads(line) for line in many_rows().splitlines()]

    asked = ImportBody.model_validate(post_rows(client, key, *rows).json)
    run_newest(database)
    read = ImportBody.model_validate(client.get(f"{IMPORTS}/{asked.id}", headers=key).json)
    confirmed = client.post(f"{URL}/{read.upload}/confirm", headers=key)
    run_newest(database)

    frozen = ImportBody.model_validate(
        client.get(f"{IMPORTS}/{confirmed.get_json()['id']}", headers=key).json
    )
    assert (confirmed.status_code, frozen.freezes) == (202, True)
    assert frozen.version is not None
    assert frozen.version.n_prompts == 6


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_import_is_cancelled_and_not_tried_again(
    client: FlaskClient, key: Key, database: Database
) -> None:
    address = f"{IMPORTS}/{ask(database).public_id}"

    cancelled = client.post(f"{address}/cancel", headers=key)

    assert cancelled.get_json()["status"] == "cancelled"
    assert client.post(f"{address}/cancel", headers=key).status_code == 409
    assert client.post(f"{address}/retry", headers=key).status_code == 409
    assert client.get(f"{IMPORTS}/nothing", headers=key).status_code == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_import_that_nobody_works_on_is_tried_again(
    client: FlaskClient, key: Key, database: Database
) -> None:
    asked = ask(database, b"\n")
    with database.transaction() as session:
        session.get_one(PromptImport, row_id(database, asked)).status = WorkStatus.RUNNING

    again = client.post(f"{IMPORTS}/{asked.public_id}/retry", headers=key)
    run_newest(database)

    refused = client.get(f"{IMPORTS}/{asked.public_id}", headers=key).get_json()
    assert again.get_json()["status"] == "queued"
    assert refused["problems"] == [{"where": "f.jsonl", "rule": "holds no rows"}]
