"""The pages of prompt sets: upload, report, decision, reading."""

import io
import json
import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from evalhub.core.canonical import Json
from evalhub.core.people import Role, command_actor
from evalhub.db.engine import Database
from evalhub.db.models import Prompt, PromptUpload
from evalhub.services.prompt_sets import confirm_upload
from tests.core.prompts.rows import row, user
from tests.core.prompts.test_files import lines, parquet
from tests.factories import MOMENT, make_prompt_set_version
from tests.services.prompt_sets.material import staged
from tests.services.prompt_sets.test_staging import hundred_rows_with_three_bad
from tests.web.conftest import SignIn
from tests.web.pages import fill

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

RESEARCHER = {Role.RESEARCHER}
FIELDS = {"slug": "fevers", "title": "Questions about fever"}


@pytest.fixture
def researcher(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    """Give a browser in which a researcher is signed in."""
    sign_in(client, RESEARCHER)
    return client


def send(client: FlaskClient, data: bytes, name: str = "f.jsonl", **fields: str) -> TestResponse:
    """Upload a file with the form."""
    page = client.get("/prompt-sets/new")
    answers = {**fill(page), **FIELDS, **fields, "file": (io.BytesIO(data), name)}
    return client.post("/prompt-sets", data=answers, content_type="multipart/form-data")


def paste(client: FlaskClient, text: str, **fields: str) -> TestResponse:
    """Upload pasted text with the form."""
    page = client.get("/prompt-sets/new")
    return client.post("/prompt-sets", data={**fill(page), **FIELDS, "pasted": text, **fields})


def decide(client: FlaskClient, uploaded: TestResponse, act: str) -> TestResponse:
    """Press a button of the report."""
    address = str(uploaded.headers["Location"])
    page = client.get(address)
    return client.post(f"{address}/{act}", data=fill(page, f"{address}/{act}"))


def n_prompts(database: Database) -> int:
    with database.transaction(write=False) as session:
        return len(session.exec(select(Prompt)).all())


def freeze(database: Database, *rows: Json) -> None:
    with database.transaction() as session:
        token = staged(session, *rows).token
        confirm_upload(token, session=session, actor=command_actor(), now=MOMENT)


def test_the_list_says_how_to_begin(researcher: FlaskClient) -> None:
    page = researcher.get("/prompt-sets")

    assert "There is no prompt set yet" in page.text


def test_an_upload_with_three_bad_rows_imports_97_once_confirmed(
    researcher: FlaskClient, database: Database
) -> None:
    uploaded = send(researcher, lines(*hundred_rows_with_three_bad()))
    report = researcher.get(uploaded.headers["Location"])
    assert "97 of 100 rows can be frozen" in report.text
    assert re.findall(r'<th scope="row" class="n">(\d+)</th>', report.text) == ["7", "41", "100"]
    assert "already stands on line 2" in report.text
    assert n_prompts(database) == 0

    confirmed = decide(researcher, uploaded, "confirm")

    assert confirmed.status_code == 303
    assert n_prompts(database) == 97
    assert "Frozen 97 prompts as fevers@1" in researcher.get(confirmed.headers["Location"]).text


def test_the_report_stays_readable_after_the_decision(researcher: FlaskClient) -> None:
    uploaded = send(researcher, lines(row()))
    decide(researcher, uploaded, "confirm")

    page = researcher.get(uploaded.headers["Location"])

    assert "Confirmed." in page.text
    assert 'href="/prompt-sets/fevers?version=1"' in page.text
    assert "/confirm" not in page.text


def test_the_same_rows_are_said_to_be_there_already(researcher: FlaskClient) -> None:
    decide(researcher, send(researcher, lines(row())), "confirm")

    again = decide(researcher, send(researcher, lines(row())), "confirm")

    assert "already holds the same rows" in researcher.get(again.headers["Location"]).text


def test_a_discarded_upload_imports_nothing(researcher: FlaskClient, database: Database) -> None:
    uploaded = send(researcher, lines(row()))

    discarded = decide(researcher, uploaded, "discard")

    assert "Nothing was imported" in researcher.get(discarded.headers["Location"]).text
    assert "Discarded." in researcher.get(uploaded.headers["Location"]).text
    assert n_prompts(database) == 0


def test_waiting_uploads_are_listed(researcher: FlaskClient) -> None:
    uploaded = send(researcher, lines(row()))

    page = researcher.get("/prompt-sets")

    assert "One upload waits for a decision" in page.text
    assert uploaded.headers["Location"] in page.text


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (lines(row()), "old/f.jsonl"),
        (json.dumps([row()]).encode(), "f.json"),
        (b"id,prompt,domain,language,license,source\na,A?,law,en,MIT,written\n", "f.csv"),
        (parquet([row()]), "f.parquet"),
    ],
    ids=["jsonl", "json", "csv", "parquet"],
)
def test_every_format_can_be_uploaded(researcher: FlaskClient, data: bytes, name: str) -> None:
    uploaded = send(researcher, data, name)

    page = researcher.get(uploaded.headers["Location"])
    assert "1 of 1 rows can be frozen" in page.text
    assert "old/" not in page.text


