"""Keep decisions about levels with the figures they were made on."""

import sqlalchemy as sa
from alembic import op

from evalhub.db.table_parts import (
    drop,
    index,
    key,
    make,
    moment,
    number,
    seal,
    text,
    vocabulary,
    words,
)

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

TABLE = "ladder_review"


def upgrade() -> None:
    make(
        TABLE,
        number("person_id"),
        text("domain", 64),
        vocabulary("outcome", "ladderoutcome_known", ("promote", "keep", "lower")),
        number("level_before"),
        number("level_after"),
        words("reason"),
        words("evidence"),
        moment("decided_at"),
        number("decided_by"),
        key(TABLE, "person_id", "person"),
        key(TABLE, "decided_by", "person"),
        _level("level_before"),
        _level("level_after"),
    )
    index(TABLE, "person_id", "domain")
    seal(TABLE)


def _level(column: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} BETWEEN 0 AND 5", name=op.f(f"ck_{TABLE}_{column}_range"))


def downgrade() -> None:
    drop(TABLE)
