"""Keep the builds of releases, which run as jobs."""

import sqlalchemy as sa
from alembic import op

from evalhub.db.models.base import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATUSES = ("queued", "running", "done", "cancelled", "failed")
STAGES = ("indexing", "counting", "labelling", "writing", "keeping")


def upgrade() -> None:
    op.create_table(
        "release_build",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("status", _words(STATUSES, "buildstatus_known"), nullable=False),
        sa.Column("run_number", sa.Integer(), nullable=False),
        sa.Column("stage", _words(STAGES, "buildstage_known"), nullable=False),
        sa.Column("n_done", sa.Integer(), nullable=False),
        sa.Column("n_wanted", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=True),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_release_build_{column}_{table}"),
                ondelete="RESTRICT",
            )
            for column, table in (
                ("created_by", "person"),
                ("project_id", "project"),
                ("release_id", "release"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_build")),
        sa.UniqueConstraint("public_id", name=op.f("uq_release_build_public_id")),
    )
    for column in ("project_id", "status"):
        op.create_index(op.f(f"ix_release_build_{column}"), "release_build", [column])


def downgrade() -> None:
    for column in ("project_id", "status"):
        op.drop_index(op.f(f"ix_release_build_{column}"), "release_build")
    op.drop_table("release_build")


def _words(words: tuple[str, ...], name: str) -> sa.Enum:
    """Return a text column type that holds ``words`` under a check constraint."""
    return sa.Enum(*words, native_enum=False, create_constraint=True, length=40, name=name)
