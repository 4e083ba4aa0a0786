"""Give a built release of the tiny project."""

from datetime import datetime

import pytest
from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.people import command_actor
from evalhub.services.releasing.keeping import BuiltRelease
from tests.release_project import make_tiny_project
from tests.releases import build_release
from tests.web.conftest import app, client, clock, sign_in

__all__ = ["app", "built", "client", "clock", "sign_in"]


@pytest.fixture
def built(session: Session, settings: Settings, now: datetime) -> BuiltRelease:
    """Build version 1.0.0 of the tiny project."""
    make_tiny_project(session)
    return build_release("tiny", session=session, settings=settings, actor=command_actor(), now=now)
