"""Keep a ledger of work and the terms of projects, both append-only, and tiers of pay."""

import sqlalchemy as sa
from alembic import op

from evalhub.db.append_only import forget_append_only, make_append_only
from evalhub.db.models.base import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TIERS = ("volunteer", "general", "multilingual", "coding_stem", "professional")
KINDS = ("comparison", "training", "assessment", "rework", "dispute", "adjustment")
REASONS = (
    *("returned", "expired", "removed", "over_cap", "volunteer"),
    *("training", "assessment", "rework", "dispute"),
)
APPEND_ONLY = ("pay_entry", "project_terms")

# Written out for both databases: through Alembic, SQLite would copy the table for a checked column.
ADD_TIER = f"""
    ALTER TABLE project ADD COLUMN pay_tier VARCHAR(40) DEFAULT 'volunteer' NOT NULL
    CONSTRAINT ck_project_paytier_known CHECK (pay_tier IN ({", ".join(map(repr, TIERS))}))
"""
# Projects that run already were set up before there were tiers; who opens one again may be asked.
FILL_TIER = "UPDATE project SET pay_tier = 'general' WHERE pay_minor_units > 0"
# What was judged before is booked as it would be now, but for the limit of paid minutes, which
# nobody was told of then.
FILL_LEDGER = """
    INSERT INTO pay_entry (key, person_id, project_id, assignment_id, kind, seconds, minor_units,
      currency, unpaid_reason, booked_at)
    SELECT 'assignment:' || assignment.id || ':judgment:' || judgment.revision,
      assignment.person_id, assignment.project_id, assignment.id, 'comparison',
      CAST(ROUND(judgment.active_seconds) AS INTEGER),
      CASE WHEN judgment.revision = 1 THEN assignment.pay_minor_units ELSE 0 END,
      assignment.pay_currency,
      CASE WHEN assignment.pay_minor_units = 0 THEN 'volunteer' END,
      judgment.created_at
    FROM judgment JOIN assignment ON assignment.id = judgment.assignment_id
    WHERE judgment.origin = 'form'
    ORDER BY judgment.id
"""


def upgrade() -> None:
    op.create_table(
        "pay_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("kind", _words(KINDS, "workkind_known"), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("minor_units", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("unpaid_reason", _words(REASONS, "unpaidreason_known"), nullable=True),
        sa.Column("booked_at", UtcDateTime(), nullable=False),
        sa.Column("booked_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("minor_units >= 0", name=op.f("ck_pay_entry_never_taken_back")),
        sa.CheckConstraint(
            "unpaid_reason IS NULL OR minor_units = 0",
            name=op.f("ck_pay_entry_unpaid_is_without_money"),
        ),
        _points_to("pay_entry", "person"),
        _points_to("pay_entry", "project"),
        _points_to("pay_entry", "assignment"),
        _points_to("pay_entry", "person", column="booked_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_pay_entry_key")),
    )
    op.create_index(
        op.f("ix_pay_entry_person_id_booked_at"), "pay_entry", ["person_id", "booked_at"]
    )
    op.create_index(op.f("ix_pay_entry_project_id"), "pay_entry", ["project_id"])
    op.create_index(op.f("ix_pay_entry_assignment_id"), "pay_entry", ["assignment_id"])
    op.create_table(
        "project_terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pay_tier", _words(TIERS, "paytier_known"), nullable=False),
        sa.Column("pay_minor_units", sa.Integer(), nullable=False),
        sa.Column("pay_currency", sa.String(length=3), nullable=False),
        sa.Column("expected_minutes", sa.Integer(), nullable=False),
        sa.Column("rubric_version_id", sa.Integer(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        _points_to("project_terms", "project"),
        _points_to("project_terms", "rubric_version"),
        _points_to("project_terms", "person", column="changed_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_terms")),
        sa.UniqueConstraint(
            "project_id", "number", name=op.f("uq_project_terms_project_id_number")
        ),
    )
    op.execute(ADD_TIER)
    op.execute(FILL_TIER)
    for table in ("project", "assignment"):
        column = sa.Column("terms_number", sa.Integer(), nullable=False, server_default="0")
        op.add_column(table, column)
    op.execute(FILL_LEDGER)
    for table in APPEND_ONLY:
        make_append_only(table)


def downgrade() -> None:
    for table in ("assignment", "project"):
        op.drop_column(table, "terms_number")
    op.execute("ALTER TABLE project DROP COLUMN pay_tier")
    op.drop_table("project_terms")
    op.drop_table("pay_entry")
    for table in APPEND_ONLY:
        forget_append_only(table)


def _words(words: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _points_to(table: str, other: str, column: str = "") -> sa.ForeignKeyConstraint:
    column = column or f"{other}_id"
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="RESTRICT")
