"""Check how often and with what a pull asks, and what it may spend."""

from collections.abc import Sequence
from dataclasses import dataclass

from evalhub.core.pulling.costs import Amount
from evalhub.db.models import Endpoint
from evalhub.endpoints.dialects import DIALECTS
from evalhub.errors import BadInput
from evalhub.services.endpoints.views import price_of

MAXIMUM_SAMPLES = 20
MAXIMUM_SEED = 2**31 - 1 - MAXIMUM_SAMPLES
"""The seed of the last sample must still fit where servers keep it: 32 bits with a sign."""


@dataclass(frozen=True, slots=True)
class PullOptions:
    """Say how often each endpoint answers each prompt, from which seed, and for how much.

    ``budget_micro`` is in millionths of the currency in which the endpoints are priced.
    """

    n_samples: int = 1
    seed: int | None = None
    budget_micro: int | None = None


ONCE = PullOptions()
"""One answer to each prompt, without a seed or a budget."""


def check_options(options: PullOptions, endpoints: Sequence[Endpoint]) -> Amount | None:
    """Return the budget with its currency, or None; raise ``BadInput`` for what cannot be kept."""
    if not 1 <= options.n_samples <= MAXIMUM_SAMPLES:
        raise BadInput.at("samples", f"must lie between 1 and {MAXIMUM_SAMPLES}")
    if options.seed is not None:
        _check_seed(options.seed, endpoints)
    if options.budget_micro is None:
        return None
    if options.budget_micro <= 0:
        raise BadInput.at("budget", "must be more than nothing")
    return Amount(options.budget_micro, _currency(endpoints))


def _check_seed(seed: int, endpoints: Sequence[Endpoint]) -> None:
    if not 0 <= seed <= MAXIMUM_SEED:
        raise BadInput.at("seed", f"must lie between 0 and {MAXIMUM_SEED}")
    for row in endpoints:
        if not DIALECTS[row.dialect].takes_seed:
            raise BadInput.at("seed", f"{row.slug} speaks {row.dialect}, which knows no seeds")


def _currency(endpoints: Sequence[Endpoint]) -> str:
    """Return the currency of all prices; a budget over two could not be added up."""
    currencies = set()
    for row in endpoints:
        price = price_of(row)
        if price is None:
            raise BadInput.at("budget", f"{row.slug} has no price, so nobody could keep to it")
        currencies.add(price.currency)
    if len(currencies) > 1:
        names = ", ".join(sorted(currencies))
        raise BadInput.at("budget", f"the endpoints are priced in {names}; a budget needs one")
    return currencies.pop()
