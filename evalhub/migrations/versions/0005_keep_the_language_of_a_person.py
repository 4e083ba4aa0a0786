"""Keep the language in which a person reads pages."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("language", sa.String(35), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "language")
