"""How migrations are run: all or none, and on tables that others refer to."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlmodel import select

from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.migrate import (
    SCRIPTS,
    alembic_config,
    current_revision,
    head_revision,
    knows_revision,
)
from evalhub.db.models import Project, ProjectMember
from evalhub.errors import Conflict
from tests.factories import add_member, make_person, make_project

ADD_A_COLUMN = """
    with op.batch_alter_table("project") as table:
        table.add_column(sa.Column("mood", sa.String(length=20), nullable=True))
"""
FAIL = """
    raise LookupError("half way")
"""
TAKE_THE_PROJECTS = """
    op.execute("DELETE FROM project")
"""


def later_migrations(database: Database, folder: Path, *bodies: str) -> Config:
    """Return a configuration under which ``bodies`` come after the newest migration."""
    before = head_revision()
    for number, body in enumerate(bodies, start=1):
        revision = f"later{number}"
        (folder / f"{revision}.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f"revision = {revision!r}\ndown_revision = {before!r}\n"
            f"def upgrade():{body}"
        )
        before = revision
    config = alembic_config(database)
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{SCRIPTS / 'versions'}\n{folder}")
    return config


@pytest.fixture
def staffed(database: Database) -> Database:
    """Give a database with a project that another row refers to."""
    with database.transaction() as session:
        project = make_project(session)
        add_member(session, project, make_person(session, Role.ANNOTATOR), Role.ANNOTATOR)
    return database


def columns_of_project(database: Database) -> set[str]:
    return {column["name"] for column in sa.inspect(database.engine).get_columns("project")}


def test_a_table_that_rows_refer_to_can_be_changed(staffed: Database, tmp_path: Path) -> None:
    command.upgrade(later_migrations(staffed, tmp_path, ADD_A_COLUMN), "head")

    with staffed.transaction(write=False) as session:
        assert (
            session.exec(select(ProjectMember.project_id)).all()
            == session.exec(select(Project.id)).all()
        )
    assert "mood" in columns_of_project(staffed)


def test_references_are_kept_up_again_afterwards(staffed: Database, tmp_path: Path) -> None:
    command.upgrade(later_migrations(staffed, tmp_path, ADD_A_COLUMN), "head")

    with pytest.raises(sa.exc.IntegrityError), staffed.transaction() as session:
        session.connection().execute(sa.text("DELETE FROM project"))


def test_a_migration_that_fails_undoes_those_before_it(staffed: Database, tmp_path: Path) -> None:
    config = later_migrations(staffed, tmp_path, ADD_A_COLUMN, FAIL)

    with pytest.raises(LookupError, match="half way"):
        command.upgrade(config, "head")

    assert "mood" not in columns_of_project(staffed)
    assert current_revision(staffed) == head_revision()
    with pytest.raises(sa.exc.IntegrityError), staffed.transaction() as session:
        session.connection().execute(sa.text("DELETE FROM project"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_migration_that_breaks_references_is_refused_on_sqlite(
    staffed: Database, tmp_path: Path
) -> None:
    with pytest.raises(Conflict, match=r"nothing \(1, the first in table 'project_member'\)"):
        command.upgrade(later_migrations(staffed, tmp_path, TAKE_THE_PROJECTS), "head")

    with staffed.transaction(write=False) as session:
        assert len(session.exec(select(Project)).all()) == 1


def test_the_newest_revision_is_the_one_that_alembic_finds(database: Database) -> None:
    scripts = ScriptDirectory.from_config(alembic_config(database))

    assert [head_revision()] == scripts.get_heads()
    assert current_revision(database) == head_revision()
    assert all(knows_revision(one.revision) for one in scripts.walk_revisions())
    assert not knows_revision("9999")


def test_a_database_without_tables_is_at_no_revision(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/empty.db")

    assert current_revision(database) is None
    database.dispose()
