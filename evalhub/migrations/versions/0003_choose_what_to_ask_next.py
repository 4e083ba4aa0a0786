"""Choose what to ask next: selection modes, overlap rules, matchups and plans."""

import sqlalchemy as sa
from alembic import op

from evalhub.db.models.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

POLICIES = ("uniform", "connect", "rank", "winner")

# Written out for both databases: through Alembic, SQLite would copy the table for a checked column.
ADD_OVERLAP_RULE = """
    ALTER TABLE project ADD COLUMN overlap_rule VARCHAR(40) DEFAULT 'fixed' NOT NULL
    CONSTRAINT ck_project_overlaprule_known CHECK (overlap_rule IN ('fixed', 'on_conflict'))
"""
# Projects that run already go on as they began; new ones say what they want.
ADD_SELECTION_MODE = """
    ALTER TABLE project ADD COLUMN selection_mode VARCHAR(40) DEFAULT 'uniform' NOT NULL
    CONSTRAINT ck_project_selectionmode_known
    CHECK (selection_mode IN ('rank', 'winner', 'uniform'))
"""
FILL_MATCHUPS = """
    INSERT INTO matchup (project_id, endpoint_low_id, endpoint_high_id, n_open)
    SELECT DISTINCT pair.project_id,
      CASE WHEN x.endpoint_id < y.endpoint_id THEN x.endpoint_id ELSE y.endpoint_id END,
      CASE WHEN x.endpoint_id < y.endpoint_id THEN y.endpoint_id ELSE x.endpoint_id END, 0
    FROM pair
    JOIN response AS x ON x.id = pair.response_x_id
    JOIN response AS y ON y.id = pair.response_y_id
    WHERE pair.is_offered AND x.endpoint_id <> y.endpoint_id
"""
FILL_PAIRS = """
    UPDATE pair SET matchup_id = (
      SELECT matchup.id FROM matchup
      JOIN response AS x ON x.id = pair.response_x_id
      JOIN response AS y ON y.id = pair.response_y_id
      WHERE matchup.project_id = pair.project_id AND (
        matchup.endpoint_low_id = x.endpoint_id AND matchup.endpoint_high_id = y.endpoint_id
        OR matchup.endpoint_low_id = y.endpoint_id AND matchup.endpoint_high_id = x.endpoint_id
      )
    )
    WHERE is_offered
"""


def upgrade() -> None:
    op.create_table(
        "matchup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("endpoint_low_id", sa.Integer(), nullable=False),
        sa.Column("endpoint_high_id", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("up_to", sa.Float(), nullable=True),
        sa.Column("n_open", sa.Integer(), nullable=False),
        sa.CheckConstraint("endpoint_low_id < endpoint_high_id", name=op.f("ck_matchup_ordered")),
        sa.CheckConstraint(
            "probability > 0 AND probability <= 1", name=op.f("ck_matchup_probability_range")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk_matchup_project_id_project"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_low_id"],
            ["endpoint.id"],
            name=op.f("fk_matchup_endpoint_low_id_endpoint"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_high_id"],
            ["endpoint.id"],
            name=op.f("fk_matchup_endpoint_high_id_endpoint"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matchup")),
        sa.UniqueConstraint(
            "project_id",
            "endpoint_low_id",
            "endpoint_high_id",
            name=op.f("uq_matchup_project_id_endpoint_low_id_endpoint_high_id"),
        ),
    )
    op.create_table(
        "selection_plan",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column(
            "policy",
            sa.Enum(
                *POLICIES,
                name="selectionpolicy_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("floor", sa.Float(), nullable=False),
        sa.Column("n_judgments", sa.Integer(), nullable=False),
        sa.Column("after_judgment_id", sa.Integer(), nullable=False),
        sa.Column("after_assignment_id", sa.Integer(), nullable=False),
        sa.Column("n_until_next", sa.Integer(), nullable=False),
        sa.Column("planned_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("n_until_next >= 1", name=op.f("ck_selection_plan_comes_to_an_end")),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk_selection_plan_project_id_project"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_selection_plan")),
    )
    with op.batch_alter_table("pair") as table:
        table.add_column(sa.Column("matchup_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_pair_matchup_id_matchup"),
            "matchup",
            ["matchup_id"],
            ["id"],
            ondelete="RESTRICT",
        )
    for statement in (ADD_OVERLAP_RULE, ADD_SELECTION_MODE, FILL_MATCHUPS, FILL_PAIRS):
        op.execute(statement)
    op.create_index(
        "ix_pair_matchup_with_room",
        "pair",
        ["matchup_id", "position"],
        sqlite_where=sa.text("n_taken < overlap"),
        postgresql_where=sa.text("n_taken < overlap"),
    )
    op.create_index(
        "ix_pair_taken",
        "pair",
        ["project_id", "prompt_id", "n_taken"],
        sqlite_where=sa.text("n_taken > 0"),
        postgresql_where=sa.text("n_taken > 0"),
    )
    op.create_index(op.f("ix_matchup_project_id_up_to"), "matchup", ["project_id", "up_to"])
    op.create_index(op.f("ix_assignment_project_id_id"), "assignment", ["project_id", "id"])
    op.create_index(op.f("ix_judgment_project_id_id"), "judgment", ["project_id", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_judgment_project_id_id"), table_name="judgment")
    op.drop_index(op.f("ix_assignment_project_id_id"), table_name="assignment")
    op.drop_index("ix_pair_taken", table_name="pair")
    op.drop_index("ix_pair_matchup_with_room", table_name="pair")
    with op.batch_alter_table("pair") as table:
        table.drop_constraint(op.f("fk_pair_matchup_id_matchup"), type_="foreignkey")
        table.drop_column("matchup_id")
    op.execute("ALTER TABLE project DROP COLUMN selection_mode")
    op.execute("ALTER TABLE project DROP COLUMN overlap_rule")
    op.drop_table("selection_plan")
    op.drop_table("matchup")
