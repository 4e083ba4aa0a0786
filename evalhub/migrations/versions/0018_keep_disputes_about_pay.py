"""Keep disputes about entries of the ledger, and what was answered; both append-only."""

import sqlalchemy as sa
from alembic import op

from evalhub.db.append_only import forget_append_only, make_append_only
from evalhub.db.models.base import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STEPS = ("upheld", "rejected", "appealed")
APPEND_ONLY = ("dispute", "dispute_answer")


def upgrade() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pay_entry_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 0 AND 120", name=op.f("ck_dispute_minutes_range")),
        _points_to("dispute", "pay_entry_id", "pay_entry"),
        _points_to("dispute", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("pay_entry_id", name=op.f("uq_dispute_pay_entry_id")),
    )
    op.create_index(op.f("ix_dispute_person_id"), "dispute", ["person_id"])
    op.create_table(
        "dispute_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dispute_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                *STEPS,
                name="disputestep_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("minor_units", sa.Integer(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("minor_units >= 0", name=op.f("ck_dispute_answer_never_taken_back")),
        _points_to("dispute_answer", "dispute_id", "dispute"),
        _points_to("dispute_answer", "answered_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_answer")),
        sa.UniqueConstraint(
            "dispute_id", "number", name=op.f("uq_dispute_answer_dispute_id_number")
        ),
    )
    for table in APPEND_ONLY:
        make_append_only(table)


def downgrade() -> None:
    op.drop_table("dispute_answer")
    op.drop_table("dispute")
    for table in APPEND_ONLY:
        forget_append_only(table)


def _points_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="RESTRICT")