@pytest.mark.parametrize(
    "text",
    ['{"text": "A?"}', '[{"text": "A?", "colour": "red"}]', "text\nA?\n"],
    ids=["json lines", "json", "csv"],
)
def test_pasted_text_is_read_with_what_fills_its_gaps(researcher: FlaskClient, text: str) -> None:
    uploaded = paste(
        researcher,
        text,
        domain="law",
        language="en",
        license="MIT",
        source_kind="public",
        renames="text=prompt",
        keep_unknown="1",
    )

    page = researcher.get(uploaded.headers["Location"])
    assert "1 of 1 rows can be frozen" in page.text
    assert "pasted." in page.text


def test_a_report_tells_all_there_is_to_tell(researcher: FlaskClient) -> None:
    rows = [
        row(id="a", license="unknown", responses=[{"model": "m1", "content": "A"}]),
        row(id="b"),
        row(id="c", prompt="what is FEVER"),
        row(id="d", prompt="word " * 6000, tags=["long"], jurisdiction="GB"),
        {"context": "Why?", **row(id="e", prompt=None)},
    ]

    page = researcher.get(send(researcher, lines(*rows)).headers["Location"])

    for told in (
        "Lines 1, 2",
        "Nearly the same",
        "1 prompt has no known licence",
        "1 very long",
        "Answers by",
        "HelpSteer3 rows",
        "medicine, en, CC-BY-4.0",
    ):
        assert told in page.text


def test_a_report_without_a_good_row_offers_no_freezing(researcher: FlaskClient) -> None:
    uploaded = send(researcher, b"1\n2\n")

    page = researcher.get(uploaded.headers["Location"])

    assert "No row can be used" in page.text
    assert "/confirm" not in page.text


def test_many_bad_rows_are_cut_and_counted(researcher: FlaskClient) -> None:
    page = researcher.get(send(researcher, b"1\n" * 600).headers["Location"])

    assert "and 100 more bad rows" in page.text
    assert "counted over all 600 bad rows" in page.text
    assert page.text.count("must be an object, not a number") == 501


def test_rows_that_are_each_wrong_in_their_own_way_have_no_summary(researcher: FlaskClient) -> None:
    page = researcher.get(send(researcher, b"1\n{}\n").headers["Location"])

    assert "must be an object, not a number" in page.text
    assert "What recurs" not in page.text


def test_a_report_kept_before_reasons_were_counted_still_opens(
    researcher: FlaskClient, database: Database
) -> None:
    uploaded = send(researcher, b"1\n2\n")
    with database.transaction() as session:
        (stored,) = session.exec(select(PromptUpload))
        kept = json.loads(stored.report)
        del kept["common_reasons"]
        stored.report = json.dumps(kept)

    assert "0 of 2 rows can be frozen" in researcher.get(uploaded.headers["Location"]).text


def test_long_prompts_are_cut_in_the_sample_and_shown_in_full_alone(
    researcher: FlaskClient,
) -> None:
    text = "word " * 2000 + "end"
    uploaded = send(researcher, lines(row(prompt=text)))
    assert "10,003 characters in all" in researcher.get(uploaded.headers["Location"]).text

    decide(researcher, uploaded, "confirm")

    assert text in researcher.get("/prompt-sets/fevers/1/1").text


@pytest.mark.parametrize(
    ("fields", "data", "name", "told"),
    [
        ({"slug": "Fever Set"}, lines(row()), "f.jsonl", "lower-case letters and digits"),
        ({"title": ""}, lines(row()), "f.jsonl", "must be one line of 1 to 200"),
        ({}, b"", "f.jsonl", "holds no rows"),
        ({}, b"\xff\xfe", "f.jsonl", "UTF-16 byte order mark"),
        ({}, b"x", "f.exe", "none of the formats"),
        ({}, lines(row()), "", "is missing; choose a file"),
        ({"pasted": "x"}, lines(row()), "f.jsonl", "stands beside pasted text"),
        ({"source_kind": "dream"}, lines(row()), "f.jsonl", "is none of written"),
        ({"renames": "a=b"}, lines(row()), "f.jsonl", "must be THEIRS=OURS"),
    ],
    ids=["slug", "title", "empty", "utf-16", "ending", "no file", "both", "source", "renames"],
)
def test_an_upload_that_cannot_be_read_keeps_the_form(
    researcher: FlaskClient,
    database: Database,
    *,
    fields: dict[str, str],
    data: bytes,
    name: str,
    told: str,
) -> None:
    page = send(researcher, data, name, **{"domain": "kept-domain", **fields})

    assert page.status_code == 422
    assert told in page.text
    assert 'value="kept-domain"' in page.text
    assert n_prompts(database) == 0


