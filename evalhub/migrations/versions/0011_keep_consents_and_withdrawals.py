"""Keep consents, who stands in a release, and which releases were withdrawn."""

import sqlalchemy as sa
from alembic import op

from evalhub.db.append_only import forget_append_only, make_append_only
from evalhub.db.models.base import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

APPEND_ONLY = ("consent_text", "consent_answer")


def upgrade() -> None:
    op.create_table(
        "consent_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        person_key("consent_text", "published_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_text")),
        sa.UniqueConstraint("version", name=op.f("uq_consent_text_version")),
    )
    op.create_table(
        "consent_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("consent_text_id", sa.Integer(), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "page",
                "operator",
                "simulated",
                name="consentmethod_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["consent_text_id"],
            ["consent_text.id"],
            name=op.f("fk_consent_answer_consent_text_id_consent_text"),
            ondelete="RESTRICT",
        ),
        person_key("consent_answer", "person_id"),
        person_key("consent_answer", "recorded_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_answer")),
    )
    op.create_index(op.f("ix_consent_answer_person_id"), "consent_answer", ["person_id"])
    op.create_table(
        "release_annotator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("annotator", sa.String(length=40), nullable=False),
        sa.Column("n_judgments", sa.Integer(), nullable=False),
        person_key("release_annotator", "person_id"),
        release_key("release_annotator"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_annotator")),
        sa.UniqueConstraint(
            "release_id", "person_id", name=op.f("uq_release_annotator_release_id_person_id")
        ),
    )
    op.create_index(op.f("ix_release_annotator_person_id"), "release_annotator", ["person_id"])
    op.create_table(
        "release_withdrawal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        person_key("release_withdrawal", "withdrawn_by"),
        release_key("release_withdrawal"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_withdrawal")),
        sa.UniqueConstraint("release_id", name=op.f("uq_release_withdrawal_release_id")),
    )
    for table in APPEND_ONLY:
        make_append_only(table)


def person_key(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_person")
    return sa.ForeignKeyConstraint([column], ["person.id"], name=name, ondelete="RESTRICT")


def release_key(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_release_id_release")
    return sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=name, ondelete="RESTRICT")


def downgrade() -> None:
    for table in ("release_withdrawal", "release_annotator", "consent_answer", "consent_text"):
        op.drop_table(table)
    for table in APPEND_ONLY:
        forget_append_only(table)
