"""Reports of rows: filed once, numbered, bounded, and answered by who builds releases."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from evalhub.core.people import Role, command_actor
from evalhub.core.releasing.reports import Answer, ReportDecision, ReportKind, RowReport
from evalhub.db.models import AuditEvent, Project
from evalhub.errors import Conflict, Forbidden, NotFound, StaleForm, TooManyAttempts
from evalhub.services.releasing.answering import answer_report
from evalhub.services.releasing.kept import FoundRelease
from evalhub.services.releasing.reported import (
    ReportState,
    count_open,
    list_own_reports,
    list_project_reports,
)
from evalhub.services.releasing.reporting import MAX_REPORTS, file_report, find_pair
from tests.factories import make_person
from tests.released import built as kept
from tests.released import database_url, released_template
from tests.reported import TEXT, actor_for, decide, make_report

__all__ = ["database_url", "kept", "released_template"]


@pytest.fixture
def project_id(session: Session, kept: FoundRelease) -> int:
    """Give the tiny project, which has a release."""
    return session.exec(select(Project.id)).one()


@pytest.mark.parametrize("part", ["pairs", "ties", "judgments"])
def test_a_pair_of_any_table_is_found(kept: FoundRelease, part: str) -> None:
    path = next((kept.folder / part).glob("*.jsonl"))
    row = json.loads(path.read_text("utf-8").splitlines()[0])

    assert find_pair(kept, row["pair_id"]) == row["prompt_id"]


def test_a_pair_that_is_in_no_table_is_not_found(kept: FoundRelease) -> None:
    with pytest.raises(NotFound, match=r"Release tiny@1\.0\.0 has no pair 'zz'"):
        find_pair(kept, "zz")


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"nonsense")])
def test_a_table_that_cannot_be_read_is_named(kept: FoundRelease, harm: object) -> None:
    assert callable(harm)
    harm(next((kept.folder / "pairs").glob("train.parquet")))

    with pytest.raises(Conflict, match=r"'pairs/train\.parquet' cannot be read"):
        find_pair(kept, "zz")


def test_a_report_is_kept_and_in_the_log_without_its_words(
    session: Session, project_id: int, now: datetime
) -> None:
    filed = make_report(session, now=now)

    line = list_project_reports(project_id, session=session).items[0]
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "row_report.file")).one()
    assert filed.line == line
    assert (line.number, line.version, line.text, line.reporter) == (1, "1.0.0", TEXT, "Lab")
    assert line.answer is None
    assert TEXT not in event.details
    assert (event.subject, '"kind":"wrong_text"' in event.details) == ("release:tiny@1.0.0", True)


def test_the_same_report_again_is_the_same(
    session: Session, project_id: int, now: datetime
) -> None:
    lab = make_person(session, Role.LAB)
    first = make_report(session, now=now, person=lab)

    again = make_report(session, now=now, person=lab, text=f" {TEXT}\n")
    of_another = make_report(session, now=now)
    other_kind = make_report(session, now=now, person=lab, kind=ReportKind.OTHER)

    assert (first.is_new, again.is_new, again.line) == (True, False, first.line)
    assert [of_another.line.number, other_kind.line.number] == [2, 3]


def test_nobody_floods_the_researchers(session: Session, project_id: int, now: datetime) -> None:
    lab = make_person(session, Role.LAB)
    for number in range(MAX_REPORTS):
        moment = now + timedelta(seconds=number)
        make_report(session, now=moment, person=lab, text=f"{number}")
    late = now + timedelta(minutes=30)

    with pytest.raises(TooManyAttempts) as caught:
        make_report(session, now=late, person=lab)

    assert caught.value.retry_after_s == 30 * 60 + 1
    assert not make_report(session, now=late, person=lab, text="0").is_new
    assert make_report(session, now=late).is_new
    assert make_report(session, now=now + timedelta(hours=1), person=lab).is_new


def test_a_command_is_no_lab(session: Session, kept: FoundRelease, now: datetime) -> None:
    with pytest.raises(Forbidden):
        file_report(
            kept.kept,
            RowReport("a", ReportKind.OTHER, "x"),
            prompt_key="p0",
            session=session,
            actor=command_actor(),
            now=now,
        )


def test_labs_see_their_own_alone(
    session: Session, kept: FoundRelease, project_id: int, now: datetime
) -> None:
    lab, other = make_person(session, Role.LAB), make_person(session, Role.LAB)
    for person, text in ((lab, "1"), (other, "2"), (lab, "3")):
        make_report(session, now=now, person=person, text=text)

    own = list_own_reports(kept.kept.id, session=session, person_id=lab.id)

    assert [line.text for line in own] == ["3", "1"]
    assert list_own_reports(kept.kept.id + 1, session=session, person_id=lab.id) == []


def test_open_reports_come_first_and_the_oldest_of_them(
    session: Session, project_id: int, now: datetime
) -> None:
    for number in range(1, 5):
        make_report(session, now=now, text=f"{number}")
    for number in (1, 3):
        decide(session, number, now=now)

    def numbers(state: ReportState) -> list[int]:
        listing = list_project_reports(project_id, session=session, state=state)
        assert listing.n_found == len(listing.items)
        return [line.number for line in listing.items]

    assert numbers(ReportState.ALL) == [2, 4, 3, 1]
    assert numbers(ReportState.OPEN) == [2, 4]
    assert numbers(ReportState.ANSWERED) == [3, 1]
    assert count_open(project_id, session=session) == 2
    assert count_open(project_id + 1, session=session) == 0


def test_decisions_are_appended(session: Session, project_id: int, now: datetime) -> None:
    make_report(session, now=now)
    decide(session, now=now, reason=" First. ")
    decide(session, now=now, decision=ReportDecision.KEPT, reason="Second.", seen=1)

    line = list_project_reports(project_id, session=session).items[0]
    events = session.exec(select(AuditEvent).where(AuditEvent.action == "row_report.answer")).all()

    assert [given.reason for given in line.answers] == ["First.", "Second."]
    assert line.answer is not None
    assert (line.answer.decision, line.answer.by) == (ReportDecision.KEPT, "Rita")
    assert len(events) == 2


def test_a_form_that_was_overtaken_is_refused(
    session: Session, project_id: int, now: datetime
) -> None:
    make_report(session, now=now)
    decide(session, now=now)

    with pytest.raises(StaleForm, match="answered report 1 meanwhile"):
        decide(session, now=now, decision=ReportDecision.KEPT)


def test_only_who_builds_releases_decides(session: Session, project_id: int, now: datetime) -> None:
    make_report(session, now=now)
    answer = Answer(ReportDecision.KEPT, "x")

    for role in set(Role) - {Role.RESEARCHER, Role.ADMIN}:
        actor = actor_for(make_person(session, role), role)
        with pytest.raises(Forbidden):
            answer_report("tiny", 1, answer, seen=0, session=session, actor=actor, now=now)
    line = answer_report("tiny", 1, answer, seen=0, session=session, actor=command_actor(), now=now)
    assert line.answer is not None
    assert line.answer.by == "command line"


@pytest.mark.parametrize(("project", "number"), [("tiny", 2), ("other", 1)])
def test_what_is_not_there_is_not_found(
    session: Session, project_id: int, now: datetime, project: str, number: int
) -> None:
    make_report(session, now=now)

    with pytest.raises(NotFound):
        answer_report(
            project,
            number,
            Answer(ReportDecision.KEPT, "x"),
            seen=0,
            session=session,
            actor=command_actor(),
            now=now,
        )


@pytest.mark.parametrize("table", ["row_report", "row_report_answer"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_to_change_them(
    session: Session, project_id: int, now: datetime, table: str, verb: str
) -> None:
    make_report(session, now=now)
    decide(session, now=now)

    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        session.connection().execute(sa.text(verb.format(table)))
