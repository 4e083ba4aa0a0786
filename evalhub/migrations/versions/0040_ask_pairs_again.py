"""Ask pairs again under a changed rubric: say since which terms their judgments count."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pair", sa.Column("asked_since", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("pair", "asked_since")
