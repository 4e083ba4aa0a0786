"""An instance worth keeping, an empty one to restore it into, and a backup on disk."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from evalhub.config import Settings
from evalhub.core.backups import BackupManifest
from evalhub.core.people import Role, command_actor
from evalhub.db.engine import Database
from evalhub.db.models import ApiKey, Prompt
from evalhub.services import audit
from evalhub.services.backups import Backup, Restored, read_backup, restore_backup, take_backup
from tests.factories import (
    MOMENT,
    make_assignment,
    make_credential,
    make_endpoint,
    make_pair,
    make_person,
    make_prompt_set_version,
    make_release,
    make_response,
)
from tests.release_project import make_tiny_project

SECRET = "a-secret-for-tests-only-" + "0" * 20
OTHER_SECRET = "another-secret-for-tests-" + "1" * 20
RELEASED = "releases/tiny/1.0.0/pairs/train.jsonl"
TEXT = "Zeile eins\nline \u2028 two, \U0001f642 and a quote: \u201cno\u201d"


@dataclass(frozen=True)
class Instance:
    """Hold a database and its instance folder."""

    database: Database
    settings: Settings

    def contents(self) -> dict[str, list[tuple[object, ...]]]:
        """Return every row of every table, in the order of the keys."""
        with self.database.transaction(write=False) as session:
            connection = session.connection()
            return {
                table.name: [
                    tuple(_alike(value) for value in row)
                    for row in connection.execute(
                        sa.select(table).order_by(*table.primary_key.columns)
                    )
                ]
                for table in SQLModel.metadata.sorted_tables
            }

    def back_up(self, target: Path) -> BackupManifest:
        """Take a backup of it."""
        with self.database.transaction(write=False) as session:
            return take_backup(target, session=session, settings=self.settings, now=MOMENT)

    def restore(
        self, backup: Backup, *, accepts_new_secret: bool = False, fetch_from: str | None = None
    ) -> Restored:
        """Restore a backup into it."""
        return restore_backup(
            backup,
            database=self.database,
            settings=self.settings,
            accepts_new_secret=accepts_new_secret,
            fetch_from=fetch_from,
        )


def _alike(value: object) -> object:
    """Return a value as both databases give it back: one of them marks no times."""
    return str(value).removesuffix("+00:00") if hasattr(value, "tzinfo") else value


def fill(session: Session, settings: Settings) -> None:
    """Add a project with judgments, one lease, a key, a release and what stands in the log."""
    project = make_tiny_project(session)
    person = make_person(session, Role.ANNOTATOR)
    make_credential(session, person, expires_on=date(2030, 1, 31))
    prompts = make_prompt_set_version(session, "A question?")
    prompt = session.exec(select(Prompt).where(Prompt.prompt_set_version_id == prompts.id)).one()
    first, second = (
        make_response(session, prompt, make_endpoint(session), text=TEXT) for _ in range(2)
    )
    make_assignment(session, make_pair(session, project, first, second, position=99), person)
    session.add(
        ApiKey(
            public_id="k" * 12,
            person_id=person.id,
            name="Nightly",
            prefix="evh_",
            key_hash="0" * 64,
            scopes=["releases:read"],
            created_at=MOMENT,
            expires_at=MOMENT + timedelta(days=1, microseconds=7),
        )
    )
    make_release(session, project)
    audit.record(
        "release.build",
        session=session,
        actor=command_actor(),
        subject="release:tiny@1.0.0",
        details={},
        now=MOMENT,
    )
    file = settings.instance_dir / RELEASED
    file.parent.mkdir(parents=True)
    file.write_text('{"chosen": "a"}\n', encoding="utf-8")


def put_files(settings: Settings) -> None:
    """Put the secret into a file, and a setting."""
    (settings.instance_dir / "secret_key").write_text(SECRET, encoding="ascii")
    (settings.instance_dir / "config.py").write_text("LOG_LEVEL = 'info'\n", encoding="ascii")


@pytest.fixture
def instance(database: Database, settings: Settings) -> Instance:
    """Give a filled instance; its secret is in a file, and so is a setting."""
    with database.transaction() as session:
        fill(session, settings)
    put_files(settings)
    return Instance(database, settings)


@pytest.fixture
def empty(sqlite_template: Path, tmp_path: Path) -> Iterator[Instance]:
    """Give an instance on SQLite with tables and not one row."""
    folder = tmp_path / "empty"
    folder.mkdir()
    shutil.copyfile(sqlite_template, folder / "evalhub.db")
    yield from opened(f"sqlite:///{folder}/evalhub.db", folder)


def opened(url: str, folder: Path) -> Iterator[Instance]:
    """Yield the instance at ``folder`` over the database at ``url``; its secret is unmade."""
    database = Database(url)
    yield Instance(database, Settings(instance_dir=folder, database_url=url))
    database.dispose()


@pytest.fixture(scope="package")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """Give a filled instance on SQLite that nobody changes, with a backup of it beside it."""
    folder = tmp_path_factory.mktemp("office")
    shutil.copyfile(sqlite_template, folder / "evalhub.db")
    url = f"sqlite:///{folder}/evalhub.db"
    database = Database(url)
    settings = Settings(instance_dir=folder, database_url=url, secret_key=SECRET)
    with database.transaction() as session:
        fill(session, settings)
    put_files(settings)
    found = Instance(database, settings)
    found.back_up(folder / "backup")
    yield found
    database.dispose()


@pytest.fixture
def backup(office: Instance, tmp_path: Path) -> Backup:
    """Give a backup that a test may damage."""
    shutil.copytree(office.settings.instance_dir / "backup", tmp_path / "backup")
    return read_backup(tmp_path / "backup")
