"""Keep who was taken off a project, why, and what was said of it."""

from evalhub.db.table_parts import (
    drop,
    index,
    key,
    make,
    moment,
    number,
    seal,
    unique,
    vocabulary,
    words,
)

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

STEPS = ("objected", "rejected", "appealed", "upheld", "lifted")
TABLES = ("project_removal", "project_removal_step")


def upgrade() -> None:
    make(
        "project_removal",
        number("project_id"),
        number("person_id"),
        words("reason"),
        moment("removed_at"),
        number("removed_by", nullable=True),
        key("project_removal", "project_id", "project"),
        key("project_removal", "person_id", "person"),
        key("project_removal", "removed_by", "person"),
    )
    index("project_removal", "project_id", "person_id")
    index("project_removal", "person_id")
    make(
        "project_removal_step",
        number("project_removal_id"),
        number("number"),
        vocabulary("step", "removalstep_known", STEPS),
        words("words"),
        moment("made_at"),
        number("made_by", nullable=True),
        key("project_removal_step", "project_removal_id", "project_removal"),
        key("project_removal_step", "made_by", "person"),
        unique("project_removal_step", "project_removal_id", "number"),
    )
    seal(*TABLES)


def downgrade() -> None:
    drop(*TABLES)
