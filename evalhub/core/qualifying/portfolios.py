"""Portfolios: what an expert can show of their work elsewhere, and never what it was about.

A portfolio holds levels, counts and measured figures with their n and interval. No prompt, answer,
model, project or reason stands in it, so nobody has to ask a client before showing it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from evalhub.core.canonical import Json, canonical_json
from evalhub.core.qualifying.ladder import Evidence
from evalhub.core.qualifying.levels import Level, LevelDecision
from evalhub.core.scoring.intervals.shares import Share

PORTFOLIO_SCHEMA = "evalhub.portfolio/1"


class PortfolioState(StrEnum):
    """What can be said of a portfolio that somebody shows."""

    VALID = "valid"
    """Signed here, as it stands, and not taken back."""
    REVOKED = "revoked"
    """Signed here and taken back by its owner."""
    CHANGED = "changed"
    """Names a portfolio of this place, and is not what was signed."""
    UNKNOWN = "unknown"
    """Names no portfolio of this place."""


@dataclass(frozen=True, slots=True)
class DomainRecord:
    """Hold what is shown of one domain; ``level`` is None where none is in force.

    ``n_accepted`` counts the proposals for its rubrics that were accepted.
    """

    domain: str
    level: LevelDecision | None
    evidence: Evidence
    n_accepted: int = 0


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Hold a portfolio before it is signed; ``holder`` is a name only if its owner wants that."""

    public_id: str
    issuer: str
    holder: str
    made_at: datetime
    records: tuple[DomainRecord, ...]


def portfolio_to_json(portfolio: Portfolio) -> dict[str, Json]:
    """Return a portfolio as it is signed and downloaded."""
    return {
        "schema": PORTFOLIO_SCHEMA,
        "id": portfolio.public_id,
        "issuer": portfolio.issuer,
        "holder": portfolio.holder,
        "made_at": portfolio.made_at.isoformat(),
        "domains": [_domain(record) for record in portfolio.records],
    }


def signed_bytes(document: Mapping[str, Json]) -> bytes:
    """Return the bytes that are signed: the document as canonical JSON.

    Blanks and the order of names are no part of it, so a file that an editor has laid out anew is
    still the same; any other change is not.
    """
    # A file may hold half a character, which is no UTF-8; it has to be refused and not to fail.
    return canonical_json(dict(document)).encode(errors="surrogatepass")


def pseudonym_of(public_id: str) -> str:
    """Return what stands for the holder of a portfolio who wants no name on it."""
    return f"expert {public_id[:8]}"


def says_the_same(one: Mapping[str, Json], other: Mapping[str, Json]) -> bool:
    """Tell whether two portfolios show the same under the same name, or both under none.

    Each has an id and a time of its own, and a pseudonym made of the id.
    """
    return _content(one) == _content(other)


def _content(document: Mapping[str, Json]) -> dict[str, Json]:
    is_nameless = document["holder"] == pseudonym_of(str(document["id"]))
    told = {name: value for name, value in document.items() if name not in {"id", "made_at"}}
    return {**told, "holder": "" if is_nameless else document["holder"]}


def shown_records(records: Sequence[DomainRecord]) -> tuple[DomainRecord, ...]:
    """Return the records that show something; an empty one would only raise questions."""
    return tuple(
        one
        for one in records
        if one.level or one.evidence.n_judgments or one.evidence.has_training or one.n_accepted
    )


def level_in_force(decision: LevelDecision | None, now: datetime) -> LevelDecision | None:
    """Return a decision if it gives a level at ``now``."""
    return decision if decision and decision.holds_at(now) is not Level.NONE else None


def _domain(record: DomainRecord) -> dict[str, Json]:
    level, evidence = record.level, record.evidence
    return {
        "domain": record.domain,
        "level": int(level.level) if level else 0,
        "level_since": _day(level.decided_at) if level else None,
        "level_until": _day(level.expires_at) if level else None,
        "n_judgments": evidence.n_judgments,
        "training_passed": evidence.has_training,
        "assessment_passed": evidence.is_assessed,
        "credential_verified": evidence.has_credential,
        "proposals_accepted": record.n_accepted,
        "agreement": _share(evidence.agreement),
    }


def _share(share: Share) -> dict[str, Json]:
    interval = share.interval
    return {
        "what": "share of pairs on which most other experts say the same, ties included",
        "value": None if share.value is None else round(share.value, 4),
        "n": share.n,
        "low": None if interval is None else round(interval.low, 4),
        "high": None if interval is None else round(interval.high, 4),
        "method": share.method,
    }


def _day(moment: datetime | None) -> str | None:
    day: date | None = moment.date() if moment else None
    return day.isoformat() if day else None
