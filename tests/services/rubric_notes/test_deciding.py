"""Notes on rubrics are decided about once, by somebody else, and become versions."""

import json
import threading
from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.people import Role, command_actor
from evalhub.core.rubrics.notes import NoteKind, NoteState
from evalhub.db.engine import Database
from evalhub.db.models import AuditEvent, Judgment, RubricNoteStep, RubricVersion
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound
from evalhub.services.qualifying.portfolios import make_portfolio
from evalhub.services.rubric_notes.deciding import decide, draft_of, make_version
from evalhub.services.rubric_notes.reading import get_note
from evalhub.services.rubric_notes.writing import add_note
from evalhub.services.rubrics import find_version
from evalhub.services.scoring.boards import project_boards
from tests.factories import MOMENT, make_judgment, make_person
from tests.services.assigning.conftest import make_campaign
from tests.services.projects.conftest import actor_of
from tests.services.projects.fairs import OFFER, make_fair
from tests.services.rubric_notes.desk import PROPOSAL, WHY, NoteDesk, make_note_desk


def sqlite_only(test: object) -> object:
    """Run a test of rules, which no database changes, on one of them."""
    return pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)(test)


@pytest.fixture
def desk(session: Session, now: datetime) -> NoteDesk:
    return make_note_desk(session, now)


def drafted(desk: NoteDesk, public_id: str) -> str:
    return draft_of("small", public_id, session=desk.session, actor=desk.owner, day="2026-11-26")


def store(desk: NoteDesk, public_id: str, text: str) -> None:
    make_version(public_id, text, words=WHY, session=desk.session, actor=desk.owner, now=desk.now)


def test_f15_f52_a_report_becomes_a_version_by_one_link(desk: NoteDesk) -> None:
    public_id = desk.say()
    text = drafted(desk, public_id).replace("It is mixed.", "It is half right.")

    store(desk, public_id, text)

    note = get_note("small", public_id, session=desk.session, actor=desk.other)
    assert (note.state, note.taken_up_in) == (NoteState.TAKEN_UP, "1.1.0")
    newest = desk.session.exec(select(RubricVersion).order_by(col(RubricVersion.id).desc())).first()
    assert newest is not None
    assert "It is half right." in newest.document
    assert "Is a half right answer" in newest.document
    logged = desk.session.exec(select(AuditEvent.action).order_by(col(AuditEvent.sequence))).all()
    assert logged == ["rubric.store", "rubric_note.taken_up"]


@sqlite_only
def test_f52_an_accepted_proposal_counts_in_the_portfolio(desk: NoteDesk) -> None:
    desk.decide(desk.say(PROPOSAL), NoteState.ACCEPTED)

    portfolio = make_portfolio(
        is_named=False,
        issuer="https://eval.example",
        secret="a-secret-for-tests-only-" + "0" * 20,
        session=desk.session,
        actor=desk.expert,
        now=desk.now,
    )

    (domain,) = json.loads(portfolio.file)["document"]["domains"]
    assert (domain["domain"], domain["proposals_accepted"]) == ("general", 1)


@sqlite_only
def test_f52_a_change_of_meaning_takes_a_major_step_and_else_nothing_is_kept(
    desk: NoteDesk,
) -> None:
    public_id = desk.say(PROPOSAL)
    text = drafted(desk, public_id).replace("severity: minor", "severity: major")

    with pytest.raises(BadInput, match="make it a major one"):
        store(desk, public_id, text)
    store(desk, public_id, text.replace("1.1.0", "2.0.0"))

    (step,) = desk.session.exec(select(RubricNoteStep)).all()
    assert step.state is NoteState.TAKEN_UP


@sqlite_only
def test_f15_scores_never_pool_over_the_major_version_that_a_proposal_became(
    session: Session, now: datetime
) -> None:
    fair = make_fair(session, now)
    fair.judge(fair.held())
    expert, owner = fair.campaign.people[0], make_person(session, Role.RESEARCHER)
    note = replace(PROPOSAL, kind=NoteKind.CRITERION, words="Rude answers are major faults.")
    public_id = add_note("small", "1.0.0", note, person_id=expert.id, session=session, now=now)
    actor = actor_of(owner, Role.RESEARCHER)
    text = draft_of("small", public_id, session=session, actor=actor, day="2026-11-26")
    text = text.replace("1.1.0", "2.0.0").replace("severity: minor", "severity: major")
    make_version(public_id, text, words=WHY, session=session, actor=actor, now=now)

    with pytest.raises(BadInput, match="takes a project of its own"):
        fair.change(replace(OFFER, rubric="small@2.0.0"))

    version = find_version("small", "2.0.0", session=session)
    later = make_campaign(session, n_pairs=2, rubric=version)
    make_judgment(session, later.pairs[0], later.people[0])
    n_judged = {
        project.slug: project_boards(project.slug, session=session).boards.n_judgments
        for project in (fair.project, later.project)
    }
    assert n_judged == {fair.project.slug: 1, later.project.slug: 1}
    used = select(Judgment.project_id, RubricVersion.version).join(RubricVersion)
    assert set(session.exec(used)) == {(fair.project.id, "1.0.0"), (later.project.id, "2.0.0")}


