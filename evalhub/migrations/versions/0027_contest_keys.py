"""Keep contests of keys, their answers, and what mended keys made of attempts."""

import sqlalchemy as sa

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
    vocabulary,
    words,
)

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = ("key_contest", "key_contest_answer", "regrade")
OUTCOMES = ("upheld", "overturned")


def upgrade() -> None:
    make(
        "key_contest",
        text("public_id", 32),
        number("attempt_id"),
        number("position"),
        words("words"),
        moment("opened_at"),
        key("key_contest", "attempt_id", "attempt"),
        unique("key_contest", "attempt_id", "position"),
        unique("key_contest", "public_id"),
    )
    make(
        "key_contest_answer",
        number("key_contest_id"),
        vocabulary("outcome", "contestoutcome_known", OUTCOMES),
        words("words"),
        number("assessment_key_id", nullable=True),
        moment("answered_at"),
        number("answered_by"),
        *_keys_of_answers(),
        unique("key_contest_answer", "key_contest_id"),
    )
    make(
        "regrade",
        number("attempt_id"),
        number("assessment_key_id"),
        number("n_right_before"),
        number("n_right_after"),
        number("n_items"),
        flag("was_passed"),
        flag("is_passed"),
        moment("regraded_at"),
        key("regrade", "attempt_id", "attempt"),
        key("regrade", "assessment_key_id", "assessment_key"),
        unique("regrade", "attempt_id", "assessment_key_id"),
    )
    index("regrade", "assessment_key_id")
    seal(*TABLES)


def _keys_of_answers() -> "tuple[sa.ForeignKeyConstraint, ...]":
    return (
        key("key_contest_answer", "key_contest_id", "key_contest"),
        key("key_contest_answer", "assessment_key_id", "assessment_key"),
        key("key_contest_answer", "answered_by", "person"),
    )


def downgrade() -> None:
    drop(*TABLES)
