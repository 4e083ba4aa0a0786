"""Which endpoints a pull asks."""

from sqlmodel import Field, SQLModel

from evalhub.db.models import base  # noqa: F401 - sets the naming convention first


class PullEndpoint(SQLModel, table=True):
    """One endpoint of one pull."""

    __tablename__ = "pull_endpoint"

    pull_id: int = Field(primary_key=True, foreign_key="pull.id", ondelete="RESTRICT")
    endpoint_id: int = Field(primary_key=True, foreign_key="endpoint.id", ondelete="RESTRICT")
