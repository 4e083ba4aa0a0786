"""Record which bytes of a file were asked for; earlier downloads stand as whole files."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

RULE = (
    "(first_byte IS NULL AND last_byte IS NULL) OR "
    "(first_byte IS NOT NULL AND last_byte IS NOT NULL "
    "AND first_byte >= 0 AND last_byte >= first_byte)"
)


def upgrade() -> None:
    with op.batch_alter_table("release_download") as table:
        table.add_column(sa.Column("first_byte", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("last_byte", sa.BigInteger(), nullable=True))
        table.create_check_constraint(op.f("ck_release_download_byte_range"), RULE)


def downgrade() -> None:
    with op.batch_alter_table("release_download") as table:
        table.drop_constraint(op.f("ck_release_download_byte_range"), type_="check")
        table.drop_column("last_byte")
        table.drop_column("first_byte")
