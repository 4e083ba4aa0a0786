"""The page of a dossier: what an auditor reads, and what a signature leaves."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.config import Settings
from evalhub.core.canonical import sha256_hex
from evalhub.core.people import Role
from evalhub.core.releasing.dossier.vocabulary import WORDS
from evalhub.db.engine import Database
from evalhub.db.models import ReleaseSignOff
from evalhub.services.releasing.keeping import BuiltRelease
from tests.services.releasing.olden import take_documents_out
from tests.web.conftest import SignIn
from tests.web.pages import fill, forms_of
from tests.web.test_releases import build

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGE = "/releases/tiny/1.0.0/dossier"
SIGN = "/releases/tiny/1.0.0/sign-offs"


@pytest.fixture
def built(database: Database, settings: Settings) -> BuiltRelease:
    return build(database, settings)


@pytest.fixture
def auditor(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, {Role.AUDITOR}, name="Noor Auditor")
    return client


def signatures(database: Database) -> list[ReleaseSignOff]:
    with database.transaction(write=False) as session:
        return list(session.exec(select(ReleaseSignOff)))


def test_every_field_stands_on_the_page_with_its_value_or_reason(
    auditor: FlaskClient, built: BuiltRelease
) -> None:
    text = auditor.get(PAGE).text

    for name in WORDS:
        assert f'id="{name.value}"' in text
    assert "Not known." in text
    assert "Could not be known" in text
    assert "alder-1 against birch-1" in text
    assert sha256_hex((built.folder / "manifest.json").read_bytes()) in text
    assert "Nobody has signed this release yet." in text
    assert "style=" not in text


def test_every_section_leads_back_to_their_list(auditor: FlaskClient, built: BuiltRelease) -> None:
    text = auditor.get(PAGE).text

    listed = text.partition('<nav class="parts" id="parts"')[2].partition("</nav>")[0]
    assert text.count('<a href="#parts">To the sections</a>') == listed.count("<li>") > 1


def test_the_page_promises_nothing(auditor: FlaskClient, built: BuiltRelease) -> None:
    text = auditor.get(PAGE).text.lower()

    assert "examined for" in text
    for word in ("bias-free", "unbiased", "compliant"):
        assert word not in text


def test_the_release_leads_to_its_dossier(auditor: FlaskClient, built: BuiltRelease) -> None:
    assert f'href="{PAGE}"' in auditor.get("/releases/tiny/1.0.0").text


def test_an_auditor_signs_and_the_page_shows_it(
    auditor: FlaskClient, built: BuiltRelease, database: Database
) -> None:
    page = auditor.get(PAGE)
    data = fill(page, SIGN, statement="Read.\r\nAll of it.", open_findings="<b>None</b> of pay.")

    response = auditor.post(SIGN, data=data)

    assert (response.status_code, response.location) == (303, PAGE)
    text = auditor.get(PAGE).text
    assert "Noor Auditor, auditor" in text
    assert "&lt;b&gt;None&lt;/b&gt; of pay." in text
    assert "Bound to this manifest" in text
    (row,) = signatures(database)
    assert row.statement == "Read.\nAll of it."
    assert row.manifest_sha256 == sha256_hex((built.folder / "manifest.json").read_bytes())


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"statement": " "}, 422),
        ({"statement": "fine", "role": "pope"}, 422),
        ({"statement": "fine", "manifest_sha256": "0" * 64}, 409),
        ({"statement": "x" * 5000}, 422),
    ],
    ids=["empty", "another role", "another manifest", "too long"],
)
def test_a_signature_that_is_refused_keeps_what_was_typed(
    auditor: FlaskClient,
    built: BuiltRelease,
    database: Database,
    answers: dict[str, str],
    status: int,
) -> None:
    data = fill(auditor.get(PAGE), SIGN, open_findings="Pay is not known.")

    response = auditor.post(SIGN, data={**data, **answers})

    assert response.status_code == status
    assert 'id="errors"' in response.text
    assert "Pay is not known." in response.text
    assert signatures(database) == []


def test_nobody_signs_as_what_they_are_not(
    auditor: FlaskClient, built: BuiltRelease, database: Database
) -> None:
    data = fill(auditor.get(PAGE), SIGN, statement="Mine.", role="steward")

    assert auditor.post(SIGN, data=data).status_code == 403
    assert signatures(database) == []


def test_a_lab_reads_and_has_nothing_to_sign(
    client: FlaskClient, sign_in: SignIn, built: BuiltRelease, database: Database
) -> None:
    sign_in(client, {Role.LAB})
    page = client.get(PAGE)

    assert page.status_code == 200
    assert [form.action for form in forms_of(page) if form.action == SIGN] == []
    token = fill(client.get("/account"))["csrf_token"]
    assert client.post(SIGN, data={"csrf_token": token}).status_code == 403
    assert signatures(database) == []


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.COORDINATOR, Role.REVIEWER])
def test_dossiers_are_for_those_who_use_or_check_releases(
    client: FlaskClient, sign_in: SignIn, built: BuiltRelease, role: Role
) -> None:
    sign_in(client, {role})

    assert client.get(PAGE).status_code == 403


def test_a_release_from_before_dossiers_says_so_and_can_be_signed(
    auditor: FlaskClient, built: BuiltRelease, database: Database
) -> None:
    with database.transaction() as session:
        take_documents_out(built, session)

    page = auditor.get(PAGE)

    assert "built before releases had a dossier" in page.text
    assert auditor.post(SIGN, data=fill(page, SIGN, statement="Read.")).status_code == 303


def test_a_dossier_that_was_damaged_is_not_shown_under_the_old_hash(
    auditor: FlaskClient, built: BuiltRelease
) -> None:
    path = built.folder / "dossier.json"
    path.write_text(path.read_text("utf-8").replace('"value": 3', '"value": 9'), "utf-8")

    response = auditor.get(PAGE)

    assert response.status_code == 409
    assert "not as it was built" in response.text


@pytest.mark.parametrize("path", ["/releases/tiny/9.0.0/dossier", "/releases/no/1.0.0/dossier"])
def test_unknown_releases_have_no_dossier(
    auditor: FlaskClient, built: BuiltRelease, path: str
) -> None:
    assert auditor.get(path).status_code == 404
