"""A field that takes applications, with an assessment of three pairs."""

import json
from datetime import datetime

from sqlmodel import Session

from evalhub.core.people import command_actor
from evalhub.core.qualifying.applications import Application
from evalhub.services.qualifying.applying import apply_for
from evalhub.services.qualifying.assessing import Published, publish_assessment
from evalhub.services.qualifying.calls import set_call
from tests.core.qualifying.test_assessments import document
from tests.services.judging.conftest import small_rubric
from tests.services.qualifying.people import Both

RIGHT = {0: -3, 1: 0, 2: 3}
"""Answers that every key of the assessment accepts."""


def make_field(session: Session, now: datetime, *, domain: str = "medicine") -> None:
    """Open a field for applications."""
    set_call(domain, "Come in.", is_open=True, session=session, actor=command_actor(), now=now)


def make_assessment(session: Session, now: datetime, **changes: object) -> Published:
    """Publish the assessment of a field under the small rubric."""
    text = json.dumps(document(**changes))
    return publish_assessment(text, where="a.json", session=session, actor=command_actor(), now=now)


def make_all(session: Session, both: Both, now: datetime) -> str:
    """Open a field with an assessment, let the expert apply and return the application's id."""
    small_rubric(session)
    make_field(session, now)
    make_assessment(session, now)
    return apply(session, both, now)


def apply(session: Session, both: Both, now: datetime, domain: str = "medicine") -> str:
    """Let the expert apply."""
    return apply_for(
        both.expert.id,
        domain,
        Application("Ten years in surgery.", 8),
        session=session,
        actor=both.as_expert,
        now=now,
    )
