from datetime import datetime

import pytest
from sqlmodel import Session

from evalhub.core.people import command_actor
from evalhub.core.prompts.report import Count
from evalhub.errors import NotFound
from evalhub.services.prompt_sets import (
    confirm_upload,
    get_prompt,
    get_prompt_set,
    get_version,
    list_prompt_sets,
    list_prompts,
)
from evalhub.services.prompt_sets.finding import count_version
from tests.core.prompts.rows import row
from tests.factories import make_prompt_set_version
from tests.services.prompt_sets.material import staged

ACTOR = command_actor()


def test_nothing_is_listed_before_the_first_set(session: Session) -> None:
    assert list_prompt_sets(session=session) == []


def test_each_set_is_listed_by_its_newest_version(session: Session, now: datetime) -> None:
    make_prompt_set_version(session, slug="another")
    confirm_upload(staged(session).token, session=session, actor=ACTOR, now=now)
    confirm_upload(staged(session, row()).token, session=session, actor=ACTOR, now=now)

    lines = list_prompt_sets(session=session)

    assert [(line.slug, line.n_versions, line.newest.number) for line in lines] == [
        ("another", 1, 1),
        ("fevers", 2, 2),
    ]
    assert lines[1].newest.frozen_by == "the command line"


def test_versions_come_newest_first(session: Session, now: datetime) -> None:
    confirm_upload(staged(session).token, session=session, actor=ACTOR, now=now)
    confirm_upload(staged(session, row()).token, session=session, actor=ACTOR, now=now)

    found = get_prompt_set("fevers", session=session)

    assert [version.number for version in found.versions] == [2, 1]
    assert get_version("fevers", None, session=session).number == 2
    assert get_version("fevers", 1, session=session).n_prompts == 3


def test_what_is_not_there_is_not_found(session: Session) -> None:
    version = make_prompt_set_version(session, slug="fevers")

    with pytest.raises(NotFound, match="no prompt set 'other'"):
        get_version("other", None, session=session)
    with pytest.raises(NotFound, match="'fevers' has no version 7"):
        get_version("fevers", 7, session=session)
    with pytest.raises(NotFound, match="has no prompt 2"):
        get_prompt(version.id, 2, session=session)


def test_prompts_come_in_pages_in_file_order(session: Session) -> None:
    make_prompt_set_version(session, "noise")
    version = make_prompt_set_version(session, *(f"Question {i}?" for i in range(51)))

    first = list_prompts(version.id, session=session)
    second = list_prompts(version.id, session=session, page=2)

    assert (first.n_found, first.n_pages, len(first.items)) == (51, 2, 50)
    assert [item.position for item in second.items] == [51]
    assert get_prompt(version.id, 51, session=session) == second.items[0]


def test_the_prompts_of_a_version_are_counted(session: Session, now: datetime) -> None:
    make_prompt_set_version(session, "noise", domain="noise")
    upload = staged(
        session,
        row(id="a", responses=[{"model": "m", "content": "A"}]),
        row(id="b", prompt="Two", language="de", split="eval"),
        row(id="c", prompt="Three"),
    )
    frozen = confirm_upload(upload.token, session=session, actor=ACTOR, now=now)

    counts = count_version(frozen.version.id, session=session)

    assert counts.domains == (Count("medicine", 3),)
    assert counts.languages == (Count("en", 2), Count("de", 1))
    assert counts.splits == (Count("train", 2), Count("eval", 1))
    assert counts.models == (Count("m", 1),)
