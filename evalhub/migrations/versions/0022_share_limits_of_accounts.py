"""Let endpoints of one account share its limits a minute."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("endpoint", sa.Column("account", sa.String(length=80), nullable=True))
    op.create_table(
        "account_pace",
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("requests_free_at", sa.Float(), nullable=False),
        sa.Column("tokens_free_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_account_pace")),
    )


def downgrade() -> None:
    op.drop_table("account_pace")
    with op.batch_alter_table("endpoint") as table:
        table.drop_column("account")
