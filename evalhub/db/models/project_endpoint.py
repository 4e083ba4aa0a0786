"""Which endpoints a project compares."""

from sqlmodel import Field, SQLModel

from evalhub.db.models import base  # noqa: F401 - sets the naming convention first


class ProjectEndpoint(SQLModel, table=True):
    """One endpoint of one project."""

    __tablename__ = "project_endpoint"

    project_id: int = Field(primary_key=True, foreign_key="project.id", ondelete="RESTRICT")
    endpoint_id: int = Field(primary_key=True, foreign_key="endpoint.id", ondelete="RESTRICT")
