"""Keep cases of review and adjudication, and what was said in them."""

import sqlalchemy as sa
from alembic import op

from evalhub.db.append_only import forget_append_only, make_append_only
from evalhub.db.models.base import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KINDS = ("review", "adjudication", "report")
TRIGGERS = ("sample", "override", "veto_conflict", "sign_conflict", "spread", "report")
STEPS = (
    *("taken", "accepted", "returned", "revised", "kept", "agreed", "decided", "answered"),
    *("appealed", "upheld", "rejected"),
)
VERDICTS = ("first", "second", "even", "split")
APPEND_ONLY = ("review_case", "review_expert", "review_step", "review_rule")


def upgrade() -> None:
    op.create_table(
        "review_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("kind", _words("casekind", KINDS), nullable=False),
        sa.Column("trigger", _words("trigger", TRIGGERS), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        *(_points_to("review_case", f"{one}_id", one) for one in ("project", "pair", "assignment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_case")),
        sa.UniqueConstraint("key", name=op.f("uq_review_case_key")),
    )
    for column in ("project_id", "pair_id", "assignment_id"):
        op.create_index(op.f(f"ix_review_case_{column}"), "review_case", [column])
    _create_experts_and_steps()
    op.create_table(
        "review_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sample_share", sa.Float(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("sample_share BETWEEN 0 AND 1", name=op.f("ck_review_rule_share_range")),
        _points_to("review_rule", "project_id", "project"),
        _points_to("review_rule", "written_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_rule")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_review_rule_project_id_number")),
    )
    op.create_table(
        "review_look",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("looked_until", UtcDateTime(), nullable=False),
        _points_to("review_look", "project_id", "project"),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_review_look")),
    )
    for table in APPEND_ONLY:
        make_append_only(table)


def downgrade() -> None:
    for table in ("review_look", "review_rule", "review_step", "review_expert", "review_case"):
        op.drop_table(table)
    for table in APPEND_ONLY:
        forget_append_only(table)


def _create_experts_and_steps() -> None:
    op.create_table(
        "review_expert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        _points_to("review_expert", "case_id", "review_case"),
        _points_to("review_expert", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_expert")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_review_expert_case_id_number")),
    )
    op.create_index(
        op.f("ix_review_expert_person_id_case_id"),
        "review_expert",
        ["person_id", "case_id"],
        unique=True,
    )
    op.create_table(
        "review_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", _words("casestep", STEPS), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("verdict", _words("verdict", VERDICTS), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 0 AND 120", name=op.f("ck_review_step_minutes_range")),
        _points_to("review_step", "case_id", "review_case"),
        _points_to("review_step", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_step")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_review_step_case_id_number")),
    )
    op.create_index(op.f("ix_review_step_person_id"), "review_step", ["person_id"])


def _words(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(
        *values, name=f"{name}_known", native_enum=False, create_constraint=True, length=40
    )


def _points_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="RESTRICT")
