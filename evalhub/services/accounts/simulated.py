"""Add people that a simulation made up; they cannot sign in."""

from datetime import datetime

from sqlmodel import Session, select

from evalhub.core.people import Origin
from evalhub.db.models import Person
from evalhub.services.accounts.tokens import new_public_id
from evalhub.services.accounts.words import keep_words

IMPORT_SOURCE = "simulation"


def add_simulated_person(number: int, *, session: Session, now: datetime) -> Person:
    """Return simulated annotator ``number``, added on first use; the name says what it is."""
    key = str(number)
    query = select(Person).where(Person.import_source == IMPORT_SOURCE, Person.external_id == key)
    person = session.exec(query).first()
    if person is None:
        person = Person(
            public_id=new_public_id(),
            # The name says it too: it stands alone in lists and exports where no origin is shown.
            name=f"Simulated annotator {number}",
            origin=Origin.SIMULATED,
            import_source=IMPORT_SOURCE,
            external_id=key,
            created_at=now,
        )
        session.add(person)
        session.flush()
        keep_words(person, session=session)
    return person
