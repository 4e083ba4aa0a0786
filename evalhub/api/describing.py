"""Describe the API when somebody asks for its description, and not at each start.

What an address takes and answers is declared beside it. To turn every declaration into JSON Schema
took a tenth of a start, and a server that is started again has people waiting, none of whom asks
for it.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any

from flask_openapi3 import APIBlueprint, OpenAPI
from flask_openapi3.types import ParametersTuple
from flask_openapi3.utils import parse_parameters
from pydantic import BaseModel, ConfigDict

_DESCRIBING = Lock()
"""Held while parts are described: they are shared by all applications of a process, and a second
thread would read the schemas of a part that is half done."""


class Body(BaseModel):
    """Be the base of what comes in and goes out as JSON; its checks are built at the first use.

    Most processes of a server never see most of these bodies.
    """

    model_config = ConfigDict(defer_build=True)


class ApiPart(APIBlueprint):
    """Hold one part of the API, and what is still to be told of its addresses."""

    def __init__(self, name: str, import_name: str, **options: Any) -> None:  # noqa: ANN401 - the library's own
        """Begin a part without addresses; ``options`` are those of the library's blueprint."""
        super().__init__(name, import_name, **options)
        self._untold: list[Callable[[], object]] = []

    def _collect_openapi_info(
        self,
        rule: str,
        func: Callable[..., object],
        **declared: Any,  # noqa: ANN401 - handed back to the library as they came
    ) -> ParametersTuple:
        """Return what a request is checked against, and keep the rest for ``describe``."""
        tell = super()._collect_openapi_info
        self._untold.append(lambda: tell(rule, func, **declared))
        return parse_parameters(func, doc_ui=False)

    def describe(self) -> None:
        """Describe every address that is not described yet, in the order of the module."""
        for tell in self._untold:
            tell()
        self._untold.clear()


def description_of(app: OpenAPI) -> dict[str, Any]:
    """Return the OpenAPI description of ``app``, put together the first time."""
    with _DESCRIBING:
        for part in app.blueprints.values():
            if isinstance(part, ApiPart):
                part.describe()
                _take_up(app, part)
        return app.api_doc


def _take_up(app: OpenAPI, part: ApiPart) -> None:
    # As the library does when a part is registered; until now the part had nothing to tell.
    untold = [tag for tag in part.tags if tag.name not in app.tag_names]
    app.tags.extend(untold)
    app.tag_names.extend(tag.name for tag in untold)
    app.paths.update(part.paths)
    app.components_schemas.update(part.components_schemas)
