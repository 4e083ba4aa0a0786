from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from evalhub.config import Settings
from evalhub.core.canonical import sha256_hex
from evalhub.core.people import Role, command_actor
from evalhub.core.queued_work import WorkStatus
from evalhub.core.releasing.recipe import PairRules, Recipe
from evalhub.db.engine import Database
from evalhub.db.models import Project, Release, ReleaseBuild, ReleaseDownload
from evalhub.services.releasing.builds import list_builds
from evalhub.services.releasing.keeping import BuiltRelease
from tests.factories import make_project
from tests.release_project import make_tiny_project
from tests.releases import build_release, build_tiny
from tests.web.conftest import SignIn
from tests.web.pages import fill

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
BASE = "/releases/tiny/1.0.0"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def build(database: Database, settings: Settings, *, is_simulated: bool = False) -> BuiltRelease:
    with database.transaction() as session:
        return build_tiny(session, settings, now=NOW, is_simulated=is_simulated)


@pytest.fixture
def built(database: Database, settings: Settings) -> BuiltRelease:
    return build(database, settings)


@pytest.fixture
def lab(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, {Role.LAB})
    return client


@pytest.fixture
def researcher(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, {Role.RESEARCHER})
    return client


def downloads(database: Database) -> list[tuple[str, int | None, int | None]]:
    """Return file, first and last byte of every recorded download, in order."""
    with database.transaction(write=False) as session:
        rows = session.exec(select(ReleaseDownload).order_by(col(ReleaseDownload.id)))
        return [(row.file, row.first_byte, row.last_byte) for row in rows]


def test_list_names_every_release(lab: FlaskClient, built: BuiltRelease) -> None:
    text = lab.get("/releases").text

    assert f'<a href="{BASE}">tiny 1.0.0</a>' in text
    assert "A tiny &lt;project&gt;" in text
    assert '<td data-label="Data">judged here and imported</td>' in text


def test_empty_list_says_so(lab: FlaskClient) -> None:
    assert "There is no release yet." in lab.get("/releases").text


def test_whoever_builds_finds_each_project_with_judgments(
    researcher: FlaskClient, database: Database, built: BuiltRelease
) -> None:
    with database.transaction() as session:
        make_project(session, slug="empty")

    page = researcher.get("/releases").text

    assert '<a class="btn btn-primary" href="#build-h">Build a release</a>' in page
    assert page.count('href="/projects/tiny/scores#build-h">Build the next version') == 1
    assert "/projects/empty" not in page
    assert 'id="build-h"' in researcher.get("/projects/tiny/scores").text
    assert 'href="/projects/tiny/scores#build-h">Build a release' in (
        researcher.get("/projects/tiny").text
    )


def test_the_first_version_is_offered_where_there_is_none(
    researcher: FlaskClient, database: Database
) -> None:
    assert "as soon as a project has a judgment" in researcher.get("/releases").text
    with database.transaction() as session:
        make_tiny_project(session)

    assert "Build the first version" in researcher.get("/releases").text


def test_a_lab_is_offered_no_build(lab: FlaskClient, built: BuiltRelease) -> None:
    assert "build-h" not in lab.get("/releases").text


def test_page_shows_what_it_is_who_judged_and_every_file(
    lab: FlaskClient, built: BuiltRelease
) -> None:
    text = lab.get(BASE).text

    assert "Train a *reward* model." in text
    assert "signed in and judged here" in text
    assert "named in imported judgments" in text
    assert "36.4&nbsp;%" in text
    assert "Agreement is not the same as being right." in text
    for file in built.manifest.files:
        assert f'href="{BASE}/files/{file.path}"' in text
        assert file.sha256 in text
    assert "load_dataset" in text
    assert "alder answers p" in text
    assert "Simulated." not in text
    assert "style=" not in text


def test_simulated_release_says_so(
    lab: FlaskClient, database: Database, settings: Settings
) -> None:
    build(database, settings, is_simulated=True)

    assert "<b>Simulated.</b>" in lab.get(BASE).text
    assert "<b>simulated</b>" in lab.get("/releases").text


