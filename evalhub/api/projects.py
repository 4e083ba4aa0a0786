"""Share what the parts of the API about one project's scores have in common: path, tag, keys."""

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from evalhub.api.root import PREFIX, RESPONSES, SECURITY

TAG = Tag(name="scores", description="Boards of projects.")


class ProjectPath(BaseModel):
    """Names a project."""

    slug: str = Field(max_length=80)


def project_blueprint(name: str, module: str) -> APIBlueprint:
    """Return a blueprint below ``/api/v1/projects`` that asks for a key and tells its errors."""
    return APIBlueprint(
        name,
        module,
        url_prefix=f"{PREFIX}/projects",
        abp_tags=[TAG],
        abp_security=SECURITY,
        abp_responses=RESPONSES,
    )
