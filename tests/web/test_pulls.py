"""Researchers start pulls, follow them and read what came back; others do not."""

import asyncio
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.core.campaigns import PullStatus
from evalhub.core.people import Role
from evalhub.core.pulling.waiting import outage_note
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.db.claims import claim
from evalhub.db.engine import Database
from evalhub.db.models import AccountPace, Endpoint, Prompt, Pull
from evalhub.endpoints.scripted import Script, ScriptedReply, ScriptedServer
from evalhub.services.pulling import (
    PullProgress,
    PullView,
    RunTools,
    interrupt_pull,
    list_pulls,
    pull_progress,
    run_pull,
)
from evalhub.services.pulling.settling import note_wait
from evalhub.services.workers import beat, database_now
from tests.factories import MOMENT, make_prompt_set_version, make_response
from tests.pulling import QUESTIONS, Scene, fast_clients, start_spent, store_response
from tests.web.conftest import SignIn, fill

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

REPLIES = {
    QUESTIONS[0]: ScriptedReply("I am ChatGPT.\x00"),
    QUESTIONS[1]: ScriptedReply("Cut", finish_reason="length"),
    QUESTIONS[2]: ScriptedReply("<script>alert(1)</script> too busy", status=400),
}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Run a server that answers, cuts short and fails."""
    script = {("model-a", question): reply for question, reply in REPLIES.items()}
    with ScriptedServer(Script(script, default=ScriptedReply("No idea."))) as running:
        yield running


@pytest.fixture
def scene(database: Database, server: ScriptedServer) -> Scene:
    """Give a frozen set and an endpoint."""
    with database.transaction() as session:
        make_prompt_set_version(session, *QUESTIONS, slug="health")
    scene = Scene(database, server)
    scene.endpoint()
    return scene


@pytest.fixture(autouse=True)
def researcher(client: FlaskClient, sign_in: SignIn) -> None:
    """Sign a researcher in."""
    sign_in(client, {Role.RESEARCHER})


def run(scene: Scene, pull: PullView) -> None:
    """Run the pull to its end."""
    tools = RunTools(clients=fast_clients, poll_s=0.02)
    asyncio.run(run_pull(scene.database, pull.id, tools=tools))


def set_status(scene: Scene, pull: PullView, status: PullStatus) -> None:
    """Put the pull into a state, as somebody else does while a page is open."""
    with scene.database.transaction() as session:
        session.get_one(Pull, pull.id).status = status


def progress_of(scene: Scene, pull: PullView) -> PullProgress:
    """Return how far the pull has come."""
    with scene.database.transaction(write=False) as session:
        return pull_progress(pull.public_id, session=session)


def newest(scene: Scene) -> PullView:
    """Return the newest pull."""
    with scene.database.transaction(write=False) as session:
        return list_pulls(session=session)[0]


def test_without_pulls_the_page_says_so(client: FlaskClient) -> None:
    assert "Nothing was pulled yet" in client.get("/pulls").text
    assert "no pulls this far back" in client.get("/pulls?page=9").text


def test_pulls_are_listed_a_page_at_a_time(client: FlaskClient, scene: Scene) -> None:
    for _ in range(51):
        scene.start()

    first, second = client.get("/pulls"), client.get("/pulls?page=2")

    assert (first.text.count('href="/pulls/'), second.text.count("health@1")) == (51, 1)
    assert "Older" in first.text
    assert "Newer" in second.text


@pytest.mark.parametrize("has_set", [False, True], ids=["no set", "no endpoint"])
def test_what_is_missing_to_start_is_said(
    client: FlaskClient, database: Database, *, has_set: bool
) -> None:
    if has_set:
        with database.transaction() as session:
            make_prompt_set_version(session)

    page = client.get("/pulls/new").text

    assert ("no endpoint in use" if has_set else "no frozen prompt set") in page


def test_the_number_of_requests_is_shown_before_any_is_sent(
    client: FlaskClient, scene: Scene, server: ScriptedServer
) -> None:
    page = client.get("/pulls/new?prompt_set=health@1&endpoints=careful&retry_errors=1")

    assert "This sends 3 requests" in page.text
    assert server.calls.total() == 0


def test_why_a_rejected_answer_is_not_asked_again_is_said(
    client: FlaskClient, scene: Scene
) -> None:
    run(scene, scene.start())

    again = client.get("/pulls/new?prompt_set=health@1&endpoints=careful&retry_errors=1").text

    assert "Nothing is left to ask" in again
    assert "1 answer is missing for good: the endpoint refused the request itself" in again


def test_failures_that_could_be_asked_again_are_told_of(client: FlaskClient, scene: Scene) -> None:
    endpoint_id = scene.endpoint("quick")
    with scene.database.transaction() as session:
        asked = session.exec(select(Prompt).where(Prompt.position == 0)).one()
        row = make_response(session, asked, session.get_one(Endpoint, endpoint_id))
        row.status, row.error_kind, row.text = ResponseStatus.ERROR, ErrorKind.TIMEOUT, ""

    first = client.get("/pulls/new?prompt_set=health@1&endpoints=quick").text
    again = client.get("/pulls/new?prompt_set=health@1&endpoints=quick&retry_errors=1").text

    assert "1 answer failed in an earlier pull and is not asked again" in first
    assert "is not asked again" not in again


def test_a_pull_that_answered_nothing_is_listed_without_the_colour_of_success(
    client: FlaskClient, scene: Scene
) -> None:
    run(scene, scene.start())
    scene.endpoint("bad")
    set_status(scene, scene.start("bad"), PullStatus.DONE)

    page = client.get("/pulls").text

    assert '<span class="state">done, nothing was answered</span>' in page
    assert page.count("state-done") == 1


def test_advice_speaks_the_language_of_its_reader(client: FlaskClient, scene: Scene) -> None:
    pull = scene.start()
    (endpoint_id,) = [share.endpoint_id for share in progress_of(scene, pull).endpoints]
    with scene.database.transaction() as session:
        noted = outage_note(MOMENT, "503 busy.")
        note_wait(pull.id, endpoint_id, reason=noted, session=session)
    german = {"Accept-Language": "de"}

    with claim(scene.database, "endpoint-careful"):
        waiting = client.get(f"/pulls/{pull.public_id}", headers=german).text
        counts = client.get(f"/pulls/{pull.public_id}/progress.json", headers=german).json
    set_status(scene, pull, PullStatus.FAILED)
    failed = client.get(f"/pulls/{pull.public_id}", headers=german).text

    assert "careful@1 antwortet nicht und wird um 09:00:00 UTC wieder gefragt: 503 busy." in waiting
    assert counts is not None
    assert counts["advice"] in waiting
    assert "Nur was fehlt, wird gefragt." in failed


def test_when_nothing_is_left_there_is_nothing_to_start(client: FlaskClient, scene: Scene) -> None:
    run(scene, scene.start())

    page = client.get("/pulls/new?prompt_set=health@1&endpoints=careful")

    assert "Nothing is left to ask" in page.text
    assert "Start and send" not in page.text


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("prompt_set=nope&endpoints=careful", "no frozen prompt set"),
        ("prompt_set=@@&endpoints=careful", "write it as slug"),
        ("prompt_set=health", "choose at least one"),
        ("prompt_set=health&endpoints=nope", "no endpoint &#39;nope&#39;"),
    ],
)
def test_a_plan_that_cannot_be_made_says_why(
    client: FlaskClient, scene: Scene, query: str, rule: str
) -> None:
    page = client.get(f"/pulls/new?{query}")

    assert (page.status_code, rule in page.text) == (422, True)


def test_a_pull_is_started_and_waits_for_a_worker(client: FlaskClient, scene: Scene) -> None:
    page = client.get("/pulls/new?prompt_set=health&endpoints=careful&retry_errors=1")

    started = client.post("/pulls", data=fill(page, "/pulls"))

    pull = newest(scene)
    shown = client.get(started.location).text
    assert (started.status_code, started.location) == (303, f"/pulls/{pull.public_id}")
    assert (pull.status, pull.retry_errors, pull.created_by) == (
        PullStatus.QUEUED,
        True,
        "Ada Example",
    )
    assert "No worker is running" in shown
    assert 'http-equiv="refresh"' in shown


def test_a_live_worker_needs_no_warning(client: FlaskClient, scene: Scene) -> None:
    pull = scene.start(is_foreground=False)
    with scene.database.transaction() as session:
        beat("worker", session=session)

    assert "No worker is running" not in client.get(f"/pulls/{pull.public_id}").text


def test_what_came_back_is_shown_by_endpoint_and_reason(client: FlaskClient, scene: Scene) -> None:
    pull = scene.start()
    run(scene, pull)

    page = client.get(f"/pulls/{pull.public_id}").text

    assert 'of which <span data-count="answered">1</span> answered' in page
    assert "HTTP 400: &lt;script&gt;alert(1)&lt;/script&gt; too busy" in page
    assert "Ask the failed ones again" in page
    assert 'http-equiv="refresh"' not in page


def test_the_script_gets_the_same_figures(client: FlaskClient, scene: Scene) -> None:
    pull = scene.start()
    run(scene, pull)

    counts = client.get(f"/pulls/{pull.public_id}/progress.json").json

    assert counts is not None
    assert (counts["status"], counts["n_wanted"], counts["n_settled"]) == ("done", 3, 3)
    assert counts["n_by_status"] == {
        "answered": 1,
        "empty": 0,
        "truncated": 1,
        "refused": 0,
        "error": 1,
    }
    (share,) = counts["endpoints"].values()
    assert (share["n_settled"], share["n_names_itself"]) == (3, 1)


def test_responses_are_read_with_their_evidence(client: FlaskClient, scene: Scene) -> None:
    pull = scene.start()
    run(scene, pull)

    page = client.get(f"/pulls/{pull.public_id}/responses").text

    assert "3 responses" in page
    assert "Names itself: “I am ChatGPT”" in page
    assert "NUL characters removed" in page
    assert "model-a" in page
    assert "<script>alert" not in page


def test_responses_are_filtered(client: FlaskClient, scene: Scene) -> None:
    pull = scene.start()
    run(scene, pull)
    path = f"/pulls/{pull.public_id}/responses"

    assert "1 response<" in client.get(f"{path}?status=truncated&endpoint=careful").text
    assert "Nothing here with this filter" in client.get(f"{path}?status=empty").text
    assert client.get(f"{path}?status=odd").status_code == 422


def test_many_responses_have_pages(client: FlaskClient, scene: Scene) -> None:
    with scene.database.transaction() as session:
        make_prompt_set_version(session, *(f"Question {n}?" for n in range(30)), slug="long")
    pull = scene.start(prompt_set="long")
    run(scene, pull)
    path = f"/pulls/{pull.public_id}/responses"

    first, second = client.get(path).text, client.get(f"{path}?page=2").text

    assert (first.count("<article"), second.count("<article")) == (25, 5)
    assert "Page 2 of 2" in second


def test_a_pull_without_responses_says_so(client: FlaskClient, scene: Scene) -> None:
    pull = scene.start()

    assert "Nothing here yet" in client.get(f"/pulls/{pull.public_id}/responses").text


def test_a_pull_is_cancelled_and_resumed(client: FlaskClient, scene: Scene) -> None:
    pull = scene.start()
    path = f"/pulls/{pull.public_id}"

    client.post(f"{path}/cancel", data=fill(client.get(path), f"{path}/cancel"))
    cancelled = newest(scene).status
    client.post(f"{path}/resume", data=fill(client.get(path), f"{path}/resume"))

    assert (cancelled, newest(scene).status) == (PullStatus.CANCELLED, PullStatus.QUEUED)


def test_a_failed_pull_says_why(client: FlaskClient, scene: Scene) -> None:
    pull = scene.start()
    with scene.database.transaction() as session:
        row = session.get_one(Pull, pull.id)
        row.status, row.reason = PullStatus.FAILED, "careful@1: the key is missing."

    page = client.get(f"/pulls/{pull.public_id}").text

    assert "careful@1: the key is missing." in page
    assert "Resume" in page


@pytest.mark.parametrize(
    ("action", "state", "rule"),
    [
        ("cancel", PullStatus.DONE, "The pull is done already; there is nothing to cancel."),
        ("resume", PullStatus.DONE, "The pull is done; start another"),
        ("resume", PullStatus.QUEUED, "The pull is waiting for a worker already."),
    ],
)
def test_a_button_that_came_too_late_shows_the_pull_and_why(
    client: FlaskClient, scene: Scene, action: str, state: PullStatus, rule: str
) -> None:
    pull = scene.start()
    path = f"/pulls/{pull.public_id}"
    form = fill(client.get(path), f"{path}/{action}")
    set_status(scene, pull, state)

    answer = client.post(f"{path}/{action}", data=form)

    assert (answer.status_code, rule in answer.text) == (409, True)
    assert "Progress by endpoint" in answer.text
    assert newest(scene).status is state


def test_a_pull_whose_process_died_says_so_and_how_to_go_on(
    client: FlaskClient, scene: Scene
) -> None:
    pull = scene.start()
    path = f"/pulls/{pull.public_id}"

    page, counts = client.get(path).text, client.get(f"{path}/progress.json").json

    assert "Nobody asks any more: the process that ran this pull has ended." in page
    assert f"<code>evalhub pull run {pull.public_id}</code>" in page
    assert 'btn-primary">Take over' in page
    assert '<dt>Last response</dt><dd data-last="">none yet</dd>' in page
    assert counts is not None
    assert (counts["attendance"], counts["last_response"]) == ("abandoned", "")


def test_a_pull_that_is_asked_shows_when_it_last_moved(client: FlaskClient, scene: Scene) -> None:
    pull = scene.start()
    (endpoint_id,) = [share.endpoint_id for share in progress_of(scene, pull).endpoints]
    store_response(scene.database, pull.id, endpoint_id, at=MOMENT)

    with claim(scene.database, "endpoint-careful"):
        page = client.get(f"/pulls/{pull.public_id}").text
        counts = client.get(f"/pulls/{pull.public_id}/progress.json").json

    assert "Nobody asks any more" not in page
    assert "21 November 2026, 09:00 UTC</dd>" in page
    assert counts is not None
    assert (counts["attendance"], counts["last_response"]) == (
        "asked",
        "21 November 2026, 09:00 UTC",
    )


def test_a_pull_that_waits_for_an_endpoint_says_for_which_and_why(
    client: FlaskClient, scene: Scene
) -> None:
    pull = scene.start()
    (endpoint_id,) = [share.endpoint_id for share in progress_of(scene, pull).endpoints]
    with scene.database.transaction() as session:
        note_wait(pull.id, endpoint_id, reason="does not answer: <b>.", session=session)

    with claim(scene.database, "endpoint-careful"):
        page = client.get(f"/pulls/{pull.public_id}").text
        counts = client.get(f"/pulls/{pull.public_id}/progress.json").json

    assert "careful@1 does not answer: &lt;b&gt;. Nothing has to be done" in page
    assert counts is not None
    assert (counts["attendance"], counts["advice"]) == (
        "stalled",
        "careful@1 does not answer: <b>. Nothing has to be done unless it is gone for good.",
    )


def test_a_pull_that_waits_for_its_account_says_for_how_long(
    client: FlaskClient, scene: Scene
) -> None:
    pull = scene.start()
    with scene.database.transaction() as session:
        one = session.exec(select(Endpoint)).one()
        one.account, one.requests_per_minute = "lab", 6
        session.add(one)
        free_at = database_now(session).timestamp() + 700
        session.add(AccountPace(account="lab", requests_free_at=free_at, tokens_free_at=0.0))
        session.exec(select(Pull)).one().status = PullStatus.RUNNING

    with claim(scene.database, "endpoint-careful"):
        page = client.get(f"/pulls/{pull.public_id}").text

    assert "careful@1 waits for its account <code>lab</code>: the 6 requests a minute" in page
    assert "are used up for 12 minutes more. It goes on by itself." in page
    assert "gone for good" not in page


def test_a_cancelled_pull_says_who_stopped_it_and_how_to_go_on(
    client: FlaskClient, scene: Scene
) -> None:
    pull = scene.start()
    with scene.database.transaction() as session:
        interrupt_pull(pull.public_id, reason="By the cat.", session=session, now=MOMENT)

    page = client.get(f"/pulls/{pull.public_id}").text

    assert "<b>Stopped by a person.</b> By the cat. Resume it, or go on with <code>" in page


@pytest.mark.parametrize(
    "data",
    [{}, {"prompt_set": "health"}, {"prompt_set": "nope", "endpoints": "careful"}],
    ids=["nothing", "no endpoint", "no set"],
)
def test_a_start_that_breaks_a_rule_changes_nothing(
    client: FlaskClient, scene: Scene, data: dict[str, str]
) -> None:
    token = fill(client.get("/endpoints"), "/endpoints")["csrf_token"]

    answer = client.post("/pulls", data={"csrf_token": token, **data})

    assert answer.status_code in {404, 422}
    assert 'id="errors"' in answer.text
    assert 'action="/pulls/new"' in answer.text
    with scene.database.transaction(write=False) as session:
        assert list_pulls(session=session) == []


@pytest.mark.parametrize("tail", ["", "/progress.json", "/responses"])
def test_an_unknown_pull_is_not_found(client: FlaskClient, tail: str) -> None:
    assert client.get(f"/pulls/nope{tail}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/pulls"),
        ("POST", "/pulls"),
        ("GET", "/pulls/new"),
        ("GET", "/pulls/{id}"),
        ("GET", "/pulls/{id}/progress.json"),
        ("GET", "/pulls/{id}/responses"),
        ("POST", "/pulls/{id}/cancel"),
        ("POST", "/pulls/{id}/resume"),
    ],
)
def test_others_have_no_business_here(
    client: FlaskClient, sign_in: SignIn, scene: Scene, method: str, path: str
) -> None:
    pull = scene.start()
    run(scene, pull)
    token = fill(client.get("/endpoints"), "/endpoints")["csrf_token"]
    sign_in(client, {Role.ANNOTATOR, Role.LAB, Role.REVIEWER, Role.COORDINATOR})

    answer = client.open(path.format(id=pull.public_id), method=method, data={"csrf_token": token})

    assert answer.status_code in {400, 403}
    assert "model-a" not in answer.text


PLAN = "/pulls/new?prompt_set=health%401&endpoints=careful"


def test_a_plan_shows_tokens_and_starts_with_what_it_counted(
    client: FlaskClient, scene: Scene
) -> None:
    page = client.get(f"{PLAN}&samples=2&seed=7")

    started = client.post("/pulls", data=fill(page, "/pulls"))

    assert "This sends 6 requests" in page.text
    assert "About 3,0" in page.text
    assert "no price" in page.text
    with scene.database.transaction(write=False) as session:
        (pull,) = list_pulls(session=session)
    assert (pull.n_samples, pull.seed, pull.budget) == (2, 7, None)
    shown = client.get(started.location).text
    assert "2 answers to each" in shown
    assert "<dt>Seed</dt><dd>7</dd>" in shown


def test_a_plan_above_its_budget_says_so_and_spending_is_shown(
    client: FlaskClient, scene: Scene
) -> None:
    with scene.database.transaction() as session:
        row = session.exec(select(Endpoint)).one()
        row.prompt_price, row.completion_price, row.price_currency = 10**6, 10**6, "USD"
        session.add(row)
    page = client.get(f"{PLAN}&budget=0.001")

    started = client.post("/pulls", data=fill(page, "/pulls"))

    assert "more than the budget of 0.001 USD" in page.text
    shown = client.get(started.location).text
    assert "<dt>Budget</dt><dd>0.001 USD</dd>" in shown
    assert "<dt>Spent</dt><dd>0.00 USD</dd>" in shown


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("samples=many", "is not a whole number"),
        ("samples=99", "must lie between 1 and 20"),
        ("seed=-1", "is not a whole number"),
        ("budget=some", "is not an amount such as 0.15"),
        ("budget=5", "careful has no price"),
    ],
)
def test_a_plan_that_cannot_be_comes_back_with_its_rule(
    client: FlaskClient, scene: Scene, query: str, rule: str
) -> None:
    answer = client.get(f"{PLAN}&{query}")

    assert (answer.status_code, rule in answer.text) == (422, True)


def test_after_a_budget_the_page_offers_another_pull_and_not_resuming(
    client: FlaskClient, scene: Scene
) -> None:
    pull = start_spent(scene, PullStatus.FAILED)
    with scene.database.transaction() as session:
        session.get_one(Pull, pull.id).reason = "careful@1: the budget is used up (1 spent)"

    page = client.get(f"/pulls/{pull.public_id}").text

    assert "used up (1 spent). A budget that is used up is never raised." in page
    assert (
        'href="/pulls/new?prompt_set=health%401&amp;endpoints=careful">Start another pull' in page
    )
    assert "/resume" not in page


@pytest.mark.parametrize(("n_answered", "is_green"), [(0, False), (1, True)])
def test_what_came_to_nothing_is_not_shown_as_a_success(
    client: FlaskClient, scene: Scene, n_answered: int, *, is_green: bool
) -> None:
    pull = scene.start()
    with scene.database.transaction() as session:
        session.get_one(Pull, pull.id).status = PullStatus.DONE
        endpoint = session.exec(select(Endpoint)).one().id
    for _ in range(n_answered):
        store_response(scene.database, pull.id, endpoint, at=MOMENT)

    page = client.get(f"/pulls/{pull.public_id}").text

    assert ("state-done" in page) is is_green
    assert ("Nothing was answered." in page) is not is_green
