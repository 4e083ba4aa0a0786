"""Issue API keys for tests."""

from datetime import datetime

from evalhub.core.people import Actor, Role, Scope
from evalhub.core.releasing.limits import parse_limit
from evalhub.db.engine import Database
from evalhub.services.api_keys import issue_key
from tests.factories import make_person


def bearer(
    database: Database, role: Role, *scopes: Scope, now: datetime, releases: str = ""
) -> dict[str, str]:
    """Return the headers of a new key that carries ``scopes`` and opens ``releases``."""
    with database.transaction() as session:
        person = make_person(session, role)
        actor = Actor(person.id, person.name, frozenset({role}))
        issued = issue_key(
            "tests",
            session=session,
            actor=actor,
            scopes=scopes,
            days=1,
            now=now,
            limit=parse_limit([releases]),
        )
    return {"Authorization": f"Bearer {issued.key}"}
