"""The tiers of work, the least that an hour of each is paid, and which tier a rubric asks for.

A price is paid for a comparison; what makes it fair is the hour it comes to at the minutes that the
project itself expects. The floors are the operator's: a setting, and not a law of EvalHub.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from evalhub.core.money import SECONDS_AN_HOUR, format_money, hourly_rate, is_currency, parse_money
from evalhub.errors import BadInput

SECONDS_A_MINUTE = 60
STEM_DOMAINS = frozenset({"coding", "robotics"})
"""Domains whose professions are engineering; in every other one a licence makes a professional."""


class PayTier(StrEnum):
    """What kind of work a project asks for, which decides the least it pays."""

    VOLUNTEER = "volunteer"
    """Nobody is paid, and whoever claims is told so."""
    GENERAL = "general"
    """No profession is needed."""
    MULTILINGUAL = "multilingual"
    """A second language is needed and no profession."""
    CODING_STEM = "coding_stem"
    """Programming, engineering or another natural science."""
    PROFESSIONAL = "professional"
    """A profession with a licence or a chartered title, such as medicine or law."""


@dataclass(frozen=True, slots=True)
class Floors:
    """Hold the least an hour is paid, in minor units, by tier and currency."""

    by_tier: Mapping[tuple[PayTier, str], int]

    def find(self, tier: PayTier, currency: str) -> int | None:
        """Return the floor of a tier, or None where the operator has set none in this currency."""
        return self.by_tier.get((tier, currency))


_FLOOR = re.compile(r"([a-z_]+)\s*=\s*(\S+)\s+([A-Z]{3})")


def parse_floors(text: str) -> Floors:
    """Return the floors of ``general=20 USD, professional=50 USD``; raise ``BadInput``."""
    floors: dict[tuple[PayTier, str], int] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        match = _FLOOR.fullmatch(part)
        if match is None or match[1] not in _PAID or not is_currency(match[3]):
            known = ", ".join(_PAID)
            raise BadInput.at(
                "pay floors", f"{part[:60]!r} is not TIER=AMOUNT CURRENCY; the tiers are {known}"
            )
        key = PayTier(match[1]), match[3]
        if key in floors:
            raise BadInput.at("pay floors", f"{match[1]} is given twice in {match[3]}")
        floors[key] = parse_money(match[2], match[3], where="pay floors")
    return Floors(floors)


_PAID = tuple(tier.value for tier in PayTier if tier is not PayTier.VOLUNTEER)


@dataclass(frozen=True, slots=True)
class Price:
    """Hold what a comparison pays, and the minutes it is expected to take."""

    minor_units: int
    currency: str
    expected_minutes: int

    @property
    def cap_seconds(self) -> int:
        """Return the time that the price was made for."""
        return self.expected_minutes * SECONDS_A_MINUTE

    @property
    def per_hour(self) -> int:
        """Return what an hour comes to at the expected minutes, rounded down."""
        return hourly_rate(self.minor_units, self.cap_seconds)


def least_tier(domain: str, *, credentials: bool, is_verified: bool) -> PayTier:
    """Return the lowest tier that the demands of a rubric or a project on its annotators allow.

    Whoever is asked for a verified licence works in that profession, so a project cannot call
    the work general and pay less for it.
    """
    if not credentials:
        return PayTier.GENERAL
    if domain in STEM_DOMAINS or not is_verified:
        return PayTier.CODING_STEM
    return PayTier.PROFESSIONAL


def stricter(one: PayTier, other: PayTier) -> PayTier:
    """Return the tier of the two that promises more."""
    return max(one, other, key=_RANK.__getitem__)


def tier_of(chosen: PayTier | None, least: PayTier, *, pay_minor_units: int) -> PayTier:
    """Return the tier of a new project; raise ``BadInput`` for one under what is asked for.

    Without a choice, unpaid work is volunteered and the rest has the least tier.
    """
    if chosen is None:
        return least if pay_minor_units else PayTier.VOLUNTEER
    if (chosen is PayTier.VOLUNTEER) is (pay_minor_units > 0):
        rule = "volunteer work pays nothing, and what pays nothing is volunteer work"
        raise BadInput.at("pay_tier", rule)
    if chosen is not PayTier.VOLUNTEER and _RANK[chosen] < _RANK[least]:
        rule = (
            f"{chosen.value!r} is under {least.value!r}, which the demands of its rubric or its "
            "own make it"
        )
        raise BadInput.at("pay_tier", rule)
    return chosen


_RANK = {tier: rank for rank, tier in enumerate(PayTier)}


def check_floor(tier: PayTier, price: Price, floors: Floors) -> None:
    """Raise ``BadInput`` when ``price`` is under the floor of its tier, or has none to be held to.

    The price is compared with the floor's share of the expected minutes, in whole numbers, so
    that no rounding lets a price through that is a fraction short.
    """
    if tier is PayTier.VOLUNTEER:
        return
    floor = floors.find(tier, price.currency)
    if floor is None:
        rule = (
            f"there is no floor for {tier.value} work in {price.currency}; "
            "the operator sets one in EVALHUB_PAY_FLOORS"
        )
        raise BadInput.at("pay", rule)
    if price.minor_units * SECONDS_AN_HOUR < floor * price.cap_seconds:
        rule = (
            f"{format_money(price.minor_units, price.currency)} for {price.expected_minutes} min "
            f"comes to {format_money(price.per_hour, price.currency)} an hour; {tier.value} "
            f"work is paid {format_money(floor, price.currency)} or more"
        )
        raise BadInput.at("pay", rule)
