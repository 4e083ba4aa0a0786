"""Limit keys to releases, and note which key downloaded what."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NAME = "fk_release_download_api_key_id_api_key"


def upgrade() -> None:
    # Keys that are there open every release, as they did.
    op.add_column("api_key", sa.Column("releases", sa.JSON(), nullable=True))
    with op.batch_alter_table("release_download") as table:
        table.add_column(sa.Column("api_key_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f(NAME), "api_key", ["api_key_id"], ["id"], ondelete="RESTRICT")


def downgrade() -> None:
    with op.batch_alter_table("release_download") as table:
        table.drop_constraint(op.f(NAME), type_="foreignkey")
        table.drop_column("api_key_id")
    op.drop_column("api_key", "releases")
