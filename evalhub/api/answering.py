"""Answer with what a service found, as the fields that the documentation names."""

from flask import Response, jsonify
from pydantic import BaseModel


def told(kind: type[BaseModel], found: object) -> Response:
    """Answer with ``found``, an object or a mapping, as the fields of ``kind``."""
    return jsonify(kind.model_validate(found, from_attributes=True).model_dump(mode="json"))
