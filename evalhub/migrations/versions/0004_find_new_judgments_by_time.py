"""Find the newest judgments of a project without reading all of them."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NAME = "ix_judgment_project_id_created_at"


def upgrade() -> None:
    op.create_index(op.f(NAME), "judgment", ["project_id", "created_at"])


def downgrade() -> None:
    op.drop_index(op.f(NAME), "judgment")
