"""Find people by what names them outside the database."""

from sqlmodel import Session, select

from evalhub.db.models import Person
from evalhub.services.accounts.fields import clean_email


def find_account_id(email: str, *, session: Session) -> int | None:
    """Return the row id of the account with this address, or None."""
    return session.exec(select(Person.id).where(Person.email == clean_email(email))).first()
