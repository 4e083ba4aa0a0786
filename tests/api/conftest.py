"""Fixtures for the API, beside those for pages."""

from tests.web.conftest import app as app  # noqa: PLC0414 - fixtures are shared by their name
from tests.web.conftest import client as client  # noqa: PLC0414 - as above
from tests.web.conftest import clock as clock  # noqa: PLC0414 - as above
