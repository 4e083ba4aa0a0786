"""Open domains for applications and close them; every change stays, the latest is in force."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.free_words import checked_words
from evalhub.core.people import Actor
from evalhub.core.qualifying.applications import MAX_CALL_TEXT
from evalhub.core.qualifying.credentials import name_rule
from evalhub.core.rubrics.texts import is_slug
from evalhub.db.models import ApplicationCall
from evalhub.errors import BadInput, Forbidden, NotFound, Sentence
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.qualifying.assessing import find_assessment
from evalhub.services.qualifying.deciding import QUALIFIERS


@dataclass(frozen=True, slots=True)
class Call:
    """Hold whether a domain takes applications, and what applicants read."""

    domain: str
    is_open: bool
    text: str
    has_assessment: bool


def set_call(
    domain: str, text: str, *, is_open: bool, session: Session, actor: Actor, now: datetime
) -> None:
    """Open or close a domain for applications; none is open before somebody says so."""
    if not actor.has(*QUALIFIERS):
        raise Forbidden(Sentence("Domains are opened by coordinators and admins."))
    if not is_slug(domain):
        raise BadInput.at("domain", name_rule(domain))
    words = checked_words(text, least=0, most=MAX_CALL_TEXT, where="call_text")
    lock(f"call for {domain}", session=session)
    newest = _newest(domain, session)
    session.add(
        ApplicationCall(
            domain=domain,
            number=newest.number + 1 if newest else 1,
            is_open=is_open,
            text=words,
            changed_at=now,
            changed_by=actor.person_id,
        )
    )
    session.flush()
    audit.record(
        "applications.open" if is_open else "applications.close",
        session=session,
        actor=actor,
        subject=f"domain:{domain}",
        details={},
        now=now,
    )


def list_calls(*, session: Session) -> list[Call]:
    """Return every domain that was ever opened, with its call in force."""
    domains = session.exec(select(ApplicationCall.domain).distinct()).all()
    found = []
    for domain in sorted(domains):
        row = get_call(domain, session=session)
        has_assessment = find_assessment(domain, session=session) is not None
        found.append(Call(domain, row.is_open, row.text, has_assessment))
    return found


def get_call(domain: str, *, session: Session) -> ApplicationCall:
    """Return the call in force; raise ``NotFound`` for a domain that never took applications."""
    found = _newest(domain, session)
    if found is None:
        raise NotFound(Sentence("There is no such field."))
    return found


def _newest(domain: str, session: Session) -> ApplicationCall | None:
    query = select(ApplicationCall).where(ApplicationCall.domain == domain)
    return session.exec(query.order_by(col(ApplicationCall.number).desc()).limit(1)).first()
