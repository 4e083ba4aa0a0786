"""Where the limits a minute of shared accounts stand."""

from sqlmodel import Field, SQLModel


class AccountPace(SQLModel, table=True):
    """From when on an account has room again for requests and for tokens.

    Seconds since 1970 by the database's clock, because workers on several machines share a row
    and their own clocks may disagree.
    """

    __tablename__ = "account_pace"

    account: str = Field(primary_key=True, max_length=80)
    requests_free_at: float
    tokens_free_at: float
