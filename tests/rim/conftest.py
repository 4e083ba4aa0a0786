"""The application and its client, as for pages."""

from tests.web.conftest import app, client, clock, own_app, sign_in

__all__ = ["app", "client", "clock", "own_app", "sign_in"]
