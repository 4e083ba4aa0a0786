"""State what was offered for the judgments of a release, and what their hours came to.

The ledger is one of people, and a dossier goes to strangers: a sum is stated only when at least
``K_LABS`` people have a part in it. Reasons of unpaid time that fewer people share are stated
together, and together with the rarest of the others where even so they are too few; the part that
is left out could otherwise be had by subtraction.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from evalhub.core.money import LEAST_TIMED_SECONDS, effective_hour, format_money, hourly_rate
from evalhub.core.pay.ledger import UnpaidReason
from evalhub.core.pay.tiers import Price
from evalhub.core.pay.words import REASON_WORDS
from evalhub.core.releasing.dossier.fields import (
    DossierField,
    Figure,
    Unit,
    absent,
    computed,
    count,
    words,
)
from evalhub.core.releasing.dossier.vocabulary import K_LABS, FieldName

NOTHING_BOOKED = (
    "Nothing stands in the ledger of the project up to the newest judgment: the judgments were "
    "imported, or made before work was booked. What is offered stands under Pay as offered."
)
TOO_FEW = (
    f"Fewer than {K_LABS} people have entries in the ledger of the project up to the newest "
    "judgment, in any one currency. A sum over so few would tell what single people were paid."
)
FEW_TIMED = f"Fewer than {K_LABS} people had a counted time, or were paid for some of it."
SHORT_TIME = (
    f"Too little time to tell: an hour is told from {LEAST_TIMED_SECONDS // 60} minutes of counted "
    "time on."
)
LEDGER_METHOD = (
    "Sums over the ledger of the project up to the newest judgment, without simulated people and "
    "whatever the filters left out. The effective hour is all money over all active time, the "
    "unpaid included, rounded down; entries whose time no script counted are left out of it on "
    f"both sides. No sum is over fewer than {K_LABS} people: rarer reasons are put together, and "
    "what could be had by subtraction is left out. Teams are numbered in a release, alike in every "
    "currency, and counted by who was in them at the newest judgment. n counts people: of an hour "
    "those with counted time or money for it, of a time those who had some of it."
)


@dataclass(frozen=True, slots=True)
class Offer:
    """Hold one version of a project's terms, and how many judgments were claimed under it."""

    number: int
    tier: str
    price: Price
    n_judgments: int

    @property
    def per_hour(self) -> int:
        """Return what an hour comes to; 0 where no minutes are expected."""
        cap = self.price.cap_seconds
        return hourly_rate(self.price.minor_units, cap) if cap else 0


@dataclass(frozen=True, slots=True)
class Share:
    """Hold one person's part of the ledger in one currency, paid or unpaid for one reason.

    ``person`` tells parts of one person from those of others and is in no result, and ``team``
    those of one team, None for who was in none.
    """

    person: int
    currency: str
    reason: UnpaidReason | None
    seconds: int
    minor_units: int
    timed_minor_units: int
    n_untimed: int
    team: int | None = None


@dataclass(frozen=True, slots=True)
class TeamPart:
    """Hold the counted time of one team's people, and what was booked for it.

    One team has one number in all currencies of a release.
    """

    number: int
    n_people: int
    seconds: int
    timed_minor_units: int


@dataclass(frozen=True, slots=True)
class Part:
    """Hold unpaid time by its reasons, with how many people had it."""

    reasons: tuple[str, ...]
    seconds: int
    n_people: int


