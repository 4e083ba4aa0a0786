"""Register, vary, revise, retire and find endpoints."""

from evalhub.services.endpoints.finding import (
    browse_endpoints,
    find_endpoint,
    get_endpoint,
    list_endpoints,
)
from evalhub.services.endpoints.registering import (
    register_endpoint,
    retire_endpoint,
    revise_endpoint,
)
from evalhub.services.endpoints.varying import vary_endpoint
from evalhub.services.endpoints.views import EndpointDraft, EndpointView

__all__ = [
    "EndpointDraft",
    "EndpointView",
    "browse_endpoints",
    "find_endpoint",
    "get_endpoint",
    "list_endpoints",
    "register_endpoint",
    "retire_endpoint",
    "revise_endpoint",
    "vary_endpoint",
]
