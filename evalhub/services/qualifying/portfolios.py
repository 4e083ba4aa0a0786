"""Make signed portfolios, take them back, and tell whether one that is shown is good."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.canonical import Json, canonical_json
from evalhub.core.people import Actor
from evalhub.core.qualifying.portfolios import (
    DomainRecord,
    Portfolio,
    PortfolioState,
    level_in_force,
    portfolio_to_json,
    pseudonym_of,
    says_the_same,
    shown_records,
    signed_bytes,
)
from evalhub.core.reading.json_text import parse_json
from evalhub.db.models import Person, PortfolioRevocation
from evalhub.db.models import Portfolio as PortfolioRow
from evalhub.errors import BadInput, Conflict, NotFound, Sentence
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.qualifying.ladder import own_standings, standing_in
from evalhub.services.qualifying.signing import is_signed, public_key, sign
from evalhub.services.rubric_notes.reading import accepted_by_domain

_FILE_KEYS = {"document", "signature", "key"}


@dataclass(frozen=True, slots=True)
class SignedPortfolio:
    """Hold a portfolio as it was signed, and whether it still stands."""

    public_id: str
    document: dict[str, Json]
    signature: str
    public_key: str
    made_at: datetime
    revoked_at: datetime | None

    @property
    def file(self) -> str:
        """Return the file that its owner hands out."""
        told = {"document": self.document, "signature": self.signature, "key": self.public_key}
        return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def make_portfolio(
    *,
    is_named: bool,
    issuer: str,
    secret: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> SignedPortfolio:
    """Sign what the actor can show now and return it; with their name only if they want that.

    Where the same was signed before and stands, that one is returned: a form that was sent twice
    would leave a second address to take back. Raise ``Conflict`` where there is nothing to show.
    """
    person = session.get_one(Person, actor.person_id)
    lock(f"portfolios of {person.id}", session=session)
    records = shown_records(_records(person.id, session, now))
    if not records:
        raise Conflict(
            Sentence("There is nothing to show yet: no level, judgment, training or proposal.")
        )
    public_id = secrets.token_hex(16)
    holder = person.name if is_named else pseudonym_of(public_id)
    document = portfolio_to_json(Portfolio(public_id, issuer, holder, now, records))
    key = public_key(secret=secret)
    for kept in own_portfolios(person.id, session=session):
        if (
            not kept.revoked_at
            and kept.public_key == key
            and says_the_same(kept.document, document)
        ):
            return kept
    row = PortfolioRow(
        public_id=public_id,
        person_id=person.id,
        document=canonical_json(document),
        signature=sign(signed_bytes(document), secret=secret),
        public_key=key,
        made_at=now,
    )
    session.add(row)
    session.flush()
    _record("portfolio.make", row, session=session, actor=actor, now=now)
    return _signed(row, session)


def revoke_portfolio(public_id: str, *, session: Session, actor: Actor, now: datetime) -> None:
    """Take one's own portfolio back for good; twice changes nothing. Raise ``NotFound``."""
    row = _find(public_id, session)
    if row is None or row.person_id != actor.person_id:
        raise NotFound(Sentence("There is no such portfolio of yours."))
    if _revoked_at(row, session) is not None:
        return
    session.add(PortfolioRevocation(portfolio_id=row.id, revoked_at=now))
    session.flush()
    _record("portfolio.revoke", row, session=session, actor=actor, now=now)


def own_portfolios(person_id: int, *, session: Session) -> list[SignedPortfolio]:
    """Return somebody's portfolios, the newest first."""
    query = select(PortfolioRow).where(PortfolioRow.person_id == person_id)
    rows = session.exec(query.order_by(col(PortfolioRow.id).desc()))
    return [_signed(row, session) for row in rows]


def get_portfolio(public_id: str, *, session: Session) -> SignedPortfolio:
    """Return a portfolio for whoever has its address; raise ``NotFound``."""
    row = _find(public_id, session)
    if row is None:
        raise NotFound(Sentence("There is no such portfolio here."))
    return _signed(row, session)


def state_of_file(text: str, *, session: Session) -> PortfolioState:
    """Tell what can be said of a file that somebody shows; raise ``BadInput`` for no JSON.

    It is checked with the key that is kept here, and not with the one in the file, which whoever
    changed the file could have changed as well.
    """
    told = parse_json(text, where="portfolio")
    document = told.get("document") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(document, dict):
        raise BadInput.at("portfolio", Sentence("is no portfolio of EvalHub"))
    row = _find(str(document.get("id")), session)
    if row is None:
        return PortfolioState.UNKNOWN
    # The signature covers the document alone: what stands beside it would be taken for signed.
    if told.keys() != _FILE_KEYS or told["key"] != row.public_key:
        return PortfolioState.CHANGED
    signature = str(told["signature"])
    if not is_signed(signed_bytes(document), signature, key=row.public_key):
        return PortfolioState.CHANGED
    return state_of(_signed(row, session))


def state_of(portfolio: SignedPortfolio) -> PortfolioState:
    """Tell what can be said of a portfolio as it is kept here."""
    content = signed_bytes(portfolio.document)
    # Kept rows are checked as well: a database that somebody wrote into is not to be believed.
    if not is_signed(content, portfolio.signature, key=portfolio.public_key):
        return PortfolioState.CHANGED
    return PortfolioState.REVOKED if portfolio.revoked_at else PortfolioState.VALID


def _records(person_id: int, session: Session, now: datetime) -> list[DomainRecord]:
    accepted = accepted_by_domain(person_id, session=session)
    standings = own_standings(person_id, session=session, now=now)
    # Whose proposal was accepted for a rubric of a field may never have judged in that field.
    beyond = sorted(accepted.keys() - {one.domain for one in standings})
    standings += [standing_in(person_id, one, session=session, now=now) for one in beyond]
    return [
        DomainRecord(
            one.domain,
            level_in_force(one.latest, now),
            one.evidence,
            accepted.get(one.domain, 0),
        )
        for one in standings
    ]


def _find(public_id: str, session: Session) -> PortfolioRow | None:
    query = select(PortfolioRow).where(PortfolioRow.public_id == public_id)
    return session.exec(query).first()


def _revoked_at(row: PortfolioRow, session: Session) -> datetime | None:
    query = select(PortfolioRevocation.revoked_at)
    return session.exec(query.where(PortfolioRevocation.portfolio_id == row.id)).first()


def _signed(row: PortfolioRow, session: Session) -> SignedPortfolio:
    return SignedPortfolio(
        public_id=row.public_id,
        document=json.loads(row.document),
        signature=row.signature,
        public_key=row.public_key,
        made_at=row.made_at,
        revoked_at=_revoked_at(row, session),
    )


def _record(
    action: str, row: PortfolioRow, *, session: Session, actor: Actor, now: datetime
) -> None:
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"portfolio:{row.public_id[:8]}",
        details={},
        now=now,
    )
