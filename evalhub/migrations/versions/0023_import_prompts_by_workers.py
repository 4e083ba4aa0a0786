"""Let workers import prompt sets."""

import sqlalchemy as sa
from alembic import op

from evalhub.db.models.base import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

STATUSES = ("queued", "running", "done", "cancelled", "failed")
STAGES = ("reading", "comparing", "preparing", "freezing")


def upgrade() -> None:
    op.create_table(
        "prompt_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("filename", sa.String(length=300), nullable=False),
        sa.Column("n_bytes", sa.BigInteger(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("freezes", sa.Boolean(), nullable=False),
        sa.Column("status", _words(STATUSES, "importstatus_known"), nullable=False),
        sa.Column("run_number", sa.Integer(), nullable=False),
        sa.Column("stage", _words(STAGES, "importstage_known"), nullable=False),
        sa.Column("n_done", sa.Integer(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("prompt_upload_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_prompt_import_{column}_{table}"),
                ondelete="RESTRICT",
            )
            for column, table in (("created_by", "person"), ("prompt_upload_id", "prompt_upload"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_prompt_import_public_id")),
    )
    for column in ("prompt_upload_id", "status"):
        op.create_index(op.f(f"ix_prompt_import_{column}"), "prompt_import", [column])
    op.create_table(
        "prompt_import_file",
        sa.Column("prompt_import_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prompt_import_id"],
            ["prompt_import.id"],
            name=op.f("fk_prompt_import_file_prompt_import_id_prompt_import"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("prompt_import_id", name=op.f("pk_prompt_import_file")),
    )


def downgrade() -> None:
    op.drop_table("prompt_import_file")
    for column in ("prompt_upload_id", "status"):
        op.drop_index(op.f(f"ix_prompt_import_{column}"), "prompt_import")
    op.drop_table("prompt_import")


def _words(words: tuple[str, ...], name: str) -> sa.Enum:
    """Return a text column type that holds ``words`` under a check constraint."""
    return sa.Enum(*words, native_enum=False, create_constraint=True, length=40, name=name)
