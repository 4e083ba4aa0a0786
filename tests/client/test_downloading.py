"""Downloading over a real connection, also over one that breaks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from evalhub.client import (
    Changed,
    Client,
    Damaged,
    KeyRefused,
    NoSpace,
    NotNow,
    NotThere,
    OtherRelease,
    Strange,
    UnknownTable,
    Unreachable,
)
from evalhub.client.answers import FileFacts, Manifest
from evalhub.client.downloading import download_files
from evalhub.client.verifying import wanted_files
from evalhub.core.canonical import sha256_hex
from evalhub.db.engine import Database
from evalhub.db.models import ApiKey, Release, ReleaseDownload
from evalhub.services.releasing.kept import FoundRelease
from evalhub.services.releasing.verifying import verify_release
from tests.client.conftest import Connect
from tests.client.serving import Between, cut_after, flip_first
from tests.web.conftest import Clock

PAIRS = "pairs/train.jsonl"


def get(client: Client, folder: Path, **options: object) -> Path:
    """Download the release one file at a time, so that what comes when is known."""
    client.download("tiny", "1.0.0", folder, **{"workers": 1, **options})  # type: ignore[arg-type]  # by name
    return folder


def parts(folder: Path) -> list[str]:
    return [place.name for place in folder.rglob("*.part")]


def test_a_release_arrives_byte_for_byte(
    connect: Connect, built: FoundRelease, tmp_path: Path, between: Between
) -> None:
    told: list[tuple[str, int, int]] = []
    with connect() as hub:
        done = hub.download(
            "tiny", "1.0.0", tmp_path / "copy", tell=lambda *facts: told.append(facts)
        )

        assert hub.verify(done.folder).sha256 == sha256_hex(
            (built.folder / "SHA256SUMS").read_bytes()
        )
    assert verify_release(done.folder).is_good
    assert (done.n_files, done.n_fetched) == (len(built.manifest.files),) * 2
    assert {path for path, n, n_bytes in told if n == n_bytes} == {
        file.path for file in built.manifest.files
    }
    assert parts(done.folder) == []
    assert len(between.asked) == len(set(between.asked)) == done.n_files + 1


def test_what_is_there_is_not_fetched_again_and_what_is_not_right_is(
    connect: Connect, tmp_path: Path, between: Between
) -> None:
    hub = connect()
    folder = get(hub, tmp_path / "copy")
    (folder / PAIRS).write_bytes((folder / PAIRS).read_bytes()[::-1])
    (folder / "README.md").unlink()
    between.asked.clear()

    done = hub.download("tiny", "1.0.0", folder)

    assert done.n_fetched == 2
    assert len(between.asked) == 3
    hub.verify(folder)


def test_only_the_tables_that_are_wanted_come(connect: Connect, tmp_path: Path) -> None:
    hub = connect()

    folder = get(hub, tmp_path / "copy", only={"trl"})

    tables = {place.name for place in folder.iterdir() if place.is_dir()}
    assert tables == {"trl", "rubrics", "llamafactory"}
    hub.verify(folder, only={"trl"})
    with pytest.raises(Damaged, match=r"pairs/train.parquet: is missing"):
        hub.verify(folder)


@pytest.mark.parametrize("only", [{"tlr", "pairs"}, "tlr"], ids=["set", "lone"])
def test_a_table_that_the_release_does_not_have_is_told_before_a_byte_comes(
    connect: Connect, tmp_path: Path, between: Between, only: set[str] | str
) -> None:
    with pytest.raises(UnknownTable, match=r"no table 'tlr'; it has .*'pairs', .*'trl'"):
        get(connect(), tmp_path / "copy", only=only)

    assert not (tmp_path / "copy").exists()
    assert [line.split()[1] for line in between.asked] == ["/api/v1/releases/tiny/1.0.0"]


def test_a_lone_name_is_a_table_and_not_letters(connect: Connect, tmp_path: Path) -> None:
    folder = get(connect(), tmp_path / "copy", only="trl")

    tables = {place.name for place in folder.iterdir() if place.is_dir()}
    assert tables == {"trl", "rubrics", "llamafactory"}
    connect().verify(folder, only="trl")


@pytest.mark.parametrize("name", ["manifest.json", "manifest.json.part"], ids=["whole", "begun"])
def test_a_folder_of_another_release_is_left_as_it_is(
    connect: Connect, tmp_path: Path, between: Between, built: FoundRelease, name: str
) -> None:
    document = json.loads((built.folder / "manifest.json").read_bytes()) | {"id": "tiny@0.9.0"}
    texts = {name: json.dumps(document), "README.md": "# Of the other one\n"}
    folder = tmp_path / "copy"
    folder.mkdir()
    for path, text in texts.items():
        (folder / path).write_text(text)

    with pytest.raises(
        OtherRelease, match=rf"holds tiny@0\.9\.0 .* in its {name} and not tiny@1\."
    ):
        get(connect(), folder)

    assert {place.name: place.read_text() for place in folder.iterdir()} == texts
    assert len(between.asked) == 1


def test_the_same_version_from_other_sums_is_another_release(
    connect: Connect, tmp_path: Path, built: FoundRelease
) -> None:
    own = (built.folder / "manifest.json").read_bytes()
    other = own + b"\n"
    (tmp_path / "manifest.json").write_bytes(other)

    with pytest.raises(OtherRelease) as caught:
        get(connect(), tmp_path)

    said = str(caught.value)
    assert said.count("tiny@1.0.0") == 2
    assert f"(SHA-256 {sha256_hex(own)})" in said
    assert f"(SHA-256 {sha256_hex(other)})" in said


def test_a_folder_with_a_manifest_of_something_else_is_left_as_it_is(
    connect: Connect, tmp_path: Path
) -> None:
    (tmp_path / "manifest.json").write_text('{"name": "An app"}')

    with pytest.raises(OtherRelease, match="holds what is no manifest "):
        get(connect(), tmp_path)


def test_what_is_begun_says_whose_files_these_are(
    connect: Connect, tmp_path: Path, between: Between, built: FoundRelease
) -> None:
    between.bodies[PAIRS] = [cut_after(300)]

    with pytest.raises(Unreachable):
        get(connect(attempts=1), tmp_path / "copy")

    claim = tmp_path / "copy" / "manifest.json.part"
    assert claim.read_bytes() == (built.folder / "manifest.json").read_bytes()
    assert not (tmp_path / "copy" / "manifest.json").exists()


def test_a_cut_connection_is_gone_on_with_where_it_broke(
    connect: Connect, tmp_path: Path, between: Between, waits: list[float]
) -> None:
    between.bodies[PAIRS] = [cut_after(300), cut_after(200)]

    folder = get(connect(), tmp_path / "copy")

    asked = [line.split()[2] for line in between.asked if PAIRS in line]
    assert asked == ["bytes=0-", "bytes=300-", "bytes=500-"]
    assert verify_release(folder).is_good
    assert len(waits) == 2
    assert all(0 < wait <= 0.5 for wait in waits)


def test_who_gives_up_goes_on_later(connect: Connect, tmp_path: Path, between: Between) -> None:
    between.bodies[PAIRS] = [cut_after(300), *[cut_after(0)] * 3]
    with pytest.raises(Unreachable, match=rf"Gave up after 3 tries: {PAIRS}: .*300 of"):
        get(connect(attempts=3), tmp_path / "copy")
    assert set(parts(tmp_path / "copy")) == {"train.jsonl.part", "manifest.json.part"}
    assert not (tmp_path / "copy" / "manifest.json").exists()
    between.bodies.clear()

    get(connect(), tmp_path / "copy")

    assert f"GET /api/v1/releases/tiny/1.0.0/files/{PAIRS} bytes=300-" in between.asked
    assert parts(tmp_path / "copy") == []


def test_a_proxy_without_ranges_costs_the_beginning_again(
    connect: Connect, tmp_path: Path, between: Between
) -> None:
    between.hidden = {"HTTP_RANGE"}
    between.bodies[PAIRS] = [cut_after(300)]

    folder = get(connect(), tmp_path / "copy")

    assert verify_release(folder).is_good


def test_what_lies_half_and_wrong_is_fetched_from_the_start(
    connect: Connect, tmp_path: Path, between: Between
) -> None:
    left = tmp_path / "copy" / f"{PAIRS}.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"nonsense")

    folder = get(connect(), tmp_path / "copy")

    asked = [line.split()[2] for line in between.asked if PAIRS in line]
    assert asked == ["bytes=8-", "bytes=0-"]
    assert verify_release(folder).is_good


def test_more_than_the_file_has_is_no_part_of_it(connect: Connect, tmp_path: Path) -> None:
    left = tmp_path / "copy" / f"{PAIRS}.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"x" * 1_000_000)

    assert verify_release(get(connect(), tmp_path / "copy")).is_good


def test_a_wrong_byte_is_never_kept_under_the_name_of_the_file(
    connect: Connect, tmp_path: Path, between: Between, built: FoundRelease
) -> None:
    between.bodies[PAIRS] = [flip_first]
    right = next(file.sha256 for file in built.manifest.files if file.path == PAIRS)

    with pytest.raises(Damaged, match=f"{PAIRS}: came with the SHA-256 .* and not {right}"):
        get(connect(), tmp_path / "copy")

    assert not (tmp_path / "copy" / PAIRS).exists()
    assert "train.jsonl.part" not in parts(tmp_path / "copy")


def test_a_file_that_is_damaged_on_the_server_is_named(
    connect: Connect, tmp_path: Path, built: FoundRelease
) -> None:
    (built.folder / PAIRS).write_text("{}\n")

    with pytest.raises(NotNow, match=f"File '{PAIRS}' .* is not as it was built") as caught:
        get(connect(), tmp_path / "copy")

    assert caught.value.status == 409


def test_a_release_that_changed_meanwhile_is_not_mixed(
    connect: Connect, tmp_path: Path, built: FoundRelease, database: Database
) -> None:
    """Bring another state under the same version, which only who holds the server can."""

    def change(path: str, n_there: int, n_bytes: int) -> None:
        if path == "README.md" and n_there == n_bytes:
            (built.folder / PAIRS).write_text("{}\n")
            with database.transaction() as session:
                row = session.exec(select(Release)).one()
                document = json.loads(row.manifest)
                for file in document["files"]:
                    if file["path"] == PAIRS:
                        file |= {"sha256": sha256_hex("{}\n"), "n_bytes": 3}
                row.manifest = json.dumps(document)
                session.add(row)

    with pytest.raises(Changed, match="another version") as caught:
        get(connect(), tmp_path / "copy", tell=change)

    assert caught.value.status == 412
    assert not (tmp_path / "copy" / PAIRS).exists()


def test_a_key_that_is_withdrawn_ends_the_download(
    connect: Connect, tmp_path: Path, database: Database, clock: Clock, waits: list[float]
) -> None:
    def withdraw(path: str, _n_there: int, _n_bytes: int) -> None:
        if path == "README.md":
            with database.transaction() as session:
                row = session.exec(select(ApiKey)).one()
                row.revoked_at = clock()
                session.add(row)

    with pytest.raises(KeyRefused, match="unknown, expired or revoked"):
        get(connect(), tmp_path / "copy", tell=withdraw)

    assert (tmp_path / "copy" / "README.md").exists()
    assert waits == []


def test_each_download_is_in_the_log_with_its_key(
    connect: Connect, tmp_path: Path, database: Database
) -> None:
    get(connect(), tmp_path / "copy", only={"trl"})

    with database.transaction(write=False) as session:
        rows = session.exec(select(ReleaseDownload)).all()
        key = session.exec(select(ApiKey)).one()
        assert {row.api_key_id for row in rows} == {key.id}
        assert "trl/train.parquet" in {row.file for row in rows}


def test_a_release_that_is_not_there_is_not_there(connect: Connect, tmp_path: Path) -> None:
    with pytest.raises(NotThere, match=r"no release 'tiny@9.0.0'"):
        connect().download("tiny", "9.0.0", tmp_path / "copy")
    with pytest.raises(NotThere):
        connect().download("../admin", "1.0.0", tmp_path / "copy")

    assert not (tmp_path / "copy").exists()


def test_a_used_up_quota_leaves_what_came(url: str, connect: Connect, tmp_path: Path) -> None:
    """Run under a limit on the size of a file, which the system reports as it does a full disk."""
    key = connect()._transport._http.headers["Authorization"][7:]  # noqa: SLF001 - handed to a child
    program = (
        "import resource, sys\n"
        "from evalhub.client import Client, NoSpace\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "try:\n"
        "    with Client(*sys.argv[1:3]) as hub:\n"
        "        hub.download('tiny', '1.0.0', sys.argv[3], workers=1)\n"
        "except NoSpace as error:\n"
        "    print(error)\n"
    )

    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, url, key, str(tmp_path / "copy")],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "cannot be written: File too large." in ended.stdout
    assert not (tmp_path / "copy" / "manifest.json").exists()


def test_a_disk_that_is_too_small_is_told_before_the_first_byte(
    connect: Connect, tmp_path: Path, between: Between
) -> None:
    huge = Manifest(b"{}", "tiny@1.0.0", (FileFacts("pairs/train.jsonl", "0" * 64, 2**62),), False)

    with pytest.raises(NoSpace, match=f"needs {2**62} bytes more"):
        download_files(
            huge,
            tmp_path / "copy",
            transport=connect()._transport,  # noqa: SLF001 - the part that is tested
            address="/releases/tiny/1.0.0/files",
            only=(),
            workers=1,
            tell=lambda *_: None,
        )

    assert between.asked == []


def test_a_folder_that_cannot_be_made_is_the_systems_own_error(
    connect: Connect, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(NotADirectoryError):
        get(connect(), tmp_path / "file" / "copy")


@pytest.mark.parametrize(
    "path", ["../x", "/etc/passwd", "a//b", "a\\b", "", "SHA256SUMS", "a/b.part", "a/../b"]
)
def test_a_server_does_not_say_where_files_are_written(path: str) -> None:
    with pytest.raises(Strange, match="no plain relative path"):
        wanted_files([FileFacts(path, "0" * 64, 1)], ())


def test_more_bytes_than_the_file_has_are_not_written(
    connect: Connect, tmp_path: Path, database: Database
) -> None:
    with database.transaction() as session:
        row = session.exec(select(Release)).one()
        document = json.loads(row.manifest)
        wrong = [{**file, "n_bytes": 5} for file in document["files"]]
    manifest = Manifest(
        b"{}",
        "tiny@1.0.0",
        tuple(FileFacts(one["path"], one["sha256"], 5, one["n_rows"]) for one in wrong),
        False,
    )

    with pytest.raises(Strange, match="more came than the 5 bytes"):
        download_files(
            manifest,
            tmp_path / "copy",
            transport=connect()._transport,  # noqa: SLF001 - the part that is tested
            address="/releases/tiny/1.0.0/files",
            only={"trl"},
            workers=2,
            tell=lambda *_: None,
        )
