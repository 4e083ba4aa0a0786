"""A claim that ran out and an endpoint that failed are one exception each, until answered."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from evalhub.core.campaigns import AssignmentStatus, PullStatus
from evalhub.core.operating.exceptions import ExceptionKind, ExceptionLevel
from evalhub.core.people import Actor, Origin, Role, command_actor
from evalhub.core.responses import ResponseStatus
from evalhub.db.models import AuditEvent, Endpoint, ExceptionStep, Prompt, PullEndpoint, Response
from evalhub.errors import BadInput, Conflict, Forbidden
from evalhub.services.operating.exceptions import (
    OpenException,
    answer_exceptions,
    list_exceptions,
    take_exceptions,
)
from tests.factories import (
    make_assignment,
    make_person,
    make_prompt_set_version,
    make_pull,
    make_response,
)
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.services.projects.conftest import actor_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def campaign(session: Session, now: datetime) -> Campaign:
    """Add claims of every kind: run out, marked so, running, judged late, old, and simulated."""
    made = make_campaign(session, n_pairs=6, n_people=3)
    made.people[0].name, made.people[1].origin = "Hanna Holder", Origin.SIMULATED
    states = (
        (0, AssignmentStatus.LEASED, now - HOUR),
        (0, AssignmentStatus.EXPIRED, now - DAY),
        (2, AssignmentStatus.LEASED, now + HOUR),
        (0, AssignmentStatus.SUBMITTED, now - HOUR),
        (0, AssignmentStatus.EXPIRED, now - 31 * DAY),
        (1, AssignmentStatus.EXPIRED, now - HOUR),
    )
    for pair, (who, status, end) in zip(made.pairs, states, strict=True):
        row = make_assignment(session, pair, made.people[who], status=status)
        row.leased_at, row.expires_at = end - HOUR, end
    session.flush()
    return made


@pytest.fixture
def cora(session: Session) -> Actor:
    return actor_of(make_person(session, Role.COORDINATOR, name="Cora"), Role.COORDINATOR)


def fail(session: Session, now: datetime, *, n: int = 3) -> None:
    """Let an endpoint leave ``n`` prompts of a pull without an answer, and answer one."""
    pull = make_pull(session, PullStatus.DONE, (now - HOUR, ""))
    pull.finished_at = now - HOUR
    share = session.exec(select(PullEndpoint)).one()
    endpoint = session.get_one(Endpoint, share.endpoint_id)
    version = make_prompt_set_version(session, *map(str, range(n + 1)), slug="failing")
    prompts = session.exec(
        select(Prompt).where(Prompt.prompt_set_version_id == version.id).order_by(col(Prompt.id))
    )
    for place, prompt in enumerate(prompts):
        status = ResponseStatus.ERROR if place < n else ResponseStatus.ANSWERED
        make_response(session, prompt, endpoint, status=status).pull_id = pull.id
    session.flush()


def listed(session: Session, now: datetime) -> list[OpenException]:
    return list_exceptions(session=session, now=now)


def test_f11_each_claim_that_ran_out_is_one_exception(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    found = listed(session, now)

    assert [(one.kind, one.who, one.since) for one in found] == [
        (ExceptionKind.EXPIRED_CLAIM, "Hanna Holder", now - DAY),
        (ExceptionKind.EXPIRED_CLAIM, "Hanna Holder", now - HOUR),
    ]
    assert listed(session, now) == found
    assert {one.path for one in found} == {f"/operations/{campaign.project.slug}"}


@pytest.mark.parametrize(("who", "n_hours", "n_left"), [(0, 23, 1), (2, 23, 1), (2, 30, 2)])
def test_f11_a_claim_whose_comparison_was_judged_since_is_none(
    campaign: Campaign, session: Session, now: datetime, *, who: int, n_hours: int, n_left: int
) -> None:
    """It ran out a day ago: who judged it on a claim of before filled another place."""
    pair, person = campaign.pairs[1], campaign.people[who]
    again = make_assignment(session, pair, person, status=AssignmentStatus.SUBMITTED)
    again.leased_at, again.expires_at = now - n_hours * HOUR, now
    session.flush()

    assert len(listed(session, now)) == n_left


def test_f11_an_endpoint_that_failed_in_a_pull_is_one_exception(
    session: Session, now: datetime
) -> None:
    fail(session, now)

    [one] = listed(session, now)

    assert (one.kind, one.n, one.since) == (ExceptionKind.ENDPOINT_FAILURE, 3, now - HOUR)
    assert one.path.startswith("/pulls/")
    for row in session.exec(select(Response)):
        row.status = ResponseStatus.ANSWERED
    session.flush()
    assert listed(session, now) == []


def test_f11_an_answer_ends_it_and_stays(
    campaign: Campaign, session: Session, now: datetime, cora: Actor
) -> None:
    keys = [one.key for one in listed(session, now)]

    answer_exceptions(keys, " Both asked. ", session=session, actor=cora, now=now)

    assert listed(session, now) == []
    rows = session.exec(select(ExceptionStep).order_by(col(ExceptionStep.id))).all()
    assert [(row.key, row.words, row.made_by) for row in rows] == [
        (key, "Both asked.", cora.person_id) for key in keys
    ]
    log = session.exec(select(AuditEvent.action, AuditEvent.subject)).all()
    assert log == [("exception.answer", f"exception:{key}") for key in keys]
    with pytest.raises(Conflict, match="answered already"):
        answer_exceptions(keys[:1], "Again.", session=session, actor=cora, now=now)


def test_f11_what_is_in_hand_is_nobody_elses_until_it_is_late(
    campaign: Campaign, session: Session, now: datetime, cora: Actor
) -> None:
    admin = actor_of(make_person(session, Role.ADMIN, name="Cora"), Role.ADMIN)
    key = listed(session, now)[0].key
    take_exceptions([key, key], session=session, actor=cora, now=now)

    held = listed(session, now)[0].standing

    assert (held.owner, held.level) == ("Cora", ExceptionLevel.COORDINATION)
    with pytest.raises(Conflict, match="Somebody else"):
        answer_exceptions([key], "Mine.", session=session, actor=admin, now=now)
    late = now + 6 * DAY
    assert listed(session, late)[0].standing.level is ExceptionLevel.ADMINISTRATION
    answer_exceptions([key], "Asked again.", session=session, actor=admin, now=late)
    assert key not in {one.key for one in listed(session, late)}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_f11_what_is_overdue_is_answered_and_not_taken(
    campaign: Campaign, session: Session, now: datetime, cora: Actor
) -> None:
    key, overdue = listed(session, now)[0].key, now + 11 * DAY

    with pytest.raises(Conflict, match="overdue"):
        take_exceptions([key], session=session, actor=cora, now=overdue)

    assert session.exec(select(ExceptionStep)).all() == []
    answer_exceptions([key], "Asked again.", session=session, actor=cora, now=overdue)
    assert key not in {one.key for one in listed(session, overdue)}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("keys", "words", "error"),
    [
        ([], "Asked.", BadInput),
        (None, "\u200b ", BadInput),
        (["expired_claim:999999"], "Asked.", Conflict),
        (["x' OR 1\0"], "Asked.", Conflict),
    ],
    ids=["none", "no words", "unknown", "no key"],
)
def test_what_makes_no_sense_answers_nothing(
    campaign: Campaign,
    session: Session,
    now: datetime,
    cora: Actor,
    keys: list[str] | None,
    words: str,
    error: type[Exception],
) -> None:
    given = [one.key for one in listed(session, now)] if keys is None else keys

    with pytest.raises(error):
        answer_exceptions(given, words, session=session, actor=cora, now=now)
    assert len(listed(session, now)) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "actor", [Actor(1, "Rea", frozenset({Role.RESEARCHER})), command_actor()], ids=["role", "name"]
)
def test_an_answer_has_a_person_who_may(
    campaign: Campaign, session: Session, now: datetime, actor: Actor
) -> None:
    keys = [one.key for one in listed(session, now)]

    with pytest.raises(Forbidden, match="answered by coordinators"):
        take_exceptions(keys, session=session, actor=actor, now=now)
