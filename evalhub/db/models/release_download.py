"""Who downloaded which file of a release."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class ReleaseDownload(SQLModel, table=True):
    """One download of one file."""

    __tablename__ = "release_download"

    id: int = Field(default=None, primary_key=True)
    release_id: int = Field(foreign_key="release.id", ondelete="RESTRICT", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
    file: str = Field(max_length=300)
    downloaded_at: datetime = Field(sa_type=UtcDateTime)
