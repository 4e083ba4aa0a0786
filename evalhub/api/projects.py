"""Share what the parts of the API about one project's scores have in common: path, tag, keys."""

from flask_openapi3 import Tag
from pydantic import Field

from evalhub.api.describing import ApiPart, Body
from evalhub.api.root import PREFIX, RESPONSES, SECURITY

TAG = Tag(name="scores", description="Boards of projects.")


class ProjectPath(Body):
    """Names a project."""

    slug: str = Field(max_length=80)


def project_blueprint(name: str, module: str) -> ApiPart:
    """Return a blueprint below ``/api/v1/projects`` that asks for a key and tells its errors."""
    return ApiPart(
        name,
        module,
        url_prefix=f"{PREFIX}/projects",
        abp_tags=[TAG],
        abp_security=SECURITY,
        abp_responses=RESPONSES,
    )