def test_a_set_is_shown_with_its_versions_and_prompts(
    researcher: FlaskClient, database: Database
) -> None:
    freeze(database, row(id="a"))
    freeze(database, row(id="a"), row(id="b", prompt="And a cough?", jurisdiction="GB"))

    newest, first = (
        researcher.get("/prompt-sets/fevers"),
        researcher.get("/prompt-sets/fevers?version=1"),
    )

    assert "And a cough?" in newest.text
    assert "And a cough?" not in first.text
    assert "not the newest" in first.text
    assert '<option value="1" selected>' in first.text


def test_long_sets_come_in_pages(researcher: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        make_prompt_set_version(session, *(f"Question {i}?" for i in range(51)), slug="long")

    page = researcher.get("/prompt-sets/long?page=2")

    assert "Page 2 of 2" in page.text
    assert "Question 50?" in page.text
    assert "no prompts on this page" in researcher.get("/prompt-sets/long?page=9").text


def test_a_prompt_is_shown_in_full(researcher: FlaskClient, database: Database) -> None:
    talk: Json = [
        {"role": "system", "content": "Be kind."},
        user("Hello <b>there</b>"),
        {"role": "assistant", "content": "Hi."},
        {"role": "tool", "content": "37.5"},
        user("And?"),
    ]
    freeze(
        database,
        row(id="a"),
        row(
            id="b",
            prompt=talk,
            reference=["Point one", "Point two"],
            criteria=[{"text": "Is kind", "points": 3, "tags": ["tone"]}],
            metadata={"page": "</script>"},
            as_of="2026-11-21",
            audience="patient",
            risk="hazard",
            pii={"scanned_by": "reader", "result": "none found"},
        ),
    )

    page = researcher.get("/prompt-sets/fevers/1/2")

    for told in ("System prompt", "Point two", "Is kind", "2026-11-21", "none found (reader)"):
        assert told in page.text
    assert "Hello &lt;b&gt;there&lt;/b&gt;" in page.text
    assert "</script>" not in page.text.split("</head>")[1]
    assert 'href="/prompt-sets/fevers/1/1"' in page.text


def test_a_single_reference_is_shown_as_written(
    researcher: FlaskClient, database: Database
) -> None:
    freeze(database, row(id="a", reference="Only this"), row(id="b", prompt="Two"))

    page = researcher.get("/prompt-sets/fevers/1/1")

    assert "Only this" in page.text
    assert 'rel="next"' in page.text


def test_a_shipped_set_tells_about_itself(researcher: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        version = make_prompt_set_version(session, slug="carded")
        version.card = json.dumps(
            {"summary": "A lede.", "notes": "A note.", "source": "A source.", "authors": ["A. B."]}
        )
        session.add(version)

    page = researcher.get("/prompt-sets/carded")

    for told in ("A lede.", "A note.", "A source.", "By A. B."):
        assert told in page.text


@pytest.mark.parametrize(
    "address",
    [
        "/prompt-sets/none",
        "/prompt-sets/fevers?version=9",
        "/prompt-sets/fevers/1/9",
        "/prompt-sets/fevers/1/0",
        "/uploads/none",
    ],
)
def test_what_is_not_there_is_not_found(
    researcher: FlaskClient, database: Database, address: str
) -> None:
    freeze(database, row())

    assert researcher.get(address).status_code == 404


def test_a_version_that_is_no_number_is_refused(
    researcher: FlaskClient, database: Database
) -> None:
    freeze(database, row())

    assert researcher.get("/prompt-sets/fevers?version=two").status_code == 422


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.LAB, Role.REVIEWER])
@pytest.mark.parametrize(
    "address",
    ["/prompt-sets", "/prompt-sets/new", "/prompt-sets/fevers", "/prompt-sets/fevers/1/1"],
)
def test_references_stay_out_of_sight_of_those_who_judge(
    client: FlaskClient, sign_in: SignIn, database: Database, *, role: Role, address: str
) -> None:
    freeze(database, row())
    sign_in(client, {role})

    assert client.get(address).status_code == 403


def test_an_auditor_reads_and_does_not_upload(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    freeze(database, row())
    sign_in(client, {Role.AUDITOR})

    assert client.get("/prompt-sets/fevers").status_code == 200
    assert "Upload" not in client.get("/prompt-sets").text
    assert client.get("/prompt-sets/new").status_code == 403
