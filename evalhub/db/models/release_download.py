"""Who downloaded which file of a release, or which part of it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class ReleaseDownload(SQLModel, table=True):
    """One download of one file: whole, or from ``first_byte`` to ``last_byte``, both sent.

    One row a request: whoever fetches a file in ten parts leaves ten rows, and only together
    do they say that the whole file left.
    """

    __tablename__ = "release_download"
    __table_args__ = (
        # A null makes a comparison unknown, which a check lets pass: half a range must be
        # refused by name.
        sa.CheckConstraint(
            "(first_byte IS NULL AND last_byte IS NULL) OR "
            "(first_byte IS NOT NULL AND last_byte IS NOT NULL "
            "AND first_byte >= 0 AND last_byte >= first_byte)",
            name="byte_range",
        ),
    )

    id: int = Field(default=None, primary_key=True)
    release_id: int = Field(foreign_key="release.id", ondelete="RESTRICT", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
    # None for a browser that is signed in, and for what was downloaded before keys were noted.
    api_key_id: int | None = Field(default=None, foreign_key="api_key.id", ondelete="RESTRICT")
    file: str = Field(max_length=300)
    first_byte: int | None = Field(default=None, sa_type=sa.BigInteger)
    last_byte: int | None = Field(default=None, sa_type=sa.BigInteger)
    downloaded_at: datetime = Field(sa_type=UtcDateTime)
