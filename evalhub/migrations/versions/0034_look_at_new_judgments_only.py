"""Look at new judgments only: what was said before reviews began opens no case."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from evalhub.db.models.base import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    project = sa.table("project", sa.column("id", sa.Integer))
    look = sa.table(
        "review_look",
        sa.column("project_id", sa.Integer),
        sa.column("looked_until", UtcDateTime()),
    )
    # A project that was looked through already goes on from there.
    seen = sa.select(look.c.project_id)
    now = sa.literal(datetime.now(UTC), UtcDateTime())
    unseen = sa.select(project.c.id, now).where(project.c.id.not_in(seen))
    op.execute(look.insert().from_select(["project_id", "looked_until"], unseen))


def downgrade() -> None:
    # The rows are what a look writes; without them all of history would be looked through again.
    pass
