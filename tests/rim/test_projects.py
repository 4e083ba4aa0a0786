"""Opening in two transactions: the writer only stores, and pairs stand once whatever happens."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlmodel import Session, col, select

from evalhub.core.campaigns import ProjectStatus, SelectionMode
from evalhub.core.people import Actor, Role, command_actor
from evalhub.db.engine import Database
from evalhub.db.models import Endpoint, Pair, Project, Prompt, SelectionPlan
from evalhub.errors import Conflict, Forbidden, NotFound
from evalhub.rim.projects import set_status
from evalhub.services.pairing.adding import add_pairs
from evalhub.services.projects.finding import get_project
from evalhub.services.projects.statuses import change_status, draft_opening
from tests.factories import make_endpoint, make_project, make_prompt_set_version, make_response
from tests.writing import written_statements

ACTOR = command_actor()
N_PROMPTS = 4


@pytest.fixture
def trial(database: Database) -> str:
    """Give the slug of a draft over four prompts that two of three endpoints have answered."""
    with database.transaction() as session:
        version = make_prompt_set_version(session, *(f"Question {n}?" for n in range(N_PROMPTS)))
        endpoints = [make_endpoint(session, slug=slug) for slug in ("a", "b", "c")]
        make_project(
            session,
            *endpoints,
            prompts=version,
            slug="trial",
            status=ProjectStatus.DRAFT,
            selection_mode=SelectionMode.RANK,
        )
        answer(session, "a", "b")
        make_project(session, *endpoints, prompts=version, slug="noise")
        add_pairs(get_project("noise", session=session), session=session)
    return "trial"


def answer(session: Session, *slugs: str) -> None:
    """Let endpoints answer every prompt."""
    for endpoint in session.exec(select(Endpoint).where(col(Endpoint.slug).in_(slugs))).all():
        for prompt in session.exec(select(Prompt)).all():
            make_response(session, prompt, endpoint, text=f"{endpoint.slug} to {prompt.key}")


def positions(database: Database, slug: str) -> list[int]:
    """Return the positions of the pairs that are handed out, in order."""
    with database.transaction(write=False) as session:
        query = select(Pair.position).join(Project, col(Project.id) == col(Pair.project_id))
        return sorted(
            session.exec(query.where(Project.slug == slug, col(Pair.is_offered).is_(True)))
        )


def test_a_project_opens_with_its_pairs_and_its_plan(
    database: Database, trial: str, now: datetime
) -> None:
    report = set_status(trial, ProjectStatus.OPEN, database=database, actor=ACTOR, now=now)

    assert report.n_added == N_PROMPTS
    assert positions(database, trial) == list(range(N_PROMPTS))
    with database.transaction(write=False) as session:
        assert get_project(trial, session=session).status is ProjectStatus.OPEN
        assert session.exec(select(SelectionPlan.planned_at)).one() == now


def test_the_writer_reads_no_response(database: Database, trial: str, now: datetime) -> None:
    """Reading and hashing every text took most of the time in which nobody could judge."""
    with written_statements(database) as statements:
        set_status(trial, ProjectStatus.OPEN, database=database, actor=ACTOR, now=now)

    assert any("INSERT INTO pair" in statement for statement in statements)
    assert not [statement for statement in statements if "response.text" in statement]


def test_a_draft_is_drawn_while_somebody_writes(
    database: Database, trial: str, now: datetime
) -> None:
    with database.transaction() as writing, ThreadPoolExecutor(1) as pool:
        make_endpoint(writing)

        def draw() -> int:
            with database.transaction(write=False) as reading:
                project = get_project(trial, session=reading)
                drawn = draft_opening(project, session=reading)
                return len(drawn.pairs.pairs) if drawn else 0

        assert pool.submit(draw).result(timeout=30) == N_PROMPTS


@pytest.mark.parametrize("status", [ProjectStatus.OPEN, ProjectStatus.CLOSED])
def test_nothing_is_drawn_for_a_project_that_cannot_be_opened(
    database: Database, trial: str, now: datetime, status: ProjectStatus
) -> None:
    for to in dict.fromkeys((ProjectStatus.OPEN, status)):
        set_status(trial, to, database=database, actor=ACTOR, now=now)

    with database.transaction(write=False) as reading:
        assert draft_opening(get_project(trial, session=reading), session=reading) is None


def test_a_draft_that_was_overtaken_is_drawn_again(
    database: Database, trial: str, now: datetime
) -> None:
    with database.transaction(write=False) as reading:
        old = draft_opening(get_project(trial, session=reading), session=reading)
    with database.transaction() as session:
        add_pairs(get_project(trial, session=session), session=session)
        answer(session, "c")

    with database.transaction() as session:
        project = get_project(trial, session=session)
        report = change_status(
            project, ProjectStatus.OPEN, session=session, actor=ACTOR, now=now, draft=old
        )

    assert report.n_added == 2 * N_PROMPTS
    assert positions(database, trial) == list(range(3 * N_PROMPTS))


def test_answers_after_the_draft_wait_for_the_next_opening(
    database: Database, trial: str, now: datetime
) -> None:
    with database.transaction(write=False) as reading:
        old = draft_opening(get_project(trial, session=reading), session=reading)
    with database.transaction() as session:
        answer(session, "c")
        project = get_project(trial, session=session)
        change_status(project, ProjectStatus.OPEN, session=session, actor=ACTOR, now=now, draft=old)
    before = positions(database, trial)

    for to in (ProjectStatus.PAUSED, ProjectStatus.OPEN):
        set_status(trial, to, database=database, actor=ACTOR, now=now)

    assert (len(before), len(positions(database, trial))) == (N_PROMPTS, 3 * N_PROMPTS)


def test_two_who_open_at_once_make_the_pairs_once(
    database: Database, trial: str, now: datetime
) -> None:
    start = threading.Barrier(4)

    def run(_number: int) -> int:
        start.wait()
        return set_status(
            trial, ProjectStatus.OPEN, database=database, actor=ACTOR, now=now
        ).n_added

    with ThreadPoolExecutor(4) as pool:
        added = sorted(pool.map(run, range(4)))

    assert added == [0, 0, 0, N_PROMPTS]
    assert positions(database, trial) == list(range(N_PROMPTS))


def test_a_project_that_goes_on_without_new_pairs_keeps_its_plan(
    database: Database, trial: str, now: datetime
) -> None:
    set_status(trial, ProjectStatus.OPEN, database=database, actor=ACTOR, now=now)
    later = now.replace(year=now.year + 1)

    for to in (ProjectStatus.PAUSED, ProjectStatus.OPEN):
        set_status(trial, to, database=database, actor=ACTOR, now=later)

    with database.transaction(write=False) as session:
        assert session.exec(select(SelectionPlan.planned_at)).one() == now


@pytest.mark.parametrize(
    ("slug", "actor", "error"),
    [
        ("unknown", ACTOR, NotFound),
        ("trial", Actor(1, "Ada", frozenset({Role.ANNOTATOR})), Forbidden),
        ("empty", ACTOR, Conflict),
    ],
)
def test_what_may_not_or_cannot_open_changes_nothing(
    database: Database, trial: str, now: datetime, slug: str, actor: Actor, error: type[Exception]
) -> None:
    with database.transaction() as session:
        make_project(session, make_endpoint(session), slug="empty", status=ProjectStatus.DRAFT)

    with pytest.raises(error):
        set_status(slug, ProjectStatus.OPEN, database=database, actor=actor, now=now)

    with database.transaction(write=False) as session:
        statuses = set(session.exec(select(Project.status).where(Project.slug != "noise")))
    assert statuses == {ProjectStatus.DRAFT}
    assert positions(database, trial) == []
