"""Keep trainings, the rounds in which people take them, and what they did there."""

import sqlalchemy as sa
from alembic import op

from evalhub.db.table_parts import (
    drop,
    flag,
    index,
    key,
    make,
    moment,
    number,
    seal,
    text,
    unique,
    words,
)

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TABLES = ("training", "training_round", "training_step", "training_result")


def upgrade() -> None:
    make(
        "training",
        text("slug", 64),
        number("number"),
        number("rubric_version_id"),
        words("document"),
        moment("published_at"),
        number("published_by", nullable=True),
        key("training", "rubric_version_id", "rubric_version"),
        key("training", "published_by", "person"),
        unique("training", "slug", "number"),
    )
    make(
        "training_round",
        number("person_id"),
        number("training_id"),
        number("number"),
        moment("started_at"),
        key("training_round", "person_id", "person"),
        key("training_round", "training_id", "training"),
        unique("training_round", "person_id", "training_id", "number"),
    )
    index("training_round", "training_id")
    make(
        "training_step",
        number("training_round_id"),
        number("position"),
        number("preference"),
        moment("done_at"),
        key("training_step", "training_round_id", "training_round"),
        unique("training_step", "training_round_id", "position"),
        sa.CheckConstraint(
            "preference BETWEEN -3 AND 3", name=op.f("ck_training_step_preference_range")
        ),
    )
    make(
        "training_result",
        number("training_round_id"),
        number("n_right"),
        number("n_items"),
        flag("is_passed"),
        moment("finished_at"),
        key("training_result", "training_round_id", "training_round"),
        unique("training_result", "training_round_id"),
    )
    seal(*TABLES)


def downgrade() -> None:
    drop(*TABLES)
