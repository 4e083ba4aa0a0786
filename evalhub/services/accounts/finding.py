"""Find people by what names them outside the database."""

from sqlmodel import Session, select

from evalhub.core.people import Actor
from evalhub.db.models import Person
from evalhub.errors import Forbidden, NotFound
from evalhub.services.accounts.fields import clean_email
from evalhub.services.accounts.sessions import roles_of


def find_account_id(email: str, *, session: Session) -> int | None:
    """Return the row id of the account with this address, or None."""
    return session.exec(select(Person.id).where(Person.email == clean_email(email))).first()


def get_account_id(email: str, *, session: Session) -> int:
    """Return the row id of the account with this address; raise ``NotFound``."""
    found = find_account_id(email, session=session)
    if found is None:
        raise NotFound(f"Nobody has the address {clean_email(email)}.")
    return found


def get_account(email: str, *, session: Session) -> Actor:
    """Return the account with this address as who would act by it.

    Raise ``NotFound``, and ``Forbidden`` for one that is disabled: its name would otherwise still
    stand under decisions that its person can neither make nor see.
    """
    person = session.get_one(Person, get_account_id(email, session=session))
    if person.disabled_at is not None:
        raise Forbidden(f"The account {person.email} is disabled, so nobody acts by it.")
    return Actor(person.id, person.name, roles_of(person.id, session=session))
