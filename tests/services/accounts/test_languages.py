"""The language in which a person reads pages."""

from evalhub.db.engine import Database
from evalhub.db.models import Person
from evalhub.services.accounts.languages import set_language
from tests.factories import make_person


def test_a_language_is_kept_for_one_person_alone(database: Database) -> None:
    with database.transaction() as session:
        own, other = make_person(session).id, make_person(session).id
        set_language(other, "en", session=session)

    with database.transaction() as session:
        set_language(own, "de", session=session)

    with database.transaction(write=False) as session:
        kept = [session.get_one(Person, one).language for one in (own, other)]
    assert kept == ["de", "en"]


def test_nobody_has_a_language_until_they_choose_one(database: Database) -> None:
    with database.transaction() as session:
        person_id = make_person(session).id

    with database.transaction(write=False) as session:
        assert session.get_one(Person, person_id).language is None
