"""Sign-ins, kept on the server so that they can be revoked."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class WebSession(SQLModel, table=True):
    """One sign-in of one person; the browser holds the token, the table its hash."""

    __tablename__ = "web_session"

    id: int = Field(default=None, primary_key=True)
    # Whoever reads the table, or a backup of it, cannot sign in with what they find.
    token_hash: str = Field(max_length=64, unique=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT", index=True)
    user_agent: str = Field(default="", max_length=300)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
