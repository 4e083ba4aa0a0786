"""Let experts put themselves on projects that say so."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column: sa.Column[bool] = sa.Column(
        "is_joinable", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("project", column)


def downgrade() -> None:
    op.drop_column("project", "is_joinable")
