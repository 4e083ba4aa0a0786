"""Let labs report rows of releases, and keep what was decided; both append-only."""

import sqlalchemy as sa
from alembic import op

from evalhub.db.append_only import forget_append_only, make_append_only
from evalhub.db.models.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = ("wrong_preference", "wrong_text", "duplicate", "personal_data", "harmful", "other")
DECISIONS = ("left_out", "kept")
APPEND_ONLY = ("row_report", "row_report_answer")


def upgrade() -> None:
    op.create_table(
        "row_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.String(length=64), nullable=False),
        sa.Column("prompt_key", sa.String(length=200), nullable=False),
        sa.Column("kind", _words(KINDS, "reportkind_known"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("api_key_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        _points_to("row_report", "project"),
        _points_to("row_report", "release"),
        _points_to("row_report", "person"),
        _points_to("row_report", "api_key"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_row_report")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_row_report_project_id_number")),
    )
    op.create_index(op.f("ix_row_report_release_id"), "row_report", ["release_id"])
    op.create_index(
        op.f("ix_row_report_person_id_created_at"), "row_report", ["person_id", "created_at"]
    )
    op.create_table(
        "row_report_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("decision", _words(DECISIONS, "reportdecision_known"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        _points_to("row_report_answer", "row_report", column="report_id"),
        _points_to("row_report_answer", "person", column="answered_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_row_report_answer")),
        sa.UniqueConstraint(
            "report_id", "revision", name=op.f("uq_row_report_answer_report_id_revision")
        ),
    )
    for table in APPEND_ONLY:
        make_append_only(table)


def downgrade() -> None:
    op.drop_table("row_report_answer")
    op.drop_table("row_report")
    for table in APPEND_ONLY:
        forget_append_only(table)


def _words(words: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _points_to(table: str, other: str, column: str = "") -> sa.ForeignKeyConstraint:
    column = column or f"{other}_id"
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="RESTRICT")
