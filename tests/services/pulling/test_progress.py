"""Progress counts what came back by endpoint and status; responses can be read page by page."""

import pytest
from sqlmodel import Session, col, select

from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.db.models import Endpoint, Prompt, Response
from evalhub.errors import NotFound
from evalhub.services.pulling import (
    ErrorGroup,
    PullView,
    browse_responses,
    pull_progress,
    start_pull,
)
from tests.factories import MOMENT, make_endpoint, make_prompt_set_version, make_response
from tests.pulling import ACTOR


def prompts_of(session: Session, slug: str, *texts: str) -> list[Prompt]:
    """Add a set of ``texts`` and return its prompts."""
    version = make_prompt_set_version(session, *texts, slug=slug)
    query = select(Prompt).where(Prompt.prompt_set_version_id == version.id)
    return list(session.exec(query.order_by(col(Prompt.position))))


def fail(session: Session, prompt: Prompt, endpoint: Endpoint, kind: ErrorKind, why: str) -> None:
    """Add an error."""
    row = make_response(session, prompt, endpoint, text="", status=ResponseStatus.ERROR)
    row.error_kind, row.error_message = kind, why
    session.flush()


@pytest.fixture
def pull(session: Session) -> PullView:
    """Give a pull of four prompts from two endpoints, beside noise."""
    careful = make_endpoint(session, slug="careful", model="model-a", is_simulated=True)
    quick = make_endpoint(session, slug="quick", model="model-b")
    other = make_endpoint(session, slug="other")
    (noise,) = prompts_of(session, "noise", "Noise?")
    first, second, third, fourth = prompts_of(session, "health", "A?", "B?", "C?", "D?")
    for endpoint in (careful, quick, other):
        make_response(session, noise, endpoint)
    make_response(session, first, other)
    make_response(session, first, careful, names_itself="I am Claude")
    make_response(session, second, careful, status=ResponseStatus.TRUNCATED, text="Ye")
    make_response(session, first, quick)
    fail(session, second, quick, ErrorKind.TIMEOUT, "b")
    fail(session, third, quick, ErrorKind.TIMEOUT, "a")
    fail(session, fourth, quick, ErrorKind.REJECTED, "x" * 400)
    return start_pull("health", ["careful", "quick"], session=session, actor=ACTOR, now=MOMENT)


def test_what_came_back_is_counted_by_endpoint(session: Session, pull: PullView) -> None:
    progress = pull_progress(pull.public_id, session=session)

    careful, quick = progress.endpoints
    assert (careful.label, careful.model, careful.n_wanted) == ("careful@1", "model-a", 4)
    assert (careful.n_settled, careful.n_left, careful.n_names_itself) == (2, 2, 1)
    assert careful.n_by_status[ResponseStatus.TRUNCATED] == 1
    assert careful.n_by_status[ResponseStatus.EMPTY] == 0
    assert (quick.n_settled, quick.n_by_status[ResponseStatus.ERROR]) == (4, 3)


def test_the_whole_is_the_sum_of_its_endpoints(session: Session, pull: PullView) -> None:
    progress = pull_progress(pull.public_id, session=session)

    assert (progress.n_wanted, progress.n_settled) == (8, 6)
    assert progress.n_with(ResponseStatus.ANSWERED) == 2
    assert progress.is_simulated


def test_errors_are_grouped_with_an_example(session: Session, pull: PullView) -> None:
    careful, quick = pull_progress(pull.public_id, session=session).endpoints

    assert careful.errors == ()
    assert quick.errors == (
        ErrorGroup(ErrorKind.TIMEOUT, 2, "a"),
        ErrorGroup(ErrorKind.REJECTED, 1, "x" * 300),
    )


def test_a_pull_that_retries_has_those_left_that_may_pass(session: Session, pull: PullView) -> None:
    again = start_pull(
        "health", ["quick"], session=session, actor=ACTOR, now=MOMENT, retry_errors=True
    )

    (quick,) = pull_progress(again.public_id, session=session).endpoints

    assert (quick.n_left, quick.n_settled, quick.is_ended) == (2, 2, False)


def test_an_unknown_pull_has_no_progress(session: Session) -> None:
    with pytest.raises(NotFound):
        pull_progress("nope", session=session)


def test_responses_are_read_in_the_order_of_the_prompts(session: Session, pull: PullView) -> None:
    page = browse_responses(pull.public_id, session=session)

    assert (page.n, page.n_pages, page.number) == (6, 1, 1)
    assert [(one.prompt_key, one.endpoint) for one in page.responses] == [
        ("p0", "careful@1"),
        ("p0", "quick@1"),
        ("p1", "careful@1"),
        ("p1", "quick@1"),
        ("p2", "quick@1"),
        ("p3", "quick@1"),
    ]
    assert (page.responses[0].prompt_text, page.responses[0].is_simulated) == ("A?", True)


def test_responses_are_filtered(session: Session, pull: PullView) -> None:
    page = browse_responses(
        pull.public_id, session=session, status=ResponseStatus.ERROR, slug="quick"
    )

    assert [one.error_kind for one in page.responses] == [
        ErrorKind.TIMEOUT,
        ErrorKind.TIMEOUT,
        ErrorKind.REJECTED,
    ]


def test_a_page_beyond_the_last_is_empty(session: Session, pull: PullView) -> None:
    page = browse_responses(pull.public_id, session=session, number=9)

    assert (page.responses, page.n) == ((), 6)


def test_nothing_is_one_empty_page(session: Session, pull: PullView) -> None:
    session.exec(select(Response)).all()

    page = browse_responses(pull.public_id, session=session, status=ResponseStatus.EMPTY)

    assert (page.n, page.n_pages) == (0, 1)
