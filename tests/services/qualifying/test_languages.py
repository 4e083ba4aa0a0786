"""The languages in which somebody works."""

from datetime import datetime

import pytest
from sqlmodel import Session

from evalhub.core.people import Actor
from evalhub.errors import BadInput, Forbidden
from evalhub.services.qualifying.languages import languages_of, set_languages
from tests.factories import make_languages, make_person
from tests.services.projects.conftest import actor_of
from tests.services.qualifying.people import Both, actions, make_both


@pytest.fixture
def both(session: Session) -> Both:
    return make_both(session)


def choose(
    both: Both, languages: list[str], session: Session, now: datetime, actor: Actor | None = None
) -> None:
    set_languages(
        both.expert.id, languages, session=session, actor=actor or both.as_expert, now=now
    )


def test_the_latest_choice_replaces_the_one_before(
    both: Both, session: Session, now: datetime
) -> None:
    make_languages(session, both.coordinator, "fr")
    choose(both, ["sw-KE", "en"], session, now)
    choose(both, ["de"], session, now)
    choose(both, ["de-AT"], session, now)

    assert languages_of(both.expert.id, session=session) == {"de"}
    assert languages_of(both.coordinator.id, session=session) == {"fr"}
    assert actions(session) == ["person.languages", "person.languages"]


def test_all_can_be_taken_back(both: Both, session: Session, now: datetime) -> None:
    choose(both, ["de"], session, now, both.as_coordinator)
    choose(both, [], session, now)

    assert languages_of(both.expert.id, session=session) == frozenset()


def test_what_is_no_tag_changes_nothing(both: Both, session: Session, now: datetime) -> None:
    choose(both, ["de"], session, now)

    with pytest.raises(BadInput, match="'klingon!'"):
        choose(both, ["en", "klingon!"], session, now)

    assert languages_of(both.expert.id, session=session) == {"de"}


def test_others_do_not_choose(both: Both, session: Session, now: datetime) -> None:
    with pytest.raises(Forbidden):
        choose(both, ["de"], session, now, actor_of(make_person(session)))
