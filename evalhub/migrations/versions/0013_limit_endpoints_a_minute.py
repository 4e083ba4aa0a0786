"""Limit what an endpoint is asked in a minute."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NAMES = ("requests_per_minute", "tokens_per_minute")


def upgrade() -> None:
    for name in NAMES:
        op.add_column("endpoint", sa.Column(name, sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("endpoint") as table:
        for name in NAMES:
            table.drop_column(name)
