"""Keep how many samples of each endpoint a project compares."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

COLUMN = "samples_per_endpoint"


def upgrade() -> None:
    # One for projects of before, too: pairs that they have of other samples stay.
    op.add_column("project", sa.Column(COLUMN, sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    op.drop_column("project", COLUMN)
