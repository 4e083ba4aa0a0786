"""Keep what people are qualified for, and what projects ask for."""

import sqlalchemy as sa
from alembic import op

from evalhub.db.append_only import forget_append_only, make_append_only
from evalhub.db.models.base import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

APPEND_ONLY = ("credential", "credential_decision", "level_decision", "project_requirement")


def upgrade() -> None:
    op.create_table(
        "credential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("credential_class", sa.String(length=64), nullable=False),
        sa.Column("domain", sa.String(length=64), nullable=False),
        sa.Column("jurisdiction", sa.String(length=40), nullable=False),
        sa.Column("specialty", sa.String(length=64), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("stated_at", UtcDateTime(), nullable=False),
        sa.Column("stated_by", sa.Integer(), nullable=False),
        key("credential", "person_id", "person"),
        key("credential", "stated_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("public_id", name=op.f("uq_credential_public_id")),
    )
    op.create_index(op.f("ix_credential_person_id"), "credential", ["person_id"])
    op.create_index(
        op.f("ix_credential_domain_credential_class"), "credential", ["domain", "credential_class"]
    )
    op.create_table(
        "credential_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "verified",
                "refused",
                "revoked",
                name="credentialdecision_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        key("credential_decision", "credential_id", "credential"),
        key("credential_decision", "decided_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_decision")),
        sa.UniqueConstraint(
            "credential_id", "number", name=op.f("uq_credential_decision_credential_id_number")
        ),
    )
    op.create_table(
        "level_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(length=64), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("level BETWEEN 0 AND 5", name=op.f("ck_level_decision_level_range")),
        key("level_decision", "person_id", "person"),
        key("level_decision", "decided_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_decision")),
    )
    op.create_index(
        op.f("ix_level_decision_person_id_domain"), "level_decision", ["person_id", "domain"]
    )
    op.create_index(op.f("ix_level_decision_domain_level"), "level_decision", ["domain", "level"])
    op.create_table(
        "person_language",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=3), nullable=False),
        key("person_language", "person_id", "person"),
        sa.PrimaryKeyConstraint("person_id", "language", name=op.f("pk_person_language")),
    )
    op.create_table(
        "project_requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        key("project_requirement", "project_id", "project"),
        key("project_requirement", "written_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_requirement")),
        sa.UniqueConstraint(
            "project_id", "number", name=op.f("uq_project_requirement_project_id_number")
        ),
    )
    for table in ("assignment", "judgment"):
        op.add_column(table, sa.Column("credential_class", sa.String(length=64), nullable=True))
    for table in APPEND_ONLY:
        make_append_only(table)


def key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="RESTRICT")


def downgrade() -> None:
    for table in ("judgment", "assignment"):
        op.drop_column(table, "credential_class")
    for table in ("project_requirement", "person_language", "level_decision"):
        op.drop_table(table)
    for table in ("credential_decision", "credential"):
        op.drop_table(table)
    for table in APPEND_ONLY:
        forget_append_only(table)
