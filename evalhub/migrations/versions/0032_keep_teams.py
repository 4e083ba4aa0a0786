"""Keep teams of experts, and who is in one and since when."""

import sqlalchemy as sa
from alembic import op

from evalhub.db.models.base import UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

NOW = sa.text("left_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        _points_to("team", "created_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("slug", name=op.f("uq_team_slug")),
    )
    op.create_table(
        "team_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("week_hours", sa.Integer(), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "week_hours BETWEEN 0 AND 80", name=op.f("ck_team_member_week_hours_range")
        ),
        _points_to("team_member", "team_id", "team"),
        _points_to("team_member", "person_id", "person"),
        _points_to("team_member", "added_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_member")),
    )
    op.create_index(
        "uq_team_member_person_now",
        "team_member",
        ["person_id"],
        unique=True,
        sqlite_where=NOW,
        postgresql_where=NOW,
    )
    for column in ("team_id", "person_id"):
        op.create_index(op.f(f"ix_team_member_{column}"), "team_member", [column])


def downgrade() -> None:
    op.drop_table("team_member")
    op.drop_table("team")


def _points_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="RESTRICT")
