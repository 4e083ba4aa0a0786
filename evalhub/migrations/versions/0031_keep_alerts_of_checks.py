"""Keep what checks found of people's judgments, and what a person made of it."""

import sqlalchemy as sa
from alembic import op

from evalhub.db.append_only import forget_append_only, make_append_only
from evalhub.db.models.base import UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KINDS = ("side", "speed", "flat", "copied", "agreement")
OUTCOMES = ("explained", "talked", "guidance", "project")
APPEND_ONLY = ("quality_alert", "quality_answer")


def upgrade() -> None:
    op.create_table(
        "quality_alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", _words("checkkind", KINDS), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Float(), nullable=False)
            for name in ("value", "expected", "statistic", "p", "q")
        ),
        sa.Column("n_tests", sa.Integer(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        _points_to("quality_alert", "project_id", "project"),
        _points_to("quality_alert", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_alert")),
        sa.UniqueConstraint("key", name=op.f("uq_quality_alert_key")),
    )
    for column in ("project_id", "person_id"):
        op.create_index(op.f(f"ix_quality_alert_{column}"), "quality_alert", [column])
    op.create_table(
        "quality_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("outcome", _words("alertoutcome", OUTCOMES), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=False),
        _points_to("quality_answer", "alert_id", "quality_alert"),
        _points_to("quality_answer", "answered_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_answer")),
        sa.UniqueConstraint("alert_id", name=op.f("uq_quality_answer_alert_id")),
    )
    for table in APPEND_ONLY:
        make_append_only(table)


def downgrade() -> None:
    op.drop_table("quality_answer")
    op.drop_table("quality_alert")
    for table in APPEND_ONLY:
        forget_append_only(table)


def _words(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(
        *values, name=f"{name}_known", native_enum=False, create_constraint=True, length=40
    )


def _points_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="RESTRICT")
