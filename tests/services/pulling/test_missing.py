"""What a pull has still to ask: prompts without a response, and errors that may yet pass."""

import pytest
from sqlmodel import Session, select

from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.db.models import Endpoint, Prompt, Pull
from evalhub.services.pulling import start_pull
from evalhub.services.pulling.missing import PAGE, Demand, count_missing, demand_of, missing_page
from tests.factories import MOMENT, make_endpoint, make_prompt_set_version, make_response
from tests.pulling import ACTOR


@pytest.fixture
def endpoint(session: Session) -> Endpoint:
    """Give an endpoint beside one that has answered everything, and a set beside another."""
    noise, mine = make_endpoint(session, slug="noise"), make_endpoint(session, slug="mine")
    make_prompt_set_version(session, "A?", "B?", "C?", slug="health")
    make_prompt_set_version(session, "Noise?", slug="noise")
    for prompt in session.exec(select(Prompt)):
        make_response(session, prompt, noise)
    return mine


def prompts(session: Session) -> list[Prompt]:
    first = session.exec(select(Prompt)).first()
    assert first is not None
    query = select(Prompt).where(Prompt.prompt_set_version_id == first.prompt_set_version_id)
    return sorted(session.exec(query), key=lambda prompt: prompt.position)


def start(session: Session, *, retry_errors: bool) -> Pull:
    view = start_pull(
        "health", ("mine",), session=session, actor=ACTOR, now=MOMENT, retry_errors=retry_errors
    )
    return session.get_one(Pull, view.id)


def positions(
    demand: Demand, endpoint: Endpoint, session: Session, *, after: int = -1, size: int = PAGE
) -> list[int]:
    rows = missing_page(demand, endpoint.id, after=(after, 0), session=session, size=size)
    return [row.position for row in rows]


def test_everything_is_missing_at_first(session: Session, endpoint: Endpoint) -> None:
    demand = demand_of(start(session, retry_errors=False))

    assert positions(demand, endpoint, session) == [0, 1, 2]
    assert count_missing(demand, endpoint.id, session=session) == 3


def test_pages_follow_each_other_by_position(session: Session, endpoint: Endpoint) -> None:
    demand = demand_of(start(session, retry_errors=False))

    assert positions(demand, endpoint, session, size=2) == [0, 1]
    assert positions(demand, endpoint, session, after=1, size=2) == [2]
    assert positions(demand, endpoint, session, after=2) == []


@pytest.mark.parametrize("status", list(ResponseStatus))
def test_whatever_came_back_is_not_asked_again(
    session: Session, endpoint: Endpoint, status: ResponseStatus
) -> None:
    make_response(session, prompts(session)[1], endpoint, status=status)

    assert positions(demand_of(start(session, retry_errors=False)), endpoint, session) == [0, 2]


@pytest.mark.parametrize(
    ("status", "kind", "is_asked"),
    [
        (ResponseStatus.ERROR, ErrorKind.SERVER, True),
        (ResponseStatus.ERROR, ErrorKind.UNAUTHORISED, True),
        (ResponseStatus.ERROR, ErrorKind.REJECTED, False),
        (ResponseStatus.TRUNCATED, None, False),
        (ResponseStatus.EMPTY, None, False),
        (ResponseStatus.ANSWERED, None, False),
    ],
    ids=str,
)
def test_a_pull_that_retries_asks_what_may_yet_pass(
    session: Session,
    endpoint: Endpoint,
    status: ResponseStatus,
    kind: ErrorKind | None,
    *,
    is_asked: bool,
) -> None:
    response = make_response(session, prompts(session)[1], endpoint, status=status)
    response.error_kind = kind
    session.flush()

    found = positions(demand_of(start(session, retry_errors=True)), endpoint, session)

    assert found == ([0, 1, 2] if is_asked else [0, 2])


def test_a_pull_that_retries_leaves_its_own_errors(session: Session, endpoint: Endpoint) -> None:
    earlier, pull = (start(session, retry_errors=True) for _ in range(2))
    for prompt, owner in zip(prompts(session), (earlier, pull), strict=False):
        response = make_response(session, prompt, endpoint, status=ResponseStatus.ERROR)
        response.error_kind, response.pull_id = ErrorKind.SERVER, owner.id
    session.flush()

    assert positions(demand_of(pull), endpoint, session) == [0, 2]
    assert count_missing(demand_of(earlier), endpoint.id, session=session) == 2
