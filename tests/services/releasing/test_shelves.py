"""Releases are kept in a folder or in object storage, whole or not at all, and read alike."""

import hashlib
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from pyarrow import fs
from sqlmodel import Session, select

from evalhub.config import Settings
from evalhub.core.people import command_actor
from evalhub.core.releasing.manifest import MANIFEST
from evalhub.db.engine import Database
from evalhub.db.models import Release
from evalhub.errors import Conflict, SettingsError, StorageAway
from evalhub.services.releasing.dossiers import find_dossier
from evalhub.services.releasing.kept import downloadable, get_file, get_release
from evalhub.services.releasing.reporting import find_pair
from evalhub.services.releasing.running import build_release
from evalhub.services.releasing.samples import sample_pairs
from evalhub.services.releasing.shelves import FolderShelf, ObjectShelf, Shelf, shelf_of
from tests.release_project import make_tiny_project

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ACTOR = command_actor()
CONTENT = {"pairs/train.jsonl": b"{}\n", "README.md": b"# A\n", MANIFEST: b"{}"}
SHA256 = "ab" * 32


@pytest.fixture
def stored(settings: Settings, tmp_path: Path) -> Settings:
    """Give settings under which releases go to object storage; a folder stands for a bucket."""
    return settings.model_copy(update={"releases_url": f"file://{tmp_path}/bucket/evalhub"})


@pytest.fixture(params=["folder", "objects"])
def shelf(request: pytest.FixtureRequest, settings: Settings, stored: Settings) -> Shelf:
    """Give a shelf of each kind."""
    return shelf_of(settings if request.param == "folder" else stored)


@pytest.fixture
def written(settings: Settings) -> Path:
    """Give a folder as a build leaves it."""
    folder = settings.releases_dir / ".building-1"
    for path, content in CONTENT.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def test_what_is_staged_and_published_is_there_as_it_was_built(shelf: Shelf, written: Path) -> None:
    name = shelf.name_of("tiny", "1.0.0", SHA256)
    assert not shelf.is_kept(name)

    shelf.stage(written, name)
    shelf.publish(written, name)

    assert shelf.is_kept(name)
    for path, content in CONTENT.items():
        with shelf.open(f"{name}/{path}") as file:
            assert file.read() == content
            file.seek(1)
            assert file.read(2) == content[1:3]
        sha256 = hashlib.sha256(content).hexdigest()
        assert shelf.is_as_built(f"{name}/{path}", n_bytes=len(content), sha256=sha256)
        filesystem, full = shelf.place(f"{name}/{path}")
        assert filesystem.get_file_info(full).size == len(content)


def test_a_file_that_changed_is_not_as_built(shelf: Shelf, written: Path) -> None:
    name, path = shelf.name_of("tiny", "1.0.0", SHA256), "README.md"
    shelf.stage(written, name)
    shelf.publish(written, name)
    sha256 = hashlib.sha256(CONTENT[path]).hexdigest()
    filesystem, full = shelf.place(f"{name}/{path}")

    def is_whole() -> bool:
        return shelf.is_as_built(f"{name}/{path}", n_bytes=4, sha256=sha256)

    assert is_whole()
    Path(full).write_bytes(b"# B\n")
    assert not is_whole()
    Path(full).write_bytes(b"# A and more\n")
    assert not is_whole()
    filesystem.delete_file(full)
    assert not is_whole()
    with pytest.raises(FileNotFoundError):
        shelf.open(f"{name}/{path}")


def test_other_content_has_another_name_in_object_storage(stored: Settings) -> None:
    shelf = shelf_of(stored)

    assert shelf.name_of("tiny", "1.0.0", SHA256) == "tiny/1.0.0-abababababababab"
    assert shelf.name_of("tiny", "1.0.0", "cd" * 32) != shelf.name_of("tiny", "1.0.0", SHA256)


