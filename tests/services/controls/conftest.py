"""Give each test of controls its scene."""

from datetime import datetime

import pytest
from sqlmodel import Session

from tests.services.controls.scene import Scene, make_scene


@pytest.fixture
def scene(session: Session, now: datetime) -> Scene:
    """Give a project with four pairs of work and two controls."""
    return make_scene(session, now)
