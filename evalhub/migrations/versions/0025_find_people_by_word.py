"""Find people by the beginning of a word, and list them by name, however many there are."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TEXT = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")
BY_LANGUAGE = "ix_person_language_language"
BY_NAME = "ix_person_by_name"


def upgrade() -> None:
    table = op.create_table(
        "person_word",
        sa.Column("word", TEXT, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_person_word_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("word", "person_id", name=op.f("pk_person_word")),
    )
    op.create_index(op.f("ix_person_word_person_id"), "person_word", ["person_id"])
    op.create_index(op.f(BY_LANGUAGE), "person_language", ["language"])
    op.create_index(BY_NAME, "person", [sa.text("lower(name)"), "id"])
    people = op.get_bind().execute(sa.text("SELECT id, name, email FROM person")).all()
    rows = [
        {"word": word, "person_id": person_id}
        for person_id, *texts in people
        for word in words(*texts)
    ]
    op.bulk_insert(table, rows)


def downgrade() -> None:
    op.drop_index(op.f(BY_LANGUAGE), table_name="person_language")
    op.drop_index(BY_NAME, table_name="person")
    op.drop_table("person_word")


def words(*texts: str | None) -> tuple[str, ...]:
    """Return the words as they were cut when this was written."""
    found = (
        word.casefold()[:40] for text in texts if text for word in re.findall(r"[^\W_]+", text)
    )
    return tuple(dict.fromkeys(found))[:8]