def test_half_a_release_in_object_storage_is_none_and_is_brought_again(
    stored: Settings, written: Path
) -> None:
    shelf = shelf_of(stored)
    shelf.stage(written, "a")
    filesystem, full = shelf.place(f"a/{MANIFEST}")
    filesystem.delete_file(full)
    filesystem.delete_file(shelf.place("a/README.md")[1])
    assert not shelf.is_kept("a")

    shelf.stage(written, "a")

    assert shelf.is_kept("a")
    assert shelf.open("a/README.md").read() == CONTENT["README.md"]


@pytest.mark.parametrize("path", [MANIFEST, "README.md"])
def test_an_object_that_was_cut_short_is_brought_again(
    stored: Settings, written: Path, path: str
) -> None:
    shelf = shelf_of(stored)
    shelf.stage(written, "a")
    Path(shelf.place(f"a/{path}")[1]).write_bytes(CONTENT[path][:1])
    assert not shelf.is_whole(written, "a")

    shelf.publish(written, "a")

    assert shelf.open(f"a/{path}").read() == CONTENT[path]
    assert shelf.is_whole(written, "a")


@contextmanager
def no_file_longer_than(n_bytes: int) -> Iterator[None]:
    """Let the kernel refuse whatever would make a file longer, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_manifest_appears_whole_or_not_at_all_on_a_mounted_disk(
    stored: Settings, written: Path, tmp_path: Path
) -> None:
    shelf = shelf_of(stored)
    (written / MANIFEST).write_bytes(b" " * 100)

    with no_file_longer_than(50), pytest.raises(StorageAway):
        shelf.stage(written, "a")

    assert not shelf.is_kept("a")
    assert shelf.open("a/README.md").read() == CONTENT["README.md"]
    files = (path for path in (tmp_path / "bucket").rglob("*") if path.is_file())
    assert sorted(path.name for path in files) == ["README.md", "train.jsonl"]


def test_what_a_killed_copy_left_is_removed_by_the_next(stored: Settings, written: Path) -> None:
    shelf = shelf_of(stored)
    root = Path(shelf.place("a")[1]).parent
    (root / ".building-0").mkdir(parents=True)
    (root / ".building-0" / MANIFEST).write_bytes(b"{")

    shelf.stage(written, "a")

    assert [path.name for path in root.iterdir()] == ["a"]


def test_storage_that_has_no_folders_is_asked_for_none(written: Path) -> None:
    # Arrow's own stand-in for storage, in memory; it wants its folders made beforehand.
    filesystem, _ = fs.FileSystem.from_uri("mock:///")
    filesystem.create_dir("bucket/a/pairs", recursive=True)
    shelf = ObjectShelf(filesystem, "bucket")

    shelf.stage(written, "a")

    assert shelf.is_kept("a")
    assert shelf.open("a/pairs/train.jsonl").read() == CONTENT["pairs/train.jsonl"]


def test_a_whole_release_is_not_brought_again(stored: Settings, written: Path) -> None:
    shelf = shelf_of(stored)
    shelf.stage(written, "a")
    before = shelf.place("a/README.md")[0].get_file_info(shelf.place("a/README.md")[1]).mtime_ns
    (written / "README.md").write_bytes(b"# B\n")

    shelf.stage(written, "a")

    after = shelf.place("a/README.md")[0].get_file_info(shelf.place("a/README.md")[1]).mtime_ns
    assert before == after


def test_storage_that_refuses_is_told_without_its_own_words(
    stored: Settings, written: Path
) -> None:
    shelf = shelf_of(stored)
    shelf.stage(written, "a")

    with pytest.raises(StorageAway) as caught:
        shelf.open("a/pairs").read()

    assert "bucket" not in str(caught.value)


def test_an_object_has_no_folder(stored: Settings, settings: Settings) -> None:
    with pytest.raises(Conflict, match="'a' lie in object storage; download them"):
        shelf_of(stored).folder("a")
    assert shelf_of(settings).folder("a") == settings.releases_dir / "a"


def test_the_settings_choose_the_shelf(settings: Settings, stored: Settings) -> None:
    assert isinstance(shelf_of(settings), FolderShelf)
    assert isinstance(shelf_of(stored), ObjectShelf)
    assert shelf_of(stored) is shelf_of(stored)
    bad = settings.model_copy(update={"releases_url": "gopher://x/y"})
    with pytest.raises(SettingsError, match="EVALHUB_RELEASES_URL cannot be used"):
        shelf_of(bad)


def test_a_release_in_object_storage_is_built_read_and_rebuilt_alike(
    database: Database, settings: Settings, stored: Settings, now: datetime
) -> None:
    with database.transaction() as session:
        make_tiny_project(session)

    def build(into: Settings, version: str = "1.0.0") -> bool:
        return build_release(
            "tiny", database=database, settings=into, actor=ACTOR, now=now, version=version
        ).is_new

    assert [build(stored), build(stored)] == [True, False]
    assert build(settings, "2.0.0")
    with database.transaction(write=False) as session:
        release, local = (
            get_release("tiny", version, session=session, settings=into, actor=ACTOR)
            for version, into in (("1.0.0", stored), ("2.0.0", settings))
        )
    sums = {file.path: file.sha256 for file in release.manifest.files}
    assert {p: s for p, s in sums.items() if p.startswith("pairs/")} == {
        file.path: file.sha256 for file in local.manifest.files if file.path.startswith("pairs/")
    }
    for one in downloadable(release):
        with get_file(release, one.path).open() as file:
            assert hashlib.sha256(file.read()).hexdigest() == one.sha256
    row = sample_pairs(release)[0]
    assert find_pair(release, row["pair_id"]) == row["prompt_id"]
    assert find_dossier(release) == find_dossier(local) or find_dossier(release) is not None
    assert not (stored.releases_dir / "tiny" / "1.0.0").exists()


def test_a_build_that_is_refused_leaves_the_published_files_alone(
    database: Database, stored: Settings, now: datetime
) -> None:
    with database.transaction() as session:
        project = make_tiny_project(session)
    build_release("tiny", database=database, settings=stored, actor=ACTOR, now=now)
    with database.transaction() as session:
        project = session.merge(project)
        project.title = "Another title"
        name = session.exec(select(Release.folder)).one()
    shelf = shelf_of(stored)
    before = shelf.open(f"{name}/{MANIFEST}").read()

    with pytest.raises(Conflict, match="exists with other content"):
        build_release(
            "tiny", database=database, settings=stored, actor=ACTOR, now=now, version="1.0.0"
        )

    assert shelf.open(f"{name}/{MANIFEST}").read() == before


def test_a_release_that_the_storage_lost_is_brought_back_by_a_build(
    session: Session, database: Database, stored: Settings, now: datetime
) -> None:
    make_tiny_project(session)
    session.commit()
    built = build_release("tiny", database=database, settings=stored, actor=ACTOR, now=now)
    filesystem, full = built.shelf.place(built.name)
    filesystem.delete_dir(full)

    again = build_release("tiny", database=database, settings=stored, actor=ACTOR, now=now)

    assert (again.is_new, again.name) == (False, built.name)
    assert built.shelf.is_kept(built.name)


@pytest.mark.parametrize("is_stored", [False, True], ids=["folder", "objects"])
def test_a_file_that_was_lost_is_brought_back_by_a_build(
    session: Session,
    database: Database,
    settings: Settings,
    stored: Settings,
    now: datetime,
    *,
    is_stored: bool,
) -> None:
    make_tiny_project(session)
    session.commit()
    into = stored if is_stored else settings
    built = build_release("tiny", database=database, settings=into, actor=ACTOR, now=now)
    Path(built.shelf.place(f"{built.name}/README.md")[1]).unlink()

    again = build_release("tiny", database=database, settings=into, actor=ACTOR, now=now)

    assert (again.is_new, again.name) == (False, built.name)
    with built.shelf.open(f"{built.name}/README.md") as file:
        assert file.read().startswith(b"---")
