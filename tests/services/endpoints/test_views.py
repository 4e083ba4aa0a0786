"""What is told of an endpoint is what was given for it, and never a key."""

from datetime import datetime

import pytest
from sqlmodel import Session, select

from evalhub.core.people import command_actor
from evalhub.core.pulling.specs import EndpointSpec
from evalhub.db.models import Endpoint
from evalhub.services.endpoints import EndpointDraft, EndpointView, register_endpoint
from evalhub.services.endpoints.views import spec_of, view_of
from tests.factories import make_endpoint

DRAFT = EndpointDraft(
    slug="careful",
    model="org/model-7b",
    url="https://models.example.com/v1?api-version=1",
    api_key_ref="env:MODELS_API_KEY",
    parameters={"stop": ["\u2028", "é"], "temperature": 0.1},
    max_concurrency=3,
    max_attempts=2,
    request_timeout_s=1.5,
    total_timeout_s=9.25,
    output_terms="CC-BY-4.0",
    is_simulated=True,
)


@pytest.fixture
def row(session: Session, now: datetime) -> Endpoint:
    """Register the draft beside another endpoint and return its row."""
    make_endpoint(session, slug="noise")
    register_endpoint(
        DRAFT, session=session, actor=command_actor(), now=now, allowed_hosts=frozenset()
    )
    session.expire_all()
    return session.exec(select(Endpoint).where(Endpoint.slug == "careful")).one()


def test_a_view_gives_back_what_was_registered(row: Endpoint, now: datetime) -> None:
    assert view_of(row) == EndpointView(row.id, 1, DRAFT, now, None)


def test_the_client_gets_every_setting_it_needs(row: Endpoint) -> None:
    assert spec_of(row) == EndpointSpec(
        slug="careful",
        model="org/model-7b",
        dialect="chat_completions",
        url="https://models.example.com/v1?api-version=1",
        api_key_ref="env:MODELS_API_KEY",
        parameters={"stop": ["\u2028", "é"], "temperature": 0.1},
        max_concurrency=3,
        max_attempts=2,
        request_timeout_s=1.5,
        total_timeout_s=9.25,
    )


def test_a_label_names_the_revision(row: Endpoint) -> None:
    view = view_of(row)

    assert (view.slug, view.label) == ("careful", "careful@1")
