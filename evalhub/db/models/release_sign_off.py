"""Sign-offs: who vouches for a release, as what, and what they leave open."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.releasing.dossier.signing import SignOffRole
from evalhub.db.models.base import UtcDateTime, vocabulary


class ReleaseSignOff(SQLModel, table=True):
    """One signature under one release, bound to the hash of its manifest.

    A database trigger refuses updates and deletes.
    """

    __tablename__ = "release_sign_off"

    id: int = Field(default=None, primary_key=True)
    release_id: int = Field(foreign_key="release.id", ondelete="RESTRICT", index=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT")
    # As it was when they signed; a name that is changed later must not change a signature.
    name: str = Field(max_length=200)
    role: SignOffRole = Field(sa_type=vocabulary(SignOffRole))
    manifest_sha256: str = Field(max_length=64)
    statement: str = Field(sa_type=sa.Text)
    open_findings: str = Field(default="", sa_type=sa.Text)
    signed_at: datetime = Field(sa_type=UtcDateTime)
