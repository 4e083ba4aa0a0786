"""Boards follow what experts send: over many requests they stay what a rebuild would give."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evalhub.app import create_app
from evalhub.config import Settings
from evalhub.core.canonical import Json
from evalhub.core.people import Role, Scope
from evalhub.core.scoring.incremental.kept_scores import MAX_DRIFT
from evalhub.db.engine import Database
from evalhub.rim.state import runtime
from tests.api.keys import bearer
from tests.factories import add_member
from tests.services.assigning.conftest import make_campaign
from tests.services.judging.conftest import small_rubric
from tests.web.conftest import Clock, SignIn
from tests.web.desk import Desk, answers

N_PROMPTS = 6
REVISIONS = (
    {"overall": "3"},
    {"overall": "cannot_judge", "cannot_judge_reason": "contested"},
    {"overall": "both_bad"},
)
DRAWN = frozenset({"rank_quantile", "rank_low", "rank_high", "certain", "rank_method"})
"""What rests on random draws, which a kept board need not repeat for every judgment."""


@dataclass
class Readers:
    """Read one project's board where it is kept, in a process that starts, and as a download."""

    kept: FlaskClient
    starting: FlaskClient
    page: FlaskClient
    slug: str
    key: dict[str, str]

    def refreshed(self) -> Mapping[str, Json]:
        """Return the board of the process that served every form."""
        return self._board(self.kept)

    def assert_rebuilt(self) -> Mapping[str, Json]:
        """Compare that board with a new fold and with a fit to all judgments; return it."""
        found = self.refreshed()
        download = self.page.get(f"/projects/{self.slug}/scores.json").json
        assert download is not None
        for expected in (self._board(self.starting), download):
            assert leaves(found) == {
                place: about(value) for place, value in leaves(expected).items()
            }
        return found

    def _board(self, client: FlaskClient) -> Mapping[str, Json]:
        board = client.get(f"/api/v1/projects/{self.slug}/board", headers=self.key).json
        assert board is not None
        found: Mapping[str, Json] = board
        return found


def about(value: object) -> object:
    """Return a number as it must agree; whatever else must be the same."""
    return pytest.approx(value, rel=10 * MAX_DRIFT, abs=1e-7) if isinstance(value, float) else value


def leaves(document: Json) -> dict[str, Json]:
    """Return the values of a document by their place."""
    return dict(_leaves("", document))


def _leaves(place: str, value: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            if name not in DRAWN and name != "inputs_sha256":
                yield from _leaves(f"{place}.{name}", one)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, one in enumerate(value):
            yield from _leaves(f"{place}[{number}]", one)
    else:
        yield place, value


@pytest.fixture
def desks(app: Flask, database: Database, sign_in: SignIn) -> list[Desk]:
    clients = [app.test_client() for _ in range(3)]
    people = [sign_in(client, {Role.ANNOTATOR}) for client in clients]
    with database.transaction() as session:
        rubric = small_rubric(session)
        make_campaign(session, rubric=rubric)
        campaign = make_campaign(session, n_pairs=N_PROMPTS, overlap=3, n_people=0, rubric=rubric)
        for person in people:
            add_member(session, campaign.project, person)
        slug = campaign.project.slug
    return [
        Desk(client, database, person, slug) for client, person in zip(clients, people, strict=True)
    ]


@pytest.fixture
def readers(
    app: Flask,
    settings: Settings,
    clock: Clock,
    database: Database,
    sign_in: SignIn,
    desks: list[Desk],
) -> Iterator[Readers]:
    starting = create_app(settings, clock=clock)
    page = app.test_client()
    sign_in(page, {Role.RESEARCHER})
    key = bearer(database, Role.RESEARCHER, Scope.PROJECTS_READ, now=clock())
    yield Readers(app.test_client(), starting.test_client(), page, desks[0].slug, key)
    with starting.app_context():
        runtime().database.dispose()


def judge_everything(desks: list[Desk], readers: Readers) -> list[tuple[Desk, str]]:
    """Let every expert judge every comparison; read the board after each form."""
    choices = iter(["-3", "1", "-1", "3", "0", "-1"] * len(desks))
    sent: list[tuple[Desk, str]] = []
    for desk in desks:
        for _ in range(N_PROMPTS):
            address = desk.open()
            assert desk.send(address, answers(overall=next(choices))).status_code == 303
            sent.append((desk, address))
            assert readers.refreshed()["n_judgments"] == len(sent)
    return sent


def test_a_board_that_followed_every_form_is_what_a_rebuild_gives(
    readers: Readers, desks: list[Desk]
) -> None:
    assert readers.refreshed()["n_judgments"] == 0

    sent = judge_everything(desks, readers)

    board = readers.assert_rebuilt()
    assert (board["n_judgments"], board["n_annotators"], board["n_prompts"]) == (18, 3, 6)

    # Every third judgment is turned into something else, among it what no board counts.
    for number, (desk, address) in enumerate(sent[::3]):
        changed = REVISIONS[number % len(REVISIONS)]
        assert desk.send(address, answers(**changed)).status_code == 303
        readers.refreshed()
    board = readers.assert_rebuilt()
    assert board["n_judgments"] == 16
    assert leaves(board)[".left_out.cannot_judge"] == 2


def test_pages_and_downloads_show_the_refreshed_numbers(
    readers: Readers, desks: list[Desk]
) -> None:
    (desk, address), *_ = judge_everything(desks, readers)
    pages = [f"/projects/{readers.slug}/scores{part}" for part in ("", "/matrix")]
    before = [readers.page.get(page).text for page in pages]

    desk.send(address, answers(**REVISIONS[1]))

    for page, text in zip(pages, before, strict=True):
        now = readers.page.get(page).text
        assert "<dt>Judgments</dt><dd>18</dd>" in text
        assert "<dt>Judgments</dt><dd>17</dd>" in now
    matrix = readers.page.get(f"{pages[1]}.json").json
    assert matrix is not None
    assert [board["n_judgments"] for board in matrix["boards"]] == [17]


def test_a_process_that_saw_nothing_for_a_while_catches_up(
    readers: Readers, desks: list[Desk], clock: Clock
) -> None:
    first = desks[0].open()
    desks[0].send(first, answers(overall="-3"))
    readers.assert_rebuilt()

    # Both processes hold a fold now; neither is asked while two revisions and a judgment come.
    for choice in ("3", "0"):
        clock.advance(minutes=2)
        desks[0].send(first, answers(overall=choice))
    desks[1].send(desks[1].open(), answers(overall="-1"))

    board = readers.assert_rebuilt()
    assert (board["n_judgments"], board["n_ties"]) == (2, 1)
