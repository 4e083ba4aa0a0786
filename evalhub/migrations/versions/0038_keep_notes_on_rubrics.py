"""Keep what experts say of rubrics, the pairs that show it, and what came of it."""

from evalhub.db.table_parts import (
    drop,
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

revision = "0038"
down_revision = "0034"
branch_labels = None
depends_on = None

KINDS = (
    *("unclear", "missing", "contradiction", "scale"),
    *("wording", "example", "edge_case", "criterion"),
)
STATES = ("open", "answered", "accepted", "taken_up", "declined")
TABLES = ("rubric_note", "rubric_note_pair", "rubric_note_step")


def upgrade() -> None:
    make(
        "rubric_note",
        text("public_id", 32),
        number("rubric_version_id"),
        number("person_id"),
        vocabulary("kind", "notekind_known", KINDS),
        text("criterion", 64),
        words("words"),
        text("credit", 80),
        moment("written_at"),
        key("rubric_note", "rubric_version_id", "rubric_version"),
        key("rubric_note", "person_id", "person"),
        unique("rubric_note", "public_id"),
    )
    index("rubric_note", "rubric_version_id")
    index("rubric_note", "person_id")
    make(
        "rubric_note_pair",
        number("rubric_note_id"),
        number("pair_id"),
        key("rubric_note_pair", "rubric_note_id", "rubric_note"),
        key("rubric_note_pair", "pair_id", "pair"),
        unique("rubric_note_pair", "rubric_note_id", "pair_id"),
    )
    index("rubric_note_pair", "pair_id")
    make(
        "rubric_note_step",
        number("rubric_note_id"),
        number("number"),
        vocabulary("state", "notestate_known", STATES),
        words("words"),
        number("rubric_version_id", nullable=True),
        moment("decided_at"),
        number("decided_by"),
        key("rubric_note_step", "rubric_note_id", "rubric_note"),
        key("rubric_note_step", "rubric_version_id", "rubric_version"),
        key("rubric_note_step", "decided_by", "person"),
        unique("rubric_note_step", "rubric_note_id", "number"),
    )
    index("rubric_note_step", "rubric_version_id")
    seal(*TABLES)


def downgrade() -> None:
    drop(*TABLES)
