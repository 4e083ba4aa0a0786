"""The words by which people are found."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models import base  # noqa: F401 - sets the naming convention first


class PersonWord(SQLModel, table=True):
    """One word of a person's name or address, folded.

    Found by their beginning from an index. Looking for letters within a name reads every name,
    which among 11,000 experts takes most of the time of a search.
    """

    __tablename__ = "person_word"

    # By code points on both databases: in the order of a language, a range holds other words than
    # those that begin alike.
    word: str = Field(
        primary_key=True,
        max_length=40,
        sa_type=sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql"),
    )
    person_id: int = Field(
        primary_key=True, foreign_key="person.id", ondelete="RESTRICT", index=True
    )
