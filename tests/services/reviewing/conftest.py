"""Give each test of reviews its scene."""

from datetime import datetime

import pytest
from sqlmodel import Session

from tests.services.reviewing.scene import Scene, make_scene


@pytest.fixture
def scene(session: Session, now: datetime) -> Scene:
    """Give two experts, a reviewer and an adjudicator of a project with one pair."""
    return make_scene(session, now)