def test_release_without_a_pair_says_so_and_where_they_went(
    lab: FlaskClient, database: Database, settings: Settings
) -> None:
    with database.transaction() as session:
        make_tiny_project(session)
        build_release(
            "tiny",
            session=session,
            settings=settings,
            actor=command_actor(),
            now=NOW,
            recipe=Recipe(pairs=PairRules(min_judgments=50)),
        )

    page = lab.get(BASE).text

    assert '<b>0 pairs.</b> This release holds no pair to train on. <a href="#out-h">' in page
    assert 'id="out-h"' in page
    assert "too_few_judgments" in page


def test_release_of_few_judgments_has_no_agreement(
    lab: FlaskClient, database: Database, settings: Settings
) -> None:
    built = build(database, settings)
    manifest = built.manifest
    with database.transaction() as session:
        row = session.exec(select(Release)).one()
        figures = row.manifest.index('  "agreement": ['), row.manifest.index('  "clearance"')
        row.manifest = (
            row.manifest[: figures[0]] + '  "agreement": [],\n' + row.manifest[figures[1] :]
        )
        session.add(row)

    assert manifest.agreement
    assert "so there is no agreement to state" in lab.get(BASE).text


@pytest.mark.parametrize("path", ["/releases/tiny/9.0.0", "/releases/other/1.0.0"])
def test_unknown_release_is_not_found(lab: FlaskClient, built: BuiltRelease, path: str) -> None:
    assert lab.get(path, buffered=True).status_code == 404


@pytest.mark.parametrize("path", ["/releases", BASE, f"{BASE}/files/README.md"])
@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.LAB, 200),
        (Role.AUDITOR, 200),
        (Role.RESEARCHER, 200),
        (Role.ADMIN, 200),
        (Role.ANNOTATOR, 403),
        (Role.COORDINATOR, 403),
    ],
)
def test_releases_are_for_those_who_use_or_check_them(
    client: FlaskClient,
    sign_in: SignIn,
    built: BuiltRelease,
    path: str,
    role: Role,
    status: int,
) -> None:
    sign_in(client, {role})

    assert client.get(path, buffered=True).status_code == status


def test_download_is_the_file_named_by_its_hash_and_is_recorded(
    lab: FlaskClient, built: BuiltRelease, database: Database
) -> None:
    path = "pairs/train.parquet"

    response = lab.get(f"{BASE}/files/{path}", buffered=True)

    content = (built.folder / path).read_bytes()
    assert response.data == content
    assert response.headers["ETag"] == f'"{sha256_hex(content)}"'
    assert response.mimetype == "application/vnd.apache.parquet"
    assert "attachment" in response.headers["Content-Disposition"]
    assert downloads(database) == [(path, None, None)]


def test_resumed_download_is_recorded_part_by_part(
    lab: FlaskClient, built: BuiltRelease, database: Database
) -> None:
    content = (built.folder / "README.md").read_bytes()
    url = f"{BASE}/files/README.md"

    first = lab.get(url, headers={"Range": "bytes=0-99"}, buffered=True)
    rest = lab.get(
        url, headers={"Range": "bytes=100-", "If-Range": first.headers["ETag"]}, buffered=True
    )

    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.data + rest.data == content
    last = len(content) - 1
    assert downloads(database) == [("README.md", 0, 99), ("README.md", 100, last)]


@pytest.mark.parametrize(
    ("wanted", "n_left_out", "n_sent"),
    [
        ("bytes=1-", 1, None),
        ("bytes=-10", None, 10),
        ("bytes=5-5", 5, 1),
        ("bytes=3-999999", 3, None),
    ],
    ids=["all but the first", "the last ten", "one byte", "more than there is"],
)
def test_download_without_the_first_byte_is_recorded(
    lab: FlaskClient,
    built: BuiltRelease,
    database: Database,
    wanted: str,
    n_left_out: int | None,
    n_sent: int | None,
) -> None:
    n_bytes = (built.folder / "README.md").stat().st_size
    first = n_bytes - (n_sent or 0) if n_left_out is None else n_left_out

    response = lab.get(f"{BASE}/files/README.md", headers={"Range": wanted}, buffered=True)

    assert response.status_code == 206
    assert downloads(database) == [("README.md", first, first + len(response.data) - 1)]
    assert len(response.data) == (n_bytes - first if n_sent is None else n_sent)


def test_range_of_another_state_gives_and_records_the_whole_file(
    lab: FlaskClient, built: BuiltRelease, database: Database
) -> None:
    headers = {"Range": "bytes=5-9", "If-Range": '"another"'}

    response = lab.get(f"{BASE}/files/README.md", headers=headers, buffered=True)

    assert response.status_code == 200
    assert downloads(database) == [("README.md", None, None)]


