"""Find what a person had of a project, and say before when no two models can be used up."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0039"
branch_labels = None
depends_on = None

OLD = "ix_assignment_project_id"
NEW = "ix_assignment_project_id_person_id_status_pair_id"


def upgrade() -> None:
    # Nothing for the plans that stand: without the number every claim looks at all, as before, and
    # the next plan brings it.
    op.add_column("selection_plan", sa.Column("least_open", sa.Integer(), nullable=True))
    # Of the two SQLite took the one of all assignments of a project for those of one person.
    op.create_index(op.f(NEW), "assignment", ["project_id", "person_id", "status", "pair_id"])
    op.drop_index(op.f(OLD), table_name="assignment")


def downgrade() -> None:
    op.create_index(op.f(OLD), "assignment", ["project_id"])
    op.drop_index(op.f(NEW), table_name="assignment")
    op.drop_column("selection_plan", "least_open")
