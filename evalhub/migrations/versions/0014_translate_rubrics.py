"""Keep translations of rubric versions, and the language each judgment was asked in."""

import sqlalchemy as sa
from alembic import op

from evalhub.db.models.base import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rubric_translation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rubric_version_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["rubric_version_id"],
            ["rubric_version.id"],
            name=op.f("fk_rubric_translation_rubric_version_id_rubric_version"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["person.id"],
            name=op.f("fk_rubric_translation_created_by_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_translation")),
        sa.UniqueConstraint(
            "rubric_version_id",
            "language",
            name=op.f("uq_rubric_translation_rubric_version_id_language"),
        ),
    )
    # Empty for judgments made before translations, and for those that no page was shown for.
    op.add_column("judgment", sa.Column("rubric_language", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("judgment", "rubric_language")
    op.drop_table("rubric_translation")
