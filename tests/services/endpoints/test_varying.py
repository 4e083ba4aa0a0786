"""Several settings of one model are registered beside the endpoint that they vary."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlmodel import Session

from evalhub.core.canonical import Json
from evalhub.errors import BadInput, Conflict, NotFound
from evalhub.services.endpoints import EndpointView, list_endpoints, register_endpoint
from evalhub.services.endpoints.varying import vary_endpoint
from tests.services.endpoints.test_registering import ACTOR, DRAFT, NOBODY

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def base(session: Session, now: datetime) -> EndpointView:
    """Register the endpoint that is varied, with a limit and a price of its own."""
    return register_endpoint(DRAFT, session=session, actor=ACTOR, now=now, allowed_hosts=NOBODY)


def vary(values: dict[str, list[Json]], session: Session, now: datetime) -> list[EndpointView]:
    return vary_endpoint(
        "careful", values, session=session, actor=ACTOR, now=now, allowed_hosts=NOBODY
    )


def test_a_variant_is_as_its_endpoint_but_for_its_name_and_values(
    session: Session, now: datetime
) -> None:
    views = vary({"temperature": [0, 1.0]}, session, now)

    assert [view.label for view in views] == [
        "careful-temperature-0@1",
        "careful-temperature-1.0@1",
    ]
    assert replace(views[0].draft, slug="careful", parameters=DRAFT.parameters) == DRAFT


def test_the_same_variants_again_are_those_that_are_there(session: Session, now: datetime) -> None:
    first = vary({"temperature": [0]}, session, now)

    again = vary({"temperature": [0, 1]}, session, now)

    assert again[0] == first[0]
    assert len(list_endpoints(session=session)) == 3


def test_a_name_with_other_settings_is_refused_and_nothing_is_registered(
    session: Session, now: datetime
) -> None:
    taken = replace(DRAFT, slug="careful-temperature-1", parameters={"temperature": 1.5})
    register_endpoint(taken, session=session, actor=ACTOR, now=now, allowed_hosts=NOBODY)

    with pytest.raises(Conflict, match="'careful-temperature-1' is in use with other settings"):
        vary({"temperature": [0, 1]}, session, now)

    assert len(list_endpoints(session=session)) == 2


def test_a_number_written_otherwise_is_another_setting(session: Session, now: datetime) -> None:
    taken = replace(DRAFT, slug="careful-temperature-1", parameters={"temperature": 1.0})
    register_endpoint(taken, session=session, actor=ACTOR, now=now, allowed_hosts=NOBODY)

    with pytest.raises(Conflict, match="in use with other settings"):
        vary({"temperature": [1]}, session, now)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        pytest.param({"model": ["x"]}, "cannot be set here", id="reserved"),
        pytest.param({"x": ["y" * 90]}, "must be 1 to 80", id="long name"),
    ],
)
def test_what_breaks_a_rule_is_refused(
    session: Session, now: datetime, values: dict[str, list[Json]], rule: str
) -> None:
    with pytest.raises(BadInput, match=rule):
        vary(values, session, now)


def test_an_unknown_endpoint_cannot_be_varied(session: Session, now: datetime) -> None:
    with pytest.raises(NotFound):
        vary_endpoint(
            "nobody",
            {"temperature": [0]},
            session=session,
            actor=ACTOR,
            now=now,
            allowed_hosts=NOBODY,
        )
