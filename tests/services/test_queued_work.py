"""What builds and imports share: who asked, and what a defect leaves in words."""

import pytest
from sqlmodel import Session

from evalhub.core.people import command_actor
from evalhub.services.queued_work import asker, askers, words_for_defect
from tests.factories import make_person


def test_who_asked_is_named_once_each(session: Session) -> None:
    person = make_person(session)

    named = askers([person.id, None, person.id], session=session)

    assert named == {person.id: person.name, None: "command line"}


def test_work_is_done_in_the_name_of_who_asked_without_their_roles(session: Session) -> None:
    person = make_person(session)

    actor = asker(person.id, session=session)

    assert (actor.person_id, actor.name, actor.roles) == (person.id, person.name, frozenset())
    assert asker(None, session=session) == command_actor()


def test_a_defect_is_named_by_its_kind_and_not_by_the_data_it_met() -> None:
    with pytest.raises(KeyError) as caught:
        dict[str, int]()["a patient's name"]

    assert words_for_defect(caught.value) == "Stopped by a defect of EvalHub (KeyError)."
