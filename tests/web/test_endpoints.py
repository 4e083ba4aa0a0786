"""Researchers register, change and retire endpoints; others do not."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Endpoint
from tests.factories import make_endpoint
from tests.web.conftest import SignIn, fill
from tests.web.pages import form_of

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

GOOD = {
    "slug": "careful",
    "model": "org/model-7b",
    "url": "https://models.example.com/v1",
    "key_env": "MODELS_API_KEY",
    "parameters": 'temperature=0.7\n\nstop=["x"]',
}


@pytest.fixture(autouse=True)
def researcher(client: FlaskClient, sign_in: SignIn) -> None:
    """Sign a researcher in."""
    sign_in(client, {Role.RESEARCHER})


def rows(database: Database) -> list[Endpoint]:
    """Return the stored endpoints in order."""
    with database.transaction(write=False) as session:
        return list(session.exec(select(Endpoint)))


def test_without_endpoints_the_page_says_so(client: FlaskClient) -> None:
    assert "No endpoint is in use yet" in client.get("/endpoints").text


def test_an_endpoint_is_added_and_listed(client: FlaskClient, database: Database) -> None:
    page = client.get("/endpoints")

    added = client.post("/endpoints", data=fill(page, "/endpoints", **GOOD))
    listed = client.get("/endpoints").text

    (row,) = rows(database)
    assert (added.status_code, added.location) == (303, "/endpoints")
    assert (row.api_key_ref, row.parameters) == (
        "env:MODELS_API_KEY",
        '{"stop":["x"],"temperature":0.7}',
    )
    assert "careful@1 is in use." in listed
    assert "MODELS_API_KEY" in listed
    assert "temperature=0.7" in listed


def test_a_dialect_is_chosen_and_shown(client: FlaskClient, database: Database) -> None:
    page = client.get("/endpoints")
    chosen = {**GOOD, "dialect": "gemini"}

    client.post("/endpoints", data=fill(page, "/endpoints", **chosen))

    assert rows(database)[0].dialect == "gemini"
    assert "Google generateContent" in client.get("/endpoints").text
    form = form_of(client.get("/endpoints/careful"), "/endpoints/careful")
    assert form.values["dialect"] == ["gemini"]


def test_a_price_is_kept_and_half_a_one_refused(client: FlaskClient, database: Database) -> None:
    page = client.get("/endpoints")
    price = {"prompt_price": "0.15", "completion_price": "0.60", "price_currency": "USD"}

    half = client.post(
        "/endpoints", data=fill(page, "/endpoints", **{**GOOD, "prompt_price": "0.15"})
    )
    client.post("/endpoints", data=fill(page, "/endpoints", **{**GOOD, **price}))

    assert (half.status_code, "is not a code such as USD" in half.text) == (422, True)
    assert (rows(database)[0].prompt_price, rows(database)[0].completion_price) == (
        150_000,
        600_000,
    )
    form = form_of(client.get("/endpoints/careful"), "/endpoints/careful")
    assert (form.values["prompt_price"], form.values["price_currency"]) == (["0.15"], ["USD"])


def test_limits_a_minute_are_kept_and_shown_again(client: FlaskClient, database: Database) -> None:
    page = client.get("/endpoints")

    client.post("/endpoints", data=fill(page, "/endpoints", **{**GOOD, "rpm": "60"}))

    assert (rows(database)[0].requests_per_minute, rows(database)[0].tokens_per_minute) == (
        60,
        None,
    )
    form = form_of(client.get("/endpoints/careful"), "/endpoints/careful")
    assert (form.values["rpm"], form.values["tpm"]) == (["60"], [""])


def test_a_dialect_says_what_it_needs(client: FlaskClient, database: Database) -> None:
    page = client.get("/endpoints")
    chosen = {**GOOD, "dialect": "anthropic_messages"}

    answer = client.post("/endpoints", data=fill(page, "/endpoints", **chosen))

    assert answer.status_code == 422
    assert "must be set: Anthropic" in answer.text
    assert rows(database) == []


def test_the_key_is_optional(client: FlaskClient, database: Database) -> None:
    page = client.get("/endpoints")

    client.post("/endpoints", data=fill(page, "/endpoints", **{**GOOD, "key_env": ""}))

    assert rows(database)[0].api_key_ref is None
    assert "no key" in client.get("/endpoints").text


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("url", "http://10.0.0.1/v1", "must use https"),
        ("slug", "Not a slug", "must be 1 to 80 lower-case"),
        ("parameters", "n=2", "cannot be set here"),
        ("concurrency", "many", "is not a whole number"),
        ("timeout", "soon", "is not a number of seconds"),
        ("total_timeout", "inf", "is not a number of seconds"),
        ("attempts", "0", "must lie between 1 and 20"),
        ("rpm", "some", "is not a whole number"),
        ("tpm", "0", "must lie between 1 and 1000000000, or be left out"),
        ("key_env", "sk-abc", "must be the name of an environment variable"),
    ],
)
def test_a_broken_field_comes_back_with_its_rule(
    client: FlaskClient, database: Database, field: str, value: str, rule: str
) -> None:
    page = client.get("/endpoints")

    answer = client.post("/endpoints", data=fill(page, "/endpoints", **{**GOOD, field: value}))

    assert answer.status_code == 422
    assert rule in answer.text
    assert form_of(answer, "/endpoints").values[field] == [value]
    assert rows(database) == []


def test_a_name_in_use_is_a_conflict(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        make_endpoint(session, slug="careful")
    page = client.get("/endpoints")

    answer = client.post("/endpoints", data=fill(page, "/endpoints", **GOOD))

    assert (answer.status_code, "is in use already" in answer.text) == (409, True)


def test_a_change_makes_the_next_revision(client: FlaskClient, database: Database) -> None:
    client.post("/endpoints", data=fill(client.get("/endpoints"), "/endpoints", **GOOD))
    page = client.get("/endpoints/careful")

    changed = client.post(
        "/endpoints/careful", data=fill(page, "/endpoints/careful", concurrency="3")
    )

    assert changed.status_code == 303
    assert [(row.revision, row.max_concurrency) for row in rows(database)] == [(1, 8), (2, 3)]
    assert rows(database)[1].parameters == rows(database)[0].parameters


def test_a_change_of_nothing_is_a_conflict(client: FlaskClient) -> None:
    client.post("/endpoints", data=fill(client.get("/endpoints"), "/endpoints", **GOOD))
    page = client.get("/endpoints/careful")

    answer = client.post("/endpoints/careful", data=fill(page, "/endpoints/careful"))

    assert (answer.status_code, "already has these settings" in answer.text) == (409, True)


def test_a_broken_change_comes_back_with_its_rule(client: FlaskClient) -> None:
    client.post("/endpoints", data=fill(client.get("/endpoints"), "/endpoints", **GOOD))
    page = client.get("/endpoints/careful")

    answer = client.post("/endpoints/careful", data=fill(page, "/endpoints/careful", url="ftp://x"))

    assert (answer.status_code, "not an http(s) address" in answer.text) == (422, True)


def test_an_endpoint_is_retired(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        make_endpoint(session, slug="careful", is_simulated=True)
    page = client.get("/endpoints/careful")

    client.post("/endpoints/careful/retire", data=fill(page, "/endpoints/careful/retire"))

    assert "Simulated." in page.text
    assert "careful@1" not in client.get("/endpoints").text.replace("careful is retired", "")
    assert "retired on" in client.get("/endpoints?retired=1").text


@pytest.mark.parametrize("path", ["/endpoints/nope", "/endpoints/%00", "/endpoints/" + "x" * 500])
def test_an_unknown_endpoint_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in {404, 422}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/endpoints"),
        ("POST", "/endpoints"),
        ("GET", "/endpoints/careful"),
        ("POST", "/endpoints/careful"),
        ("POST", "/endpoints/careful/retire"),
    ],
)
def test_others_have_no_business_here(
    client: FlaskClient, sign_in: SignIn, database: Database, method: str, path: str
) -> None:
    with database.transaction() as session:
        make_endpoint(session, slug="careful")
    token = fill(client.get("/endpoints"), "/endpoints")["csrf_token"]
    sign_in(client, {Role.ANNOTATOR, Role.LAB, Role.AUDITOR, Role.COORDINATOR, Role.REVIEWER})

    answer = client.open(path, method=method, data={"csrf_token": token})

    assert answer.status_code in {400, 403}
    assert "models.example" not in answer.text
    assert rows(database)[0].retired_at is None


@pytest.mark.parametrize(
    ("query", "other"), [("?page=2", "?page=1"), ("?page=2&retired=1", "?page=1&retired=1")]
)
def test_a_long_list_has_pages_that_keep_what_was_chosen(
    client: FlaskClient, database: Database, query: str, other: str
) -> None:
    with database.transaction() as session:
        for number in range(51):
            make_endpoint(session, slug=f"e-{number:03}")

    page = client.get(f"/endpoints{query}").text

    assert ("e-050@1" in page, "e-049@1" in page) == (True, False)
    assert "Page 2 of 2" in page
    assert f'href="/endpoints{other.replace("&", "&amp;")}"' in page


def test_variants_are_added_from_the_page_of_an_endpoint(
    client: FlaskClient, database: Database
) -> None:
    client.post("/endpoints", data=fill(client.get("/endpoints"), "/endpoints", **GOOD))
    page, action = client.get("/endpoints/careful"), "/endpoints/careful/variants"

    added = client.post(action, data=fill(page, action, values="temperature=0\n\ntop_p=0.9\n"))

    assert (added.status_code, added.location) == (303, "/endpoints")
    assert [row.slug for row in rows(database)] == ["careful", "careful-temperature-0-top-p-0.9"]
    assert "1 variant is in use." in client.get("/endpoints").text


def test_values_that_cannot_be_sent_come_back_with_the_reason(
    client: FlaskClient, database: Database
) -> None:
    client.post("/endpoints", data=fill(client.get("/endpoints"), "/endpoints", **GOOD))
    page, action = client.get("/endpoints/careful"), "/endpoints/careful/variants"

    answer = client.post(action, data=fill(page, action, values="n=2"))

    assert (answer.status_code, len(rows(database))) == (422, 1)
    assert "cannot be set here" in answer.text
    assert form_of(answer, action).values["values"] == ["n=2"]


def test_an_account_is_kept_and_needs_a_limit(client: FlaskClient, database: Database) -> None:
    page = client.get("/endpoints")
    alone = fill(page, "/endpoints", **{**GOOD, "account": "lab"})

    refused = client.post("/endpoints", data=alone)
    client.post("/endpoints", data={**alone, "rpm": "60"})

    assert (refused.status_code, "shares limits a minute" in refused.text) == (422, True)
    assert [row.account for row in rows(database)] == ["lab"]
    form = form_of(client.get("/endpoints/careful"), "/endpoints/careful")
    assert form.values["account"] == ["lab"]
