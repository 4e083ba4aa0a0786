"""Know the request of a pull again when it arrives a second time."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NAME = "uq_pull_created_by_request_key"


def upgrade() -> None:
    with op.batch_alter_table("pull") as table:
        table.add_column(sa.Column("request_key", sa.String(length=100), nullable=True))
        table.add_column(sa.Column("request_sha256", sa.String(length=64), nullable=True))
        table.create_unique_constraint(op.f(NAME), ["created_by", "request_key"])


def downgrade() -> None:
    with op.batch_alter_table("pull") as table:
        table.drop_constraint(op.f(NAME), type_="unique")
        table.drop_column("request_sha256")
        table.drop_column("request_key")