@sqlite_only
@pytest.mark.parametrize(
    ("old", "new", "where"),
    [("id: small", "id: other", "id"), ("version: 1.1.0", "version: 1.0.0", "")],
    ids=["another rubric", "a number in use"],
)
def test_a_version_belongs_to_the_rubric_of_its_note(
    desk: NoteDesk, old: str, new: str, where: str
) -> None:
    public_id = desk.say()

    with pytest.raises((BadInput, Conflict)) as caught, desk.session.begin_nested():
        store(desk, public_id, drafted(desk, public_id).replace(old, new, 1))

    if isinstance(caught.value, BadInput) and where:
        assert caught.value.problems[0].where == where
    assert desk.read()[0].state is NoteState.OPEN


@sqlite_only
def test_the_text_of_a_version_that_is_there_takes_nothing_up(desk: NoteDesk) -> None:
    first, second = desk.say(), desk.say(PROPOSAL)
    text = drafted(desk, first).replace("It is mixed.", "It is half right.")
    store(desk, first, text)

    with pytest.raises(BadInput, match=r"1\.1\.0 is stored already"):
        store(desk, second, text)

    desk.decide(second, NoteState.TAKEN_UP, version="1.1.0")
    assert {one.taken_up_in for one in desk.read()} == {"1.1.0"}


@sqlite_only
def test_the_draft_as_it_was_given_takes_nothing_up(desk: NoteDesk) -> None:
    public_id = desk.say()

    with pytest.raises(BadInput, match=r"asks what 1\.0\.0 asks"), desk.session.begin_nested():
        store(desk, public_id, drafted(desk, public_id))

    assert desk.read()[0].state is NoteState.OPEN
    assert find_version("small", "1.1.0", session=desk.session) is None


@sqlite_only
@pytest.mark.parametrize("version", ["", "1.0.0", "9.9.9"])
def test_a_note_is_taken_up_by_a_later_version_that_there_is(desk: NoteDesk, version: str) -> None:
    public_id = desk.say()

    with pytest.raises(BadInput, match=r"of the rubric after 1\.0\.0"):
        desk.decide(public_id, NoteState.TAKEN_UP, version=version)


@sqlite_only
def test_proposals_are_decided_by_owners_and_never_by_their_author(desk: NoteDesk) -> None:
    report, proposal = desk.say(), desk.say(PROPOSAL)
    author = desk.owner.__class__(desk.expert_id, "Ada", desk.owner.roles)

    for by in (desk.coordinator, desk.other, command_actor()):
        with pytest.raises(Forbidden):
            desk.decide(proposal, NoteState.ACCEPTED, by=by)
    with pytest.raises(Forbidden, match="somebody else"):
        desk.decide(report, NoteState.ANSWERED, by=author)
    with pytest.raises(Forbidden):
        draft_of("small", report, session=desk.session, actor=desk.coordinator, day="2026-11-26")
    desk.decide(report, NoteState.ANSWERED, by=desk.coordinator)


@sqlite_only
def test_a_decision_needs_words_and_a_note(desk: NoteDesk) -> None:
    with pytest.raises(BadInput):
        desk.decide(desk.say(), words="No.")
    with pytest.raises(NotFound):
        desk.decide("unknown")


@sqlite_only
def test_what_was_decided_stands(desk: NoteDesk) -> None:
    public_id = desk.say()
    desk.decide(public_id)

    with pytest.raises(Conflict, match="decided about already"):
        desk.decide(public_id, NoteState.ANSWERED)


def test_of_two_who_decide_at_once_one_is_told(database: Database) -> None:
    with database.transaction() as session:
        desk = make_note_desk(session, MOMENT)
        public_id = desk.say()
    gate, refused = threading.Barrier(2), []

    def go() -> None:
        gate.wait()
        try:
            with database.transaction() as session:
                decide(
                    public_id,
                    NoteState.DECLINED,
                    words=WHY,
                    session=session,
                    actor=desk.owner,
                    now=MOMENT,
                )
        except Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1


@pytest.mark.parametrize("table", ["rubric_note", "rubric_note_pair", "rubric_note_step"])
def test_what_was_said_and_decided_never_changes(desk: NoteDesk, table: str) -> None:
    desk.decide(desk.say(tokens=(desk.lease.token,)))

    with pytest.raises(sa.exc.DBAPIError, match=f"{table} is append-only"):
        desk.session.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 - a name of this test
