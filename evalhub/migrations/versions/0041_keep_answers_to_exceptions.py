"""Keep who took exceptions in hand, and what was answered."""

from evalhub.db.table_parts import drop, flag, key, make, moment, number, seal, text, unique, words

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

TABLES = ("exception_step",)


def upgrade() -> None:
    make(
        "exception_step",
        text("key", 80),
        number("number"),
        flag("is_answer"),
        words("words"),
        moment("made_at"),
        number("made_by"),
        key("exception_step", "made_by", "person"),
        unique("exception_step", "key", "number"),
    )
    seal(*TABLES)


def downgrade() -> None:
    drop(*TABLES)
