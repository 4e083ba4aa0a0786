"""SQL over the tables of a release, in a folder and in object storage."""

import sys
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.people import command_actor
from evalhub.db.engine import Database
from evalhub.errors import BadInput, NotFound, SettingsError
from evalhub.services.releasing.kept import FoundRelease, get_release
from evalhub.services.releasing.querying import query_release
from evalhub.services.releasing.running import build_release
from tests.release_project import make_tiny_project
from tests.releases import build_tiny

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Files are the same over every database."""

SPLITS = "SELECT split, count(*) AS n FROM judgments GROUP BY split ORDER BY split"


@pytest.fixture
def release(session: Session, settings: Settings, now: datetime) -> FoundRelease:
    """Give the release of the tiny project in its folder."""
    build_tiny(session, settings, now=now)
    return get_release("tiny", "1.0.0", session=session, settings=settings, actor=command_actor())


def test_every_table_is_there_by_its_name_with_all_of_its_splits(release: FoundRelease) -> None:
    answer = query_release(release, SPLITS)

    counted = release.manifest.counts.rows["judgments"]
    assert answer.names == ("split", "n")
    assert dict(answer.rows) == counted
    assert len(counted) > 1
    listed = query_release(release, "SELECT view_name FROM duckdb_views() WHERE NOT internal")
    assert {name for (name,) in listed.rows} == set(release.manifest.counts.rows)


def test_texts_and_lists_come_as_they_are(release: FoundRelease) -> None:
    asked = "SELECT prompt[1].role, len(chosen), soft_label > 0.5 FROM pairs_margin"

    rows = list(query_release(release, asked).rows)

    assert {row[:2] for row in rows} == {("user", 1), ("system", 1)}
    assert all(isinstance(row[2], bool) for row in rows)


def test_a_release_in_object_storage_is_asked_there(
    database: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    stored = settings.model_copy(update={"releases_url": f"file://{tmp_path}/bucket"})
    actor = command_actor()
    with database.transaction() as session:
        make_tiny_project(session)
    built = build_release("tiny", database=database, settings=stored, actor=actor, now=now)
    with database.transaction(write=False) as session:
        found = get_release("tiny", "1.0.0", session=session, settings=stored, actor=actor)

    assert dict(query_release(found, SPLITS).rows) == built.manifest.counts.rows["judgments"]
    (tmp_path / "bucket" / found.name / "pairs" / "train.parquet").unlink()
    with pytest.raises(NotFound, match=r"A file of tiny@1\.0\.0 is gone: pairs/"):
        query_release(found, SPLITS)


WRONG = {
    "SELECT nope FROM pairs": r"LINE 1: SELECT nope FROM pairs\n +\^\^\^\^",
    "SELEC 1": "LINE 1: SELEC 1",
    " ": "There is no statement to answer",
    "SELECT * FROM read_csv('/etc/hostname')": "Cannot access file",
    "COPY pairs TO 'pairs.csv'": "disabled by configuration",
    "ATTACH 'other.db'": "disabled by configuration",
    "INSTALL httpfs": "disabled by configuration",
    "SET enable_external_access = true": "locked",
    "DELETE FROM pairs": "Can only delete from base table",
    "SELECT CAST(domain AS INTEGER) FROM pairs": "Could not convert string",
}


def test_a_statement_that_is_wrong_or_reaches_out_is_refused_with_its_place(
    release: FoundRelease,
) -> None:
    for statement, told in WRONG.items():
        with pytest.raises(BadInput, match=told):
            list(query_release(release, statement).rows)


def test_without_duckdb_its_extra_is_named(
    release: FoundRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What Python finds where a package is not installed.
    monkeypatch.setitem(sys.modules, "duckdb", None)

    with pytest.raises(SettingsError, match=r"'\.\[query\]'"):
        query_release(release, SPLITS)
