"""The application and its client, as for pages."""

from tests.web.conftest import app, client, clock, sign_in

__all__ = ["app", "client", "clock", "sign_in"]
