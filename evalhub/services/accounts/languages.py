"""Keep in which language a person reads pages."""

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.db.models import Person


def set_language(person_id: int, language: str, *, session: Session) -> None:
    """Make ``language`` the one in which a person reads pages.

    It is a matter of taste like a window's size, so the audit log does not hold it.
    """
    session.connection().execute(
        sa.update(Person).where(col(Person.id) == person_id).values(language=language)
    )
