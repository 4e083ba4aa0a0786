"""Rules of pay for looking again: who caused it pays for it, and an hour is an hour.

A talk that we ask for is paid at the project's hour. Revising after a return is unpaid while the
return stands; when an appeal shows that the reviewer was mistaken, that time is paid after all, and
so is the time of the appeal. What is settled otherwise later is set right by further entries.
"""

from evalhub.core.money import SECONDS_AN_HOUR
from evalhub.core.pay.ledger import MOVED, Entry, UnpaidReason, WorkKind
from evalhub.core.pay.tiers import Price
from evalhub.core.reviewing.vocabulary import CaseKind


def revised(
    case_id: int, person_id: int, kind: CaseKind, price: Price, *, seconds: float | None
) -> tuple[Entry, ...]:
    """Return the entries of a revision that a case asked for.

    Up to the minutes that a comparison is expected to take are paid, as for the comparison
    itself; what lies over them is unpaid with that reason. Where ``seconds`` is None nobody counted
    them, as in a browser without scripts, and the expected minutes are booked: the work was done.
    """
    whole = price.cap_seconds if seconds is None else round(seconds)
    key = rework_key(case_id, person_id)
    if not whole:
        return ()
    if not price.minor_units:
        return (Entry(key, WorkKind.REWORK, whole, 0, price.currency, UnpaidReason.VOLUNTEER),)
    if kind is CaseKind.REVIEW:
        return (Entry(key, WorkKind.REWORK, whole, 0, price.currency, UnpaidReason.REWORK),)
    return _paid(key, WorkKind.REWORK, whole, price)


def appeal_upheld(
    case_id: int, person_id: int, price: Price, *, minutes: int, unpaid_seconds: int
) -> tuple[Entry, ...]:
    """Return the entries of an appeal that was right.

    ``unpaid_seconds`` is the rework that was booked unpaid; it is taken back and booked again
    with its pay.
    """
    key, entries = rework_key(case_id, person_id), list[Entry]()
    if unpaid_seconds:
        back = UnpaidReason.REWORK
        entries.append(
            Entry(f"{key}{MOVED}", WorkKind.REWORK, -unpaid_seconds, 0, price.currency, back)
        )
        entries += _paid(f"{key}:upheld", WorkKind.REWORK, unpaid_seconds, price)
    if minutes:
        appeal, seconds = f"review:{case_id}:appeal:{person_id}", minutes * 60
        entries.append(_at_hour(appeal, WorkKind.APPEAL, seconds, price))
    return tuple(entries)


def appeal_rejected(
    case_id: int, person_id: int, *, minutes: int, currency: str
) -> tuple[Entry, ...]:
    """Return the entry of the time that a rejected appeal took; none where it took none."""
    key = f"review:{case_id}:appeal:{person_id}"
    unpaid = Entry(key, WorkKind.APPEAL, minutes * 60, 0, currency, UnpaidReason.APPEAL)
    return (unpaid,) if minutes else ()


def rework_key(case_id: int, person_id: int) -> str:
    """Return the key of the entry that books an expert's revision in a case."""
    return f"review:{case_id}:rework:{person_id}"


def _paid(key: str, kind: WorkKind, seconds: int, price: Price) -> tuple[Entry, ...]:
    covered = min(seconds, price.cap_seconds)
    paid = _at_hour(key, kind, covered, price)
    over = Entry(f"{key}:over", kind, seconds - covered, 0, price.currency, UnpaidReason.OVER_CAP)
    return (paid, over) if over.seconds else (paid,)


def _at_hour(key: str, kind: WorkKind, seconds: int, price: Price) -> Entry:
    if not price.minor_units:
        return Entry(key, kind, seconds, 0, price.currency, UnpaidReason.VOLUNTEER)
    money = seconds * price.per_hour // SECONDS_AN_HOUR
    return Entry(key, kind, seconds, money, price.currency)
