"""Find people by what names them outside the database."""

from sqlmodel import Session, select

from evalhub.db.models import Person
from evalhub.errors import NotFound
from evalhub.services.accounts.fields import clean_email


def find_account_id(email: str, *, session: Session) -> int | None:
    """Return the row id of the account with this address, or None."""
    return session.exec(select(Person.id).where(Person.email == clean_email(email))).first()


def get_account_id(email: str, *, session: Session) -> int:
    """Return the row id of the account with this address; raise ``NotFound``."""
    found = find_account_id(email, session=session)
    if found is None:
        raise NotFound(f"Nobody has the address {clean_email(email)}.")
    return found