def test_unchanged_file_is_not_sent_or_recorded_again(
    lab: FlaskClient, built: BuiltRelease, database: Database
) -> None:
    url = f"{BASE}/files/SHA256SUMS"
    tag = lab.head(url, buffered=True).headers["ETag"]

    response = lab.get(url, headers={"If-None-Match": tag}, buffered=True)

    assert (response.status_code, response.data) == (304, b"")
    assert downloads(database) == []


def test_file_of_another_state_is_refused_without_a_byte_of_it(
    lab: FlaskClient, built: BuiltRelease, database: Database
) -> None:
    content = (built.folder / "README.md").read_bytes()

    response = lab.get(f"{BASE}/files/README.md", headers={"If-Match": '"another"'}, buffered=True)

    assert response.status_code == 412
    assert content not in response.data
    assert downloads(database) == []


def test_range_past_the_end_is_refused_with_the_length_and_not_recorded(
    lab: FlaskClient, built: BuiltRelease, database: Database
) -> None:
    headers = {"Range": "bytes=999999-"}

    response = lab.get(f"{BASE}/files/README.md", headers=headers, buffered=True)

    n_bytes = (built.folder / "README.md").stat().st_size
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{n_bytes}"
    assert downloads(database) == []


@pytest.mark.parametrize(
    "wanted",
    ["bytes=0-1,5-9", "lines=1-5", "bytes=x", "bytes="],
    ids=["two parts", "another unit", "no number", "nothing"],
)
def test_range_that_is_not_one_part_in_bytes_gives_the_whole_file(
    lab: FlaskClient, built: BuiltRelease, database: Database, wanted: str
) -> None:
    response = lab.get(f"{BASE}/files/README.md", headers={"Range": wanted}, buffered=True)

    assert response.status_code == 200
    assert response.data == (built.folder / "README.md").read_bytes()
    assert downloads(database) == [("README.md", None, None)]


@pytest.mark.parametrize("path", ["README.md", "SHA256SUMS"])
def test_text_names_its_charset_once(lab: FlaskClient, built: BuiltRelease, path: str) -> None:
    response = lab.get(f"{BASE}/files/{path}", buffered=True)

    assert response.headers["Content-Type"].count("charset=utf-8") == 1


def test_file_damaged_in_place_is_not_handed_out_under_the_old_hash(
    lab: FlaskClient, built: BuiltRelease, database: Database
) -> None:
    whole = lab.get(f"{BASE}/files/README.md", buffered=True)
    path = built.folder / "README.md"
    path.chmod(0o644)
    path.write_bytes(whole.data[:-2] + b"?\n")

    response = lab.get(f"{BASE}/files/README.md", buffered=True)

    assert (whole.status_code, response.status_code) == (200, 409)
    assert downloads(database) == [("README.md", None, None)]


def test_asking_for_the_head_alone_is_not_recorded(
    lab: FlaskClient, built: BuiltRelease, database: Database
) -> None:
    response = lab.head(f"{BASE}/files/README.md", headers={"Range": "bytes=1-"}, buffered=True)

    assert (response.status_code, response.data) == (206, b"")
    assert downloads(database) == []


@pytest.mark.parametrize("path", ["..%2f..%2fevalhub.db", "pairs", "nothing.txt", "%00"])
def test_other_files_are_not_found(lab: FlaskClient, built: BuiltRelease, path: str) -> None:
    assert lab.get(f"{BASE}/files/{path}", buffered=True).status_code in {404, 422}


def test_damaged_file_is_not_handed_out(lab: FlaskClient, built: BuiltRelease) -> None:
    (built.folder / "README.md").write_text("short")

    response = lab.get(f"{BASE}/files/README.md", buffered=True)

    assert response.status_code == 409
    assert "not as it was built" in response.text


