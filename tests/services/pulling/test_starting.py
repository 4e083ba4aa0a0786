"""A pull is planned and started from a frozen version and endpoints in use."""

import json

import pytest
from sqlmodel import Session, col, select

from evalhub.core.campaigns import PullStatus
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.db.models import AuditEvent, Prompt, Pull, Response
from evalhub.errors import BadInput, NotFound
from evalhub.services.pulling import get_pull, list_pulls, list_versions, plan_pull, start_pull
from evalhub.services.pulling.planning import MAXIMUM_ENDPOINTS
from tests.factories import (
    MOMENT,
    make_endpoint,
    make_person,
    make_prompt_set_version,
    make_response,
)
from tests.pulling import ACTOR


@pytest.fixture(autouse=True)
def noise(session: Session) -> None:
    """Put another set, another endpoint and its response into the database."""
    make_prompt_set_version(session, "Noise?", slug="noise")
    other = make_endpoint(session, slug="other")
    make_response(session, prompts(session, "noise")[0], other)


def prompts(session: Session, slug: str) -> list[Prompt]:
    """Return the prompts of the newest version of a set."""
    (choice,) = [one for one in list_versions(session=session) if one.label.startswith(slug)]
    query = select(Prompt).where(Prompt.prompt_set_version_id == choice.id)
    return list(session.exec(query.order_by(col(Prompt.position))))


def test_a_pull_waits_for_a_worker(session: Session) -> None:
    make_prompt_set_version(session, "A?", "B?", slug="health")
    make_endpoint(session, slug="careful")
    make_endpoint(session, slug="quick")

    pull = start_pull("health@1", ["quick", "careful"], session=session, actor=ACTOR, now=MOMENT)

    assert (pull.status, pull.is_active) == (PullStatus.QUEUED, True)
    assert (pull.prompt_set.label, pull.prompt_set.n_prompts) == ("health@1", 2)
    assert pull.endpoints == ("careful@1", "quick@1")
    assert pull.created_by == "command line"


def test_who_starts_a_pull_in_the_foreground_runs_it(session: Session) -> None:
    pull = start_pull(
        "noise", ["other"], session=session, actor=ACTOR, now=MOMENT, is_foreground=True
    )

    assert pull.status is PullStatus.RUNNING


def test_starting_is_audited(session: Session) -> None:
    pull = start_pull("noise", ["other"], session=session, actor=ACTOR, now=MOMENT)

    (event,) = session.exec(select(AuditEvent))
    assert (event.action, event.subject) == ("pull.start", f"pull:{pull.public_id}")
    assert json.loads(event.details) == {
        "prompt_set": "noise@1",
        "endpoints": ["other@1"],
        "retry_errors": False,
        "samples": 1,
        "seed": None,
        "budget": None,
    }


def test_an_endpoint_named_twice_is_asked_once(session: Session) -> None:
    pull = start_pull("noise", ["other", "other"], session=session, actor=ACTOR, now=MOMENT)

    assert pull.endpoints == ("other@1",)


@pytest.mark.parametrize(
    ("prompt_set", "endpoints", "error", "message"),
    [
        pytest.param("nope", ["other"], NotFound, "no frozen prompt set 'nope'", id="set"),
        pytest.param("noise@2", ["other"], NotFound, "no frozen prompt set", id="version"),
        pytest.param("noise@x", ["other"], BadInput, "write it as slug or slug@number", id="shape"),
        pytest.param("", ["other"], BadInput, "write it as", id="nothing"),
        pytest.param("noise", ["nope"], NotFound, "no endpoint 'nope' in use", id="endpoint"),
        pytest.param("noise", [], BadInput, "endpoints: choose at least one", id="no endpoint"),
        pytest.param(
            "noise",
            [str(number) for number in range(MAXIMUM_ENDPOINTS + 1)],
            BadInput,
            "at most 200",
            id="too many",
        ),
    ],
)
def test_what_cannot_be_pulled_is_named(
    session: Session,
    prompt_set: str,
    endpoints: list[str],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        start_pull(prompt_set, endpoints, session=session, actor=ACTOR, now=MOMENT)

    assert session.exec(select(Pull)).all() == []


def test_a_plan_counts_only_what_is_missing(session: Session) -> None:
    make_prompt_set_version(session, "A?", "B?", "C?", slug="health")
    careful = make_endpoint(session, slug="careful")
    make_endpoint(session, slug="quick")
    make_response(session, prompts(session, "health")[0], careful)

    plan = plan_pull("health", ["careful", "quick"], session=session)

    assert [(share.endpoint, share.n_to_ask) for share in plan.shares] == [
        ("careful@1", 2),
        ("quick@1", 3),
    ]
    assert plan.n_to_ask == 5


def test_a_plan_that_retries_counts_errors_that_may_pass(session: Session) -> None:
    make_prompt_set_version(session, "A?", "B?", "C?", "D?", slug="health")
    careful = make_endpoint(session, slug="careful")
    first, second, third, _ = prompts(session, "health")
    for prompt, kind in ((first, ErrorKind.TIMEOUT), (second, ErrorKind.REJECTED)):
        row = make_response(session, prompt, careful, status=ResponseStatus.ERROR)
        row.error_kind = kind
    make_response(session, third, careful, status=ResponseStatus.TRUNCATED)
    session.flush()

    plain = plan_pull("health", ["careful"], session=session)
    again = plan_pull("health", ["careful"], retry_errors=True, session=session)

    assert (plain.n_to_ask, again.n_to_ask) == (1, 2)
    assert len(session.exec(select(Response)).all()) == 4


def test_pulls_are_listed_newest_first_a_page_at_a_time(session: Session) -> None:
    person = make_person(session, name="Grace Example")
    ids = [
        start_pull("noise", ["other"], session=session, actor=ACTOR, now=MOMENT).public_id
        for _ in range(3)
    ]
    session.exec(select(Pull).where(Pull.public_id == ids[2])).one().created_by = person.id
    session.flush()

    page = list_pulls(session=session, limit=2)

    assert [pull.public_id for pull in page] == [ids[2], ids[1]]
    assert [pull.created_by for pull in page] == ["Grace Example", "command line"]
    assert [pull.public_id for pull in list_pulls(session=session, limit=2, offset=2)] == [ids[0]]


def test_an_unknown_pull_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="no pull 'nope'"):
        get_pull("nope", session=session)
