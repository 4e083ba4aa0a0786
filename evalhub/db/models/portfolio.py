"""Portfolios as they were signed, and those that were taken back; both append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class Portfolio(SQLModel, table=True):
    """One signed portfolio of one person.

    ``public_key`` is the one that its signature is checked by: a new secret of the instance makes a
    new key and leaves what was signed before as good as it was.
    """

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=32, unique=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT", index=True)
    document: str = Field(sa_type=sa.Text)
    signature: str = Field(max_length=128)
    public_key: str = Field(max_length=64)
    made_at: datetime = Field(sa_type=UtcDateTime)


class PortfolioRevocation(SQLModel, table=True):
    """That its owner took a portfolio back, once and for good."""

    __tablename__ = "portfolio_revocation"

    id: int = Field(default=None, primary_key=True)
    portfolio_id: int = Field(foreign_key="portfolio.id", ondelete="RESTRICT", unique=True)
    revoked_at: datetime = Field(sa_type=UtcDateTime)
