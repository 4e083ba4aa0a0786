"""Keep the words by which somebody is found in the registry."""

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.searching import search_words
from evalhub.db import tables as t
from evalhub.db.models import Person


def keep_words(person: Person, *, session: Session) -> None:
    """Let a person who was just added be found by their name and address, which never change."""
    rows = [
        {"word": word, "person_id": person.id} for word in search_words(person.name, person.email)
    ]
    session.connection().execute(sa.insert(t.person_word), rows)
