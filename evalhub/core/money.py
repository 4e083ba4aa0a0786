"""Write and read amounts of money as whole numbers of a currency's minor unit."""

import re

from evalhub.errors import BadInput

NO_MINOR_UNIT = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND"}
    | {"VUV", "XAF", "XOF", "XPF"}
)
THREE_DIGITS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
SECONDS_AN_HOUR = 3600
LEAST_TIMED_SECONDS = 600
"""Active time from which on an hourly rate is told: ten minutes. A comparison answered in seconds
would come to thousands an hour, which nobody will earn."""
MAX_MINOR_UNITS = 1_000_000_000
"""Fits the 32 bits of its column with room to add a few of them up."""

COMMA_DIGITS = 2
"""Decimal digits that may follow a comma; before three it might set thousands apart."""

_AMOUNT = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,3})|,([0-9]{1,2}))?")
_CURRENCY = re.compile(r"[A-Z]{3}")


def is_currency(text: str) -> bool:
    """Tell whether ``text`` has the form of a currency code such as ``EUR``."""
    return _CURRENCY.fullmatch(text) is not None


def minor_digits(currency: str) -> int:
    """Return how many decimal digits the currency's amounts have."""
    if currency in NO_MINOR_UNIT:
        return 0
    return 3 if currency in THREE_DIGITS else 2


def amount(minor_units: int, currency: str) -> str:
    """Return an amount such as ``1014.00``, as programs and spreadsheets read it."""
    digits = minor_digits(currency)
    whole, rest = divmod(minor_units, 10**digits)
    return f"{whole}.{rest:0{digits}}" if digits else str(whole)


def format_money(minor_units: int, currency: str) -> str:
    """Return an amount such as ``14.00 EUR``."""
    digits = minor_digits(currency)
    whole, rest = divmod(minor_units, 10**digits)
    return f"{whole:,}.{rest:0{digits}} {currency}" if digits else f"{whole:,} {currency}"


def hourly_rate(minor_units: int, seconds: float) -> int:
    """Return what ``minor_units`` in ``seconds`` come to in an hour, rounded down.

    Down, so that a page never shows a rate that was not reached.
    """
    return int(minor_units * SECONDS_AN_HOUR // seconds)


def effective_hour(minor_units: int, seconds: float) -> int | None:
    """Return the hourly rate of money over counted time; None where that is too short to tell."""
    return hourly_rate(minor_units, seconds) if seconds >= LEAST_TIMED_SECONDS else None


def parse_money(text: str, currency: str, *, where: str) -> int:
    """Return the minor units of an amount such as ``14``, ``14.50`` or ``14,50``.

    Raise ``BadInput`` for what is none, and for more digits than the currency has.
    """
    match, digits = _AMOUNT.fullmatch(text.strip()), minor_digits(currency)
    rest = (match and (match[2] or match[3])) or ""
    if match is None or len(rest) > digits:
        raise BadInput.at(where, f"{text[:40]!r} is not an amount of {currency} such as 14")
    # By digits and never by float: 0.29 * 100 is 28.999999999999996.
    minor_units = int(match[1] + rest.ljust(digits, "0"))
    if minor_units > MAX_MINOR_UNITS:
        raise BadInput.at(where, f"{text[:40]!r} is more than EvalHub books for one judgment")
    return minor_units
