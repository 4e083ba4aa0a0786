"""Uploading prompts, starting pulls and following them, as a program does."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from evalhub.client import (
    Client,
    KeyRefused,
    NotNow,
    NotThere,
    Rejected,
    TookTooLong,
    UploadRefused,
)
from evalhub.core.canonical import canonical_json
from evalhub.core.people import Role, Scope, command_actor
from evalhub.db.engine import Database
from evalhub.db.models import Prompt, PromptUpload, Pull
from evalhub.endpoints.scripted import Script, ScriptedReply, ScriptedServer
from evalhub.services.prompt_sets.imports import cancel_import, list_imports
from evalhub.services.pulling import RunTools, get_pull, run_pull
from evalhub.services.releasing.kept import FoundRelease
from tests.api.keys import bearer
from tests.client.conftest import Connect
from tests.client.serving import Between, cut_after
from tests.core.prompts.rows import row
from tests.factories import make_prompt_set_version
from tests.prompt_imports import many_rows, run_newest
from tests.pulling import QUESTIONS, Scene, fast_clients
from tests.released import N_PROMPTS
from tests.reported import decide
from tests.web.conftest import Clock

BAD = {"id": "b", "prompt": ""}


def count(database: Database, table: type[Prompt] | type[Pull]) -> int:
    with database.transaction(write=False) as session:
        return len(session.exec(select(table)).all())


@pytest.mark.parametrize("as_file", [False, True], ids=["rows", "file"])
def test_prompts_are_uploaded_and_frozen(
    connect: Connect, database: Database, tmp_path: Path, *, as_file: bool
) -> None:
    rows = [row(id="a"), row(id="b", prompt="And what of chills?")]
    path = tmp_path / "fevers.jsonl"
    path.write_text("\n".join(map(canonical_json, rows)))
    hub = connect(Role.RESEARCHER, Scope.PROMPTS_WRITE)

    version = hub.upload_prompts(path if as_file else rows, slug="fevers", title="Fevers")

    assert (version.name, version.n_prompts) == ("fevers@1", 2)
    assert count(database, Prompt) == N_PROMPTS + 2


def test_the_same_prompts_again_are_the_same_version(connect: Connect) -> None:
    hub = connect(Role.RESEARCHER, Scope.PROMPTS_WRITE)
    first, again = (hub.upload_prompts([row()], slug="f", title="F") for _ in range(2))

    assert first == again


def test_bad_rows_are_named_and_nothing_is_frozen(
    connect: Connect, database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "fevers.jsonl"
    path.write_text(f"{canonical_json(row())}\n{{}}\nnonsense\n")
    hub = connect(Role.RESEARCHER, Scope.PROMPTS_WRITE)

    with pytest.raises(UploadRefused) as caught:
        hub.upload_prompts(str(path), slug="fevers", title="Fevers", keep_unknown=True)

    assert caught.value.n_bad == 2
    places = [problem.where for problem in caught.value.problems]
    assert set(places) == {"fevers.jsonl line 2", "fevers.jsonl line 3"}
    assert all(problem.rule for problem in caught.value.problems)
    assert "fevers.jsonl line 3: " in str(caught.value)
    assert count(database, Prompt) == N_PROMPTS
    with database.transaction(write=False) as session:
        assert session.exec(select(PromptUpload)).one().status.value == "discarded"


def test_bad_rows_are_left_out_where_that_is_wanted(connect: Connect) -> None:
    hub = connect(Role.RESEARCHER, Scope.PROMPTS_WRITE)

    version = hub.upload_prompts([row(), BAD], slug="f", title="F", keep_bad_rows_out=True)

    assert version.n_prompts == 1
    with pytest.raises(UploadRefused, match=r"rows.json row 1: "):
        hub.upload_prompts([BAD], slug="f", keep_bad_rows_out=True)
    with pytest.raises(Rejected, match=r"rows.json: holds no rows"):
        hub.upload_prompts([], slug="f")


def test_a_broken_rule_of_the_form_is_named_with_its_field(connect: Connect) -> None:
    hub = connect(Role.RESEARCHER, Scope.PROMPTS_WRITE)

    with pytest.raises(Rejected) as caught:
        hub.upload_prompts([row()], slug="No Slug", title="F")

    assert [problem.where for problem in caught.value.problems] == ["slug"]
    assert str(caught.value).count("slug: ") == 1


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Run a model that answers everything."""
    with ScriptedServer(Script(default=ScriptedReply("Yes."))) as running:
        yield running


@pytest.fixture
def scene(database: Database, server: ScriptedServer) -> Scene:
    """Give a frozen set and an endpoint."""
    with database.transaction() as session:
        make_prompt_set_version(session, *QUESTIONS, slug="health")
    scene = Scene(database, server)
    scene.endpoint()
    return scene


def run(scene: Scene, public_id: str) -> None:
    with scene.database.transaction(write=False) as session:
        pull = get_pull(public_id, session=session)
    asyncio.run(
        run_pull(scene.database, pull.id, tools=RunTools(clients=fast_clients, poll_s=0.02))
    )


def test_a_pull_whose_answer_is_lost_is_started_once(
    connect: Connect, scene: Scene, between: Between, database: Database
) -> None:
    between.bodies["/pulls"] = [cut_after(0), cut_after(10)]
    hub = connect(Role.RESEARCHER, Scope.PULLS_WRITE)

    pull = hub.start_pull("health@1", ["careful"])

    assert len(between.asked) == 3
    assert count(database, Pull) == 1
    assert (pull.status, pull.n_wanted, pull.is_over) == ("queued", 3, False)
    assert hub.start_pull("health@1", ["careful"]).id != pull.id