@dataclass(frozen=True, slots=True)
class CurrencyLedger:
    """Hold what was booked in one currency, of ``n_people``.

    ``n_counted`` have counted time or money for it, ``n_timed`` have counted time and ``n_paid``
    were paid for some of theirs. ``seconds`` and ``timed_minor_units`` are None where any of these
    are too few. ``paid_seconds`` is None there as well, and where too few people had any unpaid
    time, of which ``unpaid`` then says nothing. ``minor_units`` and ``n_untimed`` are None where
    too few had entries without a counted time, whose money the rest would give away.
    """

    currency: str
    n_people: int
    n_counted: int
    n_timed: int
    n_paid: int
    minor_units: int | None
    timed_minor_units: int | None
    seconds: int | None
    paid_seconds: int | None
    n_untimed: int | None
    unpaid: tuple[Part, ...]
    teams: tuple[TeamPart, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """Hold what may be said of a ledger; ``n_disputes`` is None where too few people had one."""

    is_empty: bool = True
    currencies: tuple[CurrencyLedger, ...] = ()
    n_disputes: int | None = 0
    n_upheld: int | None = 0


def ledger_facts(
    shares: Sequence[Share], *, n_disputes: int = 0, n_upheld: int = 0, n_disputing: int = 0
) -> LedgerFacts:
    """Return what may be said of a ledger, of which ``shares`` are the parts of single people."""
    by_currency: dict[str, list[Share]] = {}
    for share in shares:
        by_currency.setdefault(share.currency, []).append(share)
    is_sayable = not n_disputing or n_disputing >= K_LABS
    return LedgerFacts(
        is_empty=not shares,
        currencies=_numbered(
            [
                _currency(currency, found)
                for currency, found in sorted(by_currency.items())
                if _n_people(found) >= K_LABS and _is_sayable(_paid(found))
            ]
        ),
        n_disputes=n_disputes if is_sayable else None,
        n_upheld=n_upheld if is_sayable else None,
    )


def _numbered(ledgers: Sequence[CurrencyLedger]) -> tuple[CurrencyLedger, ...]:
    """Return the ledgers with their teams numbered from 1, each the same in every currency."""
    told = sorted({team.number for one in ledgers for team in one.teams})
    numbers = {team: number for number, team in enumerate(told, start=1)}
    return tuple(
        replace(one, teams=tuple(replace(team, number=numbers[team.number]) for team in one.teams))
        for one in ledgers
    )


def _currency(currency: str, shares: Sequence[Share]) -> CurrencyLedger:
    parts = tuple(_parts(shares))
    is_split = all(part.n_people >= K_LABS for part in parts)
    is_untimed_sayable = _is_sayable([share for share in shares if share.n_untimed])
    counted = [share for share in shares if share.seconds or share.timed_minor_units]
    # Enough people with entries are not enough: the time, and the money for it, may be of one.
    is_counted_sayable = _is_of_enough(counted) and _is_sayable(_timed(_paid(counted)))
    return CurrencyLedger(
        currency=currency,
        n_people=_n_people(shares),
        n_counted=_n_people(counted),
        n_timed=_n_people(_timed(counted)),
        n_paid=_n_people(_timed(_paid(counted))),
        minor_units=sum(share.minor_units for share in shares) if is_untimed_sayable else None,
        timed_minor_units=_timed_money(counted) if is_counted_sayable else None,
        seconds=_seconds(counted) if is_counted_sayable else None,
        paid_seconds=_seconds(_paid(counted)) if is_counted_sayable and is_split else None,
        n_untimed=sum(share.n_untimed for share in shares) if is_untimed_sayable else None,
        unpaid=parts if is_split else (),
        teams=_teams(counted) if is_counted_sayable else (),
    )


def _teams(counted: Sequence[Share]) -> tuple[TeamPart, ...]:
    """Return the teams of which a sum may be stated, each under its own key for a number.

    Who is in none of them must be nobody or enough people as well: the sums of the teams taken
    from that of all would else tell what those few were paid. The smallest team joins them then.
    An upheld dispute pays without time: who has nothing else is in the money and not in the time.
    """
    by_team: dict[int, list[Share]] = {}
    for share in counted:
        if share.team is not None:
            by_team.setdefault(share.team, []).append(share)
    stated = {team: own for team, own in by_team.items() if _timed(own) and _is_of_enough(own)}
    while stated and not _is_of_enough(one for one in counted if one.team not in stated):
        stated.pop(min(stated, key=lambda team: (_n_people(stated[team]), team)))
    return tuple(
        TeamPart(team, _n_people(own), _seconds(own), _timed_money(own))
        for team, own in sorted(stated.items())
    )


def _parts(shares: Sequence[Share]) -> Iterator[Part]:
    by_reason: dict[UnpaidReason, list[Share]] = {}
    for share in shares:
        # What moved away leaves nothing of its reason, and is no time that anybody spent.
        if share.reason is not None and share.seconds:
            by_reason.setdefault(share.reason, []).append(share)
    # The rarest first, so that the fewest are put together; then by name, the same every time.
    rarest = sorted(by_reason.items(), key=lambda item: (_n_people(item[1]), item[0]))
    pool: list[Share] = []
    pooled: list[str] = []
    stated: list[Part] = []
    for reason, found in rarest:
        if _n_people(found) < K_LABS or 0 < _n_people(pool) < K_LABS:
            pool += found
            pooled.append(reason.value)
        else:
            stated.append(Part((reason.value,), _seconds(found), _n_people(found)))
    if pool:
        stated.append(Part(tuple(sorted(pooled)), _seconds(pool), _n_people(pool)))
    yield from sorted(stated, key=lambda part: part.reasons)


def _timed(shares: Iterable[Share]) -> list[Share]:
    return [share for share in shares if share.seconds > 0]


def _paid(shares: Iterable[Share]) -> list[Share]:
    return [share for share in shares if share.reason is None]


def _is_sayable(shares: Iterable[Share]) -> bool:
    """Tell whether a sum may be stated: nobody has a part in it, or enough people have."""
    return _n_people(shares) not in range(1, K_LABS)


def _is_of_enough(shares: Iterable[Share]) -> bool:
    """Tell whether neither the time nor the money of some shares is that of a few of them."""
    of = list(shares)
    return all(_is_sayable(part) for part in (of, _timed(of), _paid(of)))


def _n_people(shares: Iterable[Share]) -> int:
    return len({share.person for share in shares})


def _seconds(shares: Iterable[Share]) -> int:
    return sum(share.seconds for share in shares)


def _timed_money(shares: Iterable[Share]) -> int:
    return sum(share.timed_minor_units for share in shares)


def offer_figures(offers: Sequence[Offer]) -> Iterator[Figure]:
    """Yield what each version of the terms offered; n counts the judgments claimed under it."""
    for offer in offers:
        price, n = offer.price, offer.n_judgments
        # One version needs no name: it is what the project offers.
        name = f"Version {offer.number}: " if len(offers) > 1 else ""
        offered = format_money(price.minor_units, price.currency)
        an_hour = format_money(offer.per_hour, price.currency)
        yield words(f"{name}Offered for a judgment", offered, n=n)
        yield count(f"{name}Expected minutes", price.expected_minutes, n=n)
        yield words(f"{name}Offered an hour at the expected minutes", an_hour, n=n)
        yield words(f"{name}Tier of pay", offer.tier, n=n)


def ledger_field(ledger: LedgerFacts) -> DossierField:
    """Return what the ledger came to, or why that cannot be said."""
    if not ledger.currencies:
        return absent(FieldName.PAY_LEDGER, NOTHING_BOOKED if ledger.is_empty else TOO_FEW)
    figures = [figure for one in ledger.currencies for figure in _figures(one)]
    few = "" if ledger.n_disputes is not None else f"Fewer than {K_LABS} people had one."
    figures += [
        Figure("Disputes", Unit.COUNT, ledger.n_disputes, reason=few),
        Figure("Disputes upheld", Unit.COUNT, ledger.n_upheld, reason=few),
    ]
    return computed(FieldName.PAY_LEDGER, LEDGER_METHOD, figures)


def _figures(one: CurrencyLedger) -> Iterator[Figure]:
    n, money = one.n_people, one.currency
    few = f"Fewer than {K_LABS} people had the rest of it."
    booked = None if one.minor_units is None else format_money(one.minor_units, money)
    yield Figure(f"Booked in {money}", Unit.TEXT, booked, n=n, reason="" if booked else few)
    yield from _time_figures(one, few)
    for part in one.unpaid:
        name = " or ".join(REASON_WORDS[UnpaidReason(reason)] for reason in part.reasons)
        yield Figure(f"Unpaid time, {money}: {name}", Unit.SECONDS, part.seconds, n=part.n_people)
    for team in one.teams:
        name, n_of_it = f"{money}: Team {team.number}", team.n_people
        told = _told_hour(team.timed_minor_units, team.seconds, money)
        yield Figure(f"Effective hour in {name}", Unit.TEXT, told, n_of_it, reason=_why(told))
        yield Figure(f"Active time, {name}", Unit.SECONDS, team.seconds, n_of_it)
    why = few if one.n_untimed is None else ""
    yield Figure(f"Entries without a counted time, {money}", Unit.COUNT, one.n_untimed, reason=why)


def _time_figures(one: CurrencyLedger, few: str) -> Iterator[Figure]:
    """Yield the hour, the active and the paid time; the hour lacks where there is no time."""
    money, is_told = one.currency, one.seconds is not None
    why = "" if is_told else FEW_TIMED
    hour = _hour(one)
    if one.seconds or not is_told:
        because = why or _why(hour)
        yield Figure(f"Effective hour in {money}", Unit.TEXT, hour, n=one.n_counted, reason=because)
    yield Figure(f"Active time, {money}", Unit.SECONDS, one.seconds, n=one.n_timed, reason=why)
    if is_told and one.paid_seconds is None:
        why = few
    yield Figure(f"Paid time, {money}", Unit.SECONDS, one.paid_seconds, n=one.n_paid, reason=why)


def _hour(one: CurrencyLedger) -> str | None:
    """Return what an hour came to; None where that is withheld or too little time was counted."""
    if one.timed_minor_units is None or not one.seconds:
        return None
    return _told_hour(one.timed_minor_units, one.seconds, one.currency)


def _told_hour(minor_units: int, seconds: int, currency: str) -> str | None:
    hour = effective_hour(minor_units, seconds)
    return None if hour is None else format_money(hour, currency)


def _why(hour: str | None) -> str:
    return "" if hour else SHORT_TIME
