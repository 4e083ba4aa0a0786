"""An upload changes nothing until it is confirmed, and then exactly what its report said."""

from datetime import datetime

import pytest
from sqlmodel import Session, col, select

from evalhub.core.campaigns import UploadStatus
from evalhub.core.canonical import Json
from evalhub.core.people import command_actor
from evalhub.db.models import AuditEvent, Prompt, PromptSet, PromptSetVersion, PromptUpload
from evalhub.errors import BadInput, Conflict, NotFound
from evalhub.services.prompt_sets import (
    SetNames,
    confirm_upload,
    discard_upload,
    get_upload,
    list_waiting_uploads,
)
from tests.core.prompts.rows import row
from tests.services.prompt_sets.material import NAMES, actor_of, staged

ACTOR = command_actor()


def hundred_rows_with_three_bad() -> list[Json]:
    rows: list[Json] = [row(id=f"q{i}", prompt=f"Question {i}?") for i in range(100)]
    rows[6], rows[40], rows[99] = row(id="a", license="no licence"), 7, row(id="q1")
    return rows


def n_prompts(session: Session) -> int:
    return len(session.exec(select(Prompt)).all())


def test_an_upload_with_three_bad_rows_of_a_hundred_imports_97_once_confirmed(
    session: Session, now: datetime
) -> None:
    upload = staged(session, *hundred_rows_with_three_bad())
    assert [bad.line for bad in upload.report.bad_rows] == [7, 41, 100]
    assert n_prompts(session) == 0

    frozen = confirm_upload(upload.token, session=session, actor=ACTOR, now=now)

    assert (frozen.is_new, frozen.version.n_prompts, n_prompts(session)) == (True, 97, 97)
    assert frozen.version.sha256 == upload.report.sha256


def test_staging_stores_the_report_and_nothing_else(session: Session) -> None:
    upload = staged(session)

    assert (upload.status, upload.next_number, upload.version) == (UploadStatus.STAGED, 1, None)
    assert upload.created_by == "Rosa Researcher"
    assert [prompt.id for prompt in upload.sample] == ["q0", "q1", "q2"]
    assert session.exec(select(PromptSet)).all() == []
    assert get_upload(upload.token, session=session) == upload


@pytest.mark.parametrize(
    ("names", "where"),
    [
        (SetNames("Fever Set", "A"), "slug"),
        (SetNames("a" * 81, "A"), "slug"),
        (SetNames("new", "A"), "slug"),
        (SetNames("fevers", "  "), "title"),
        (SetNames("fevers", "a\nb"), "title"),
        (SetNames("fevers", "a" * 201), "title"),
    ],
    ids=["capitals", "long slug", "reserved", "no title", "two lines", "long title"],
)
def test_names_that_break_their_rule_are_refused(
    session: Session, names: SetNames, where: str
) -> None:
    with pytest.raises(BadInput) as caught:
        staged(session, names=names)

    assert [problem.where for problem in caught.value.problems] == [where]
    assert session.exec(select(PromptUpload)).all() == []


def test_an_existing_set_keeps_its_title_and_takes_the_next_number(
    session: Session, now: datetime
) -> None:
    first = staged(session)
    confirm_upload(first.token, session=session, actor=ACTOR, now=now)

    second = staged(session, row(id="other"), names=SetNames("fevers"))

    assert (second.title, second.next_number) == (NAMES.title, 2)
    frozen = confirm_upload(second.token, session=session, actor=ACTOR, now=now)
    assert (frozen.version.name, frozen.version.title) == ("fevers@2", NAMES.title)


def test_the_same_rows_in_another_order_are_the_version_that_is_there(
    session: Session, now: datetime
) -> None:
    rows = [row(id="a"), row(id="b", prompt="Other?")]
    first = confirm_upload(staged(session, *rows).token, session=session, actor=ACTOR, now=now)

    again = staged(session, *reversed(rows))
    second = confirm_upload(again.token, session=session, actor=ACTOR, now=now)

    assert (second.is_new, second.version) == (False, first.version)
    assert n_prompts(session) == 2
    assert get_upload(again.token, session=session).version == first.version


def test_confirming_twice_gives_the_same_version(session: Session, now: datetime) -> None:
    token = staged(session).token
    first = confirm_upload(token, session=session, actor=ACTOR, now=now)

    second = confirm_upload(token, session=session, actor=ACTOR, now=now)

    assert (second.is_new, second.version) == (False, first.version)
    assert len(session.exec(select(PromptSetVersion)).all()) == 1


def test_an_upload_without_a_good_row_cannot_be_confirmed(session: Session, now: datetime) -> None:
    upload = staged(session, 1, 2)

    with pytest.raises(Conflict, match="holds no good row"):
        confirm_upload(upload.token, session=session, actor=ACTOR, now=now)


def test_a_discarded_upload_keeps_its_report_and_forgets_its_rows(
    session: Session, now: datetime
) -> None:
    upload = staged(session)

    discard_upload(upload.token, session=session, actor=ACTOR, now=now)
    discard_upload(upload.token, session=session, actor=ACTOR, now=now)

    found = get_upload(upload.token, session=session)
    assert (found.status, found.sample) == (UploadStatus.DISCARDED, ())
    assert found.report == upload.report
    with pytest.raises(Conflict, match="was discarded"):
        confirm_upload(upload.token, session=session, actor=ACTOR, now=now)


def test_a_confirmed_upload_cannot_be_discarded(session: Session, now: datetime) -> None:
    token = staged(session).token
    confirm_upload(token, session=session, actor=ACTOR, now=now)

    with pytest.raises(Conflict, match="was confirmed"):
        discard_upload(token, session=session, actor=ACTOR, now=now)


def test_an_unknown_token_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="no such upload"):
        get_upload("nothing", session=session)


def test_only_undecided_uploads_wait(session: Session, now: datetime) -> None:
    kept, gone, done = (staged(session, row(id=f"q{i}")) for i in range(3))
    discard_upload(gone.token, session=session, actor=ACTOR, now=now)
    confirm_upload(done.token, session=session, actor=ACTOR, now=now)

    waiting = list_waiting_uploads(session=session)

    assert [(upload.token, upload.filename) for upload in waiting] == [
        (kept.token, "prompts.jsonl")
    ]


def test_each_step_is_in_the_audit_log(session: Session, now: datetime) -> None:
    actor = actor_of(session)
    first, second = staged(session), staged(session, row(id="b"))

    confirm_upload(first.token, session=session, actor=actor, now=now)
    discard_upload(second.token, session=session, actor=actor, now=now)

    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.sequence))).all()
    assert [event.action for event in events] == [
        "prompt_upload.stage",
        "prompt_upload.stage",
        "prompt_set.freeze",
        "prompt_upload.discard",
    ]
    assert events[2].subject == "prompt_set:fevers@1"