def test_a_program_that_was_killed_finds_its_pull_by_its_own_key(
    connect: Connect, scene: Scene
) -> None:
    hub = connect(Role.RESEARCHER, Scope.PULLS_WRITE)

    first = hub.start_pull("health", ["careful"], key="monday")

    assert hub.start_pull("health", ["careful"], key="monday").id == first.id
    with pytest.raises(NotNow, match="'monday' was sent before with another request"):
        hub.start_pull("health", ["careful"], key="monday", retry_errors=True)
    with pytest.raises(Rejected, match="Idempotency-Key: needs 1 to 100"):
        hub.start_pull("health", ["careful"], key="x" * 101)


def test_a_pull_is_followed_to_its_end(connect: Connect, scene: Scene, waits: list[float]) -> None:
    hub = connect(Role.RESEARCHER, Scope.PULLS_WRITE)
    started = hub.start_pull("health", ["careful"])

    seen = []
    for progress in hub.follow_pull(started.id, every_s=0.5):
        seen.append((progress.status, progress.n_settled))
        if len(seen) == 1:
            run(scene, started.id)

    assert seen == [("queued", 0), ("done", 3)]
    assert waits == [0.5]
    share = hub.pull(started.id).endpoints[0]
    assert (share.endpoint, share.n_by_status["answered"]) == ("careful@1", 3)


def test_a_pull_nobody_runs_is_not_followed_for_ever(
    connect: Connect, scene: Scene, waits: list[float]
) -> None:
    hub = connect(Role.RESEARCHER, Scope.PULLS_WRITE, clock=lambda: sum(waits))
    started = hub.start_pull("health", ["careful"])

    with pytest.raises(TookTooLong, match=r"0 of 3 are settled; .*evalhub worker"):
        list(hub.follow_pull(started.id, every_s=1, at_most_s=60))

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (1, 10)
    assert 40 < sum(waits) <= 60


def test_a_row_is_reported_once_and_its_answer_read(
    connect: Connect, between: Between, built: FoundRelease, database: Database, clock: Clock
) -> None:
    between.bodies["/reports"] = [cut_after(0)]
    lines = (built.folder / "pairs" / "train.jsonl").read_text("utf-8").splitlines()
    pair_id = json.loads(lines[0])["pair_id"]
    hub = connect(Role.LAB, Scope.REPORTS_WRITE)

    report = hub.report_row("tiny", "1.0.0", pair_id, kind="duplicate", text="Twice.")
    with database.transaction() as session:
        decide(session, now=clock())

    assert (report.number, report.state, report.decision) == (1, "open", None)
    [answered] = hub.reports("tiny", "1.0.0")
    assert (answered.decision, answered.reason) == ("left_out", "It is cut.")
    with pytest.raises(NotThere, match="has no pair 'zz'"):
        hub.report_row("tiny", "1.0.0", "zz", kind="other", text="x")


def test_an_expert_takes_a_consent_back(
    connect: Connect, between: Between, database: Database, clock: Clock
) -> None:
    between.bodies["/withdraw"] = [cut_after(0)]
    hub = connect(Role.ANNOTATOR, Scope.CONSENT_WITHDRAW)

    before = hub.consent()
    after = hub.withdraw_consent(["research"])

    assert (before.answered_at, after.answered_version) == (None, 1)
    assert {one.standing for one in before.purposes} == {"unanswered"}
    assert {one.standing for one in after.purposes} == {"refused"}
    assert all(one.words for one in after.purposes)
    with pytest.raises(KeyRefused):
        connect(Role.LAB).consent()


def work_while_waiting(database: Database) -> Callable[[float], None]:
    """Return a wait in which a worker does what was asked for last."""
    return lambda _seconds: run_newest(database)


def test_a_large_file_is_awaited_and_frozen(
    connect: Connect, database: Database, url: str, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "fevers.jsonl"
    path.write_bytes(many_rows())
    key = bearer(database, Role.RESEARCHER, Scope.PROMPTS_WRITE, now=clock())["Authorization"][7:]

    with Client(url, key, sleep=work_while_waiting(database)) as hub:
        version = hub.upload_prompts(path, slug="fevers", title="Fevers")

    assert (version.name, version.n_prompts) == ("fevers@1", 6)


def test_a_large_file_that_is_refused_says_why(database: Database, url: str, clock: Clock) -> None:
    key = bearer(database, Role.RESEARCHER, Scope.PROMPTS_WRITE, now=clock())["Authorization"][7:]
    asked: list[float] = []

    def cancel(seconds: float) -> None:
        asked.append(seconds)
        with database.transaction() as session:
            (found,) = list_imports(session=session)
            cancel_import(found.public_id, session=session, actor=command_actor(), now=clock())

    rows = [json.loads(line) for line in many_rows().splitlines()]
    with (
        Client(url, key, sleep=cancel) as hub,
        pytest.raises(UploadRefused, match="was cancelled"),
    ):
        hub.upload_prompts(rows, slug="fevers", title="Fevers")

    assert asked == [1.0]


def test_an_import_that_nobody_takes_is_not_awaited_for_ever(
    connect: Connect, database: Database
) -> None:
    ticks = iter(range(0, 10**9, 40_000))
    hub = connect(Role.RESEARCHER, Scope.PROMPTS_WRITE, clock=lambda: float(next(ticks)))
    rows = [json.loads(line) for line in many_rows().splitlines()]

    with pytest.raises(TookTooLong, match="is not over after 86400 s: unattended"):
        hub.upload_prompts(rows, slug="fevers", title="Fevers")

    assert count(database, Prompt) == N_PROMPTS