def test_researcher_asks_for_a_build_on_the_scores_page(
    researcher: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        make_tiny_project(session)
    page = researcher.get("/projects/tiny/scores")

    response = researcher.post("/releases/tiny", data=fill(page, "/releases/tiny", version="2.0.0"))

    with database.transaction(write=False) as session:
        (found,) = list_builds(session=session)
    assert (response.status_code, response.location) == (303, f"/release-builds/{found.public_id}")
    assert (found.wanted, found.status) == ("2.0.0", WorkStatus.QUEUED)


@pytest.mark.parametrize(
    ("slug", "version", "status"),
    [("tiny", "x", 422), ("nothing", "", 404), ("empty", "", 409), ("tiny", "\u0000", 422)],
)
def test_release_that_cannot_be_built_changes_nothing(
    researcher: FlaskClient, database: Database, slug: str, version: str, status: int
) -> None:
    with database.transaction() as session:
        make_tiny_project(session)
        make_project(session, slug="empty")
    page = researcher.get("/projects/tiny/scores")

    response = researcher.post(
        f"/releases/{slug}", data=fill(page, "/releases/tiny", version=version)
    )

    assert response.status_code == status
    with database.transaction(write=False) as session:
        assert session.exec(select(Release)).all() == []


def test_lab_cannot_build(lab: FlaskClient, built: BuiltRelease) -> None:
    data = fill(lab.get("/account"))

    assert lab.post("/releases/tiny", data=data).status_code == 403


def test_very_long_texts_stay_whole_pages(
    lab: FlaskClient, database: Database, settings: Settings
) -> None:
    with database.transaction() as session:
        project = make_tiny_project(session)
        session.get_one(Project, project.id).title = "Long" * 50
        build_release("tiny", session=session, settings=settings, actor=command_actor(), now=NOW)

    assert lab.get(BASE).status_code == 200


def test_a_version_that_cannot_be_is_shown_at_its_form(
    researcher: FlaskClient, built: BuiltRelease
) -> None:
    page = researcher.get("/projects/tiny/scores")

    refused = researcher.post("/releases/tiny", data=fill(page, "/releases/tiny", version="1.x"))

    assert refused.status_code == 422
    assert 'id="errors"' in refused.text
    assert fill(refused, "/releases/tiny")["version"] == ["1.x"]


def test_an_administrator_withdraws_a_release_on_its_page(
    client: FlaskClient, sign_in: SignIn, built: BuiltRelease
) -> None:
    sign_in(client, {Role.ADMIN})
    form = fill(client.get(BASE), f"{BASE}/withdraw")

    short = client.post(f"{BASE}/withdraw", data={**form, "reason": "too short"})
    answer = client.post(f"{BASE}/withdraw", data={**form, "reason": "Not ours to give."})
    again = client.post(f"{BASE}/withdraw", data={**form, "reason": "Still not ours."})
    after = client.get(BASE).text

    assert (short.status_code, answer.status_code, again.status_code) == (422, 303, 409)
    assert fill(short, f"{BASE}/withdraw")["reason"] == ["too short"]
    assert 'id="errors"' in again.text
    assert "because: Not ours to give." in after
    assert "Withdraw it for good" not in after
    assert client.get(f"{BASE}/files/README.md").status_code == 410


def test_the_form_of_a_build_chooses_its_recipe(
    researcher: FlaskClient, built: BuiltRelease, database: Database
) -> None:
    page = researcher.get("/projects/tiny/scores")
    chosen = {
        "aggregation": "majority",
        "gate_no_consent": "accept",
        "reason_no_consent": "Signed on paper in May.",
        "disjoint": "1",
    }

    answer = researcher.post("/releases/tiny", data={**fill(page), **chosen})

    assert answer.status_code == 303
    with database.transaction(write=False) as session:
        recipe = session.exec(select(ReleaseBuild.recipe)).one()
    assert '"aggregation":"majority"' in recipe
    assert "Signed on paper in May." in recipe


def test_a_form_with_a_bad_choice_comes_back_filled_in(
    researcher: FlaskClient, built: BuiltRelease
) -> None:
    page = researcher.get("/projects/tiny/scores")

    wrong = {
        "gate_no_consent": "accept",
        "licence": "mine",
        "flavour": ["kto", "arena"],
        "leave_out": "imported_judgment",
        "min_agreement": "60",
    }

    answer = researcher.post("/releases/tiny", data={**fill(page), **wrong})

    assert answer.status_code == 422
    again = fill(answer, "/releases/tiny")
    assert (again["licence"], again["min_agreement"]) == (["mine"], ["60"])
    assert (again["flavour"], again["leave_out"]) == (["kto", "arena"], ["imported_judgment"])
