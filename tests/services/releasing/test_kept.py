from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from evalhub.config import Settings
from evalhub.core.people import Actor, Role, command_actor
from evalhub.db.models import Release, ReleaseDownload
from evalhub.errors import Conflict, NotFound
from evalhub.services.releasing.keeping import BuiltRelease
from evalhub.services.releasing.kept import (
    BytePart,
    FoundRelease,
    downloadable,
    get_file,
    get_release,
    list_releases,
    origins_of,
    record_download,
)
from evalhub.services.releasing.samples import sample_pairs
from tests.factories import make_person
from tests.releases import build_release


def found(session: Session, settings: Settings) -> FoundRelease:
    return get_release("tiny", "1.0.0", session=session, settings=settings, actor=command_actor())


def test_list_is_by_project_and_newest_version_first(
    built: BuiltRelease, session: Session, settings: Settings, now: datetime
) -> None:
    for version in ("1.9.0", "1.10.0"):
        build_release(
            "tiny",
            session=session,
            settings=settings,
            actor=command_actor(),
            now=now,
            version=version,
        )

    releases = list_releases(session=session, actor=command_actor())

    assert [one.version for one in releases] == ["1.10.0", "1.9.0", "1.0.0"]
    assert list(found(session, settings).versions) == [one.version for one in releases]


def test_of_other_versions_no_manifest_is_read(
    built: BuiltRelease, session: Session, settings: Settings, now: datetime
) -> None:
    row = session.exec(select(Release)).one()
    other = row.model_dump(exclude={"id"}) | {"version": "2.0.0", "manifest": "{"}
    session.add(Release(**other))
    session.flush()
    actor = command_actor()

    assert found(session, settings).versions == ("2.0.0", "1.0.0")
    assert [one.version for one in list_releases(session=session, actor=actor)] == [
        "2.0.0",
        "1.0.0",
    ]


def test_the_origins_of_the_judgments_are_told(
    built: BuiltRelease, session: Session, settings: Settings
) -> None:
    releases = list_releases(session=session, actor=command_actor())

    origins = origins_of(releases, session=session)

    counts = built.manifest.counts.judgments_by_origin
    assert origins == {releases[0].id: tuple(sorted(name for name, n in counts.items() if n))}
    assert origins_of([], session=session) == {}


def test_release_is_found_with_its_manifest(
    built: BuiltRelease, session: Session, settings: Settings
) -> None:
    release = found(session, settings)

    assert release.manifest == built.manifest
    assert release.folder == built.folder


@pytest.mark.parametrize(("project", "version"), [("tiny", "2.0.0"), ("other", "1.0.0")])
def test_unknown_release_is_named(
    built: BuiltRelease, session: Session, settings: Settings, project: str, version: str
) -> None:
    with pytest.raises(NotFound, match=f"no release '{project}@{version}'"):
        get_release(project, version, session=session, settings=settings, actor=command_actor())


def test_every_file_can_be_downloaded(
    built: BuiltRelease, session: Session, settings: Settings
) -> None:
    release = found(session, settings)

    paths = {file.path for file in downloadable(release)}

    on_disk = {
        path.relative_to(built.folder).as_posix()
        for path in built.folder.rglob("*")
        if path.is_file()
    }
    assert paths == on_disk
    for path in paths:
        with get_file(release, path).open() as file:
            assert file.read() == (built.folder / path).read_bytes()


@pytest.mark.parametrize("path", ["../tiny/1.0.0/README.md", "/etc/passwd", "pairs", "no.txt", ""])
def test_other_paths_are_not_found(
    built: BuiltRelease, session: Session, settings: Settings, path: str
) -> None:
    with pytest.raises(NotFound, match="has no file"):
        get_file(found(session, settings), path)


@pytest.mark.parametrize("content", [None, b"short"], ids=["gone", "cut"])
def test_damaged_file_is_not_handed_out(
    built: BuiltRelease, session: Session, settings: Settings, content: bytes | None
) -> None:
    path = built.folder / "README.md"
    path.unlink()
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(Conflict, match="not as it was built"):
        get_file(found(session, settings), "README.md")


@pytest.mark.parametrize(
    ("part", "expected"),
    [(None, (None, None)), (BytePart(0, 0), (0, 0)), (BytePart(7, 5 * 10**9), (7, 5 * 10**9))],
    ids=["whole", "first byte", "beyond four gigabytes"],
)
def test_download_is_recorded_with_its_part(
    built: BuiltRelease,
    session: Session,
    settings: Settings,
    now: datetime,
    part: BytePart | None,
    expected: tuple[int | None, int | None],
) -> None:
    person = make_person(session, Role.LAB)
    actor = Actor(person.id, person.name, frozenset({Role.LAB}))
    release = found(session, settings).kept

    record_download(release, "README.md", part=part, session=session, actor=actor, now=now)

    row = session.exec(select(ReleaseDownload)).one()
    assert row.release_id == session.exec(select(Release)).one().id
    assert (row.person_id, row.file, row.downloaded_at) == (person.id, "README.md", now)
    assert (row.first_byte, row.last_byte) == expected


@pytest.mark.parametrize(
    ("first", "last"),
    [(None, 5), (5, None), (5, 4), (-1, 4)],
    ids=["no first", "no last", "turned", "negative"],
)
def test_half_or_turned_part_is_refused_by_the_database(
    built: BuiltRelease, session: Session, now: datetime, first: int | None, last: int | None
) -> None:
    release = session.exec(select(Release)).one()
    session.add(
        ReleaseDownload(
            release_id=release.id, file="x", first_byte=first, last_byte=last, downloaded_at=now
        )
    )

    with pytest.raises(IntegrityError, match="byte_range"):
        session.flush()
    session.rollback()


def test_samples_are_the_first_pairs(
    built: BuiltRelease, session: Session, settings: Settings
) -> None:
    rows = sample_pairs(found(session, settings))

    assert [row["split"] for row in rows] == ["train", "train"]


def test_no_sample_without_files_or_pairs(
    built: BuiltRelease, session: Session, settings: Settings
) -> None:
    release = found(session, settings)
    (built.folder / "pairs" / "train.jsonl").unlink()

    assert sample_pairs(release) == []
    counts = replace(release.manifest.counts, rows={})
    assert sample_pairs(replace(release, manifest=replace(release.manifest, counts=counts))) == []
