"""Describe endpoints to those who may not see the database."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from evalhub.core.canonical import Json
from evalhub.core.pulling.costs import Price
from evalhub.core.pulling.dialects import DialectName
from evalhub.core.pulling.specs import EndpointSpec
from evalhub.db.models import Endpoint


@dataclass(frozen=True, slots=True)
class EndpointDraft:
    """Hold what a person gives to register or change an endpoint."""

    slug: str
    model: str
    url: str
    api_key_ref: str | None = None
    parameters: Mapping[str, Json] = field(default_factory=dict)
    dialect: str = DialectName.CHAT_COMPLETIONS
    max_concurrency: int = 8
    max_attempts: int = 5
    request_timeout_s: float = 120.0
    total_timeout_s: float = 600.0
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    account: str | None = None
    price: Price | None = None
    output_terms: str = "unknown"
    is_simulated: bool = False


@dataclass(frozen=True, slots=True)
class EndpointView:
    """Show one endpoint revision."""

    id: int
    revision: int
    draft: EndpointDraft
    created_at: datetime
    retired_at: datetime | None

    @property
    def slug(self) -> str:
        """Return the endpoint's name without its revision."""
        return self.draft.slug

    @property
    def label(self) -> str:
        """Return the name with the revision, such as ``gpt-x@2``."""
        return f"{self.draft.slug}@{self.revision}"


def view_of(row: Endpoint) -> EndpointView:
    """Return the view of one row."""
    draft = EndpointDraft(
        slug=row.slug,
        model=row.model,
        url=row.url,
        api_key_ref=row.api_key_ref,
        parameters=json.loads(row.parameters),
        dialect=row.dialect,
        max_concurrency=row.max_concurrency,
        max_attempts=row.max_attempts,
        request_timeout_s=row.request_timeout_s,
        total_timeout_s=row.total_timeout_s,
        requests_per_minute=row.requests_per_minute,
        tokens_per_minute=row.tokens_per_minute,
        account=row.account,
        price=price_of(row),
        output_terms=row.output_terms,
        is_simulated=row.is_simulated,
    )
    return EndpointView(row.id, row.revision, draft, row.created_at, row.retired_at)


def price_of(row: Endpoint) -> Price | None:
    """Return what the endpoint's tokens cost, or None where nobody said."""
    if row.prompt_price is None or row.completion_price is None or row.price_currency is None:
        return None
    return Price(row.prompt_price, row.completion_price, row.price_currency)


def spec_of(row: Endpoint) -> EndpointSpec:
    """Return what the client needs to ask the endpoint."""
    return EndpointSpec(
        slug=row.slug,
        model=row.model,
        dialect=row.dialect,
        url=row.url,
        api_key_ref=row.api_key_ref,
        parameters=json.loads(row.parameters),
        max_concurrency=row.max_concurrency,
        max_attempts=row.max_attempts,
        request_timeout_s=row.request_timeout_s,
        total_timeout_s=row.total_timeout_s,
        requests_per_minute=row.requests_per_minute,
        tokens_per_minute=row.tokens_per_minute,
        account=row.account,
    )
