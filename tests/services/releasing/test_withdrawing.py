"""A withdrawn release stays to be seen and is not handed out, and its version is not reused."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlmodel import Session, select

from evalhub.config import Settings
from evalhub.core.people import command_actor
from evalhub.core.releasing.clearance import Gate, GateAction, GateRule
from evalhub.core.releasing.recipe import Recipe
from evalhub.db.engine import Database
from evalhub.db.models import AuditEvent, Person, Release, ReleaseAnnotator
from evalhub.errors import BadInput, Conflict, NotFound, Withdrawn
from evalhub.services.releasing.comparing import diff_releases
from evalhub.services.releasing.keeping import BuiltRelease
from evalhub.services.releasing.kept import (
    FoundRelease,
    get_release,
    list_releases,
    notices_of,
    refuse_withdrawn,
)
from evalhub.services.releasing.withdrawing import withdraw_release
from tests.factories import MOMENT, make_project, make_release, withdraw_consent
from tests.release_project import make_tiny_project
from tests.releases import build_release

ACTOR, REASON = command_actor(), "The prompts were not ours."
BEFORE = MOMENT - timedelta(days=1)


def take_back(session: Session, now: datetime, reason: str = REASON) -> None:
    row = session.exec(select(Release)).one()
    withdraw_release(row.id, "tiny@1.0.0", reason, session=session, actor=ACTOR, now=now)


def found(session: Session, settings: Settings) -> FoundRelease:
    return get_release("tiny", "1.0.0", session=session, settings=settings, actor=ACTOR)


def test_a_release_that_stands_is_handed_out(
    built: BuiltRelease, session: Session, settings: Settings
) -> None:
    refuse_withdrawn(found(session, settings))


def test_files_are_refused_with_the_reason_and_the_row_stays(
    built: BuiltRelease, session: Session, settings: Settings, now: datetime
) -> None:
    take_back(session, now)

    with pytest.raises(Withdrawn, match=f"tiny@1.0.0 was withdrawn on .*: {REASON}"):
        refuse_withdrawn(found(session, settings))

    (listed,) = list_releases(session=session, actor=ACTOR)
    assert listed.withdrawal is not None
    assert listed.withdrawal.reason == REASON
    events = session.exec(select(AuditEvent).where(AuditEvent.action == "release.withdraw")).all()
    assert [REASON in event.details for event in events] == [True]


@pytest.mark.parametrize("reason", ["", "oops", "x" * 2_001])
def test_a_reason_says_something(
    built: BuiltRelease, session: Session, now: datetime, reason: str
) -> None:
    with pytest.raises(BadInput, match="reason"):
        take_back(session, now, reason)


def test_a_release_is_withdrawn_once(built: BuiltRelease, session: Session, now: datetime) -> None:
    take_back(session, now)

    with pytest.raises(Conflict, match="withdrawn already"):
        take_back(session, now)


def test_the_same_state_gets_another_version(
    built: BuiltRelease, session: Session, settings: Settings, now: datetime
) -> None:
    take_back(session, now)

    again = build_release("tiny", session=session, settings=settings, actor=ACTOR, now=now)

    assert (again.version, again.is_new) == ("1.1.0", True)


def test_the_withdrawn_version_is_not_built_again(
    built: BuiltRelease, session: Session, settings: Settings, now: datetime
) -> None:
    take_back(session, now)

    with pytest.raises(
        Conflict, match=r"was withdrawn\. Build the present state as version 1\.1\.0"
    ):
        build_release(
            "tiny", session=session, settings=settings, actor=ACTOR, now=now, version="1.0.0"
        )


def test_a_difference_names_who_withdrew_their_consent(
    built: BuiltRelease, session: Session, settings: Settings, now: datetime
) -> None:
    person = session.exec(select(Person).where(Person.public_id == "person-1")).one()
    withdraw_consent(session, person)
    second = build_release("tiny", session=session, settings=settings, actor=ACTOR, now=now)

    changes = diff_releases(built.folder, second.folder)

    reasons = {(one.part.value, one.kind.value, one.reason) for one in changes}
    assert ("judgments", "removed", "its expert withdrew their consent") in reasons
    assert all(one.n_rows >= len(one.examples) > 0 for one in changes)


def test_a_release_differs_from_itself_in_nothing(built: BuiltRelease) -> None:
    assert diff_releases(built.folder, built.folder) == ()


def test_what_is_no_release_is_not_compared(built: BuiltRelease, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no release"):
        diff_releases(built.folder, tmp_path)


def person(session: Session, name: str) -> Person:
    return session.exec(select(Person).where(Person.public_id == name)).one()


@pytest.mark.parametrize("at", [None, BEFORE], ids=["later", "by a clock that is behind"])
def test_a_consent_withdrawn_since_the_build_is_told_of(
    built: BuiltRelease, session: Session, settings: Settings, at: datetime | None
) -> None:
    gone = person(session, "person-1")
    assert notices_of(found(session, settings), session=session) == ()
    withdraw_consent(session, gone, at=at)

    (notice,) = notices_of(found(session, settings), session=session)

    kept = session.exec(select(ReleaseAnnotator).where(ReleaseAnnotator.person_id == gone.id)).one()
    assert (notice.annotator, notice.n_judgments) == (kept.annotator, kept.n_judgments)


def test_who_was_released_unanswered_and_then_refuses_is_told_of(
    session: Session, settings: Settings, now: datetime
) -> None:
    make_tiny_project(session, is_consented=False)
    silence = GateRule(Gate.NO_CONSENT, GateAction.ACCEPT, "Agreed on paper with the clinic.")
    build_release(
        "tiny",
        session=session,
        settings=settings,
        actor=ACTOR,
        now=now,
        recipe=Recipe(gates=(silence,)),
    )

    withdraw_consent(session, person(session, "person-1"))

    assert len(notices_of(found(session, settings), session=session)) == 1


@pytest.mark.parametrize("reason", ["\u200b" * 20, "\u202e" * 20])
def test_a_reason_that_nobody_can_see_says_nothing(
    built: BuiltRelease, session: Session, now: datetime, reason: str
) -> None:
    with pytest.raises(BadInput, match="reason"):
        take_back(session, now, reason)


def test_a_release_from_before_there_were_consents_has_no_notices(
    built: BuiltRelease, session: Session, settings: Settings
) -> None:
    old = found(session, settings)

    manifest = replace(old.manifest, clearance=None)
    assert notices_of(replace(old, manifest=manifest), session=session) == ()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_second_of_two_who_withdraw_at_once_hears_that_it_is_withdrawn(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        release_id = make_release(session, make_project(session)).id
    barrier = Barrier(2)

    def withdraw(reason: str) -> str:
        with database.transaction() as session:
            barrier.wait(timeout=30)
            try:
                withdraw_release(release_id, "a", reason, session=session, actor=ACTOR, now=now)
            except Conflict as error:
                return str(error)
        return ""

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(withdraw, [REASON, REASON]))

    assert told == ["", "Release a is withdrawn already."]
