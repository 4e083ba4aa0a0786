"""The desk of somebody with a comparison in work, whose time is booked."""

from tests.services.judging.conftest import desk as desk  # noqa: PLC0414 - a fixture for this folder
