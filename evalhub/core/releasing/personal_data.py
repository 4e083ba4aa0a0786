"""Search texts for personal data that has a form: addresses, phone, account and card numbers.

Found are e-mail addresses, phone numbers in international form (by phonenumbers, the port of
Google's libphonenumber), and IBANs, payment-card numbers and United States social security
numbers whose check digits or ranges hold (by python-stdnum). Names, postal addresses, dates of
birth, record numbers and phone numbers in national form are not found: they have no form that
tells them from other words and figures, and the models that guess them are not needed to find
what must never be published. A text without hits is therefore not a text without personal data.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
import stdnum
from stdnum import iban, luhn
from stdnum.us import ssn

from evalhub.core.releasing.clearance import ScanCount, ScanFacts, ScanPlace

METHOD = (
    "Patterns with check digits: e-mail addresses, phone numbers in international form, IBANs, "
    "payment cards, United States social security numbers. Names, postal addresses, dates and "
    "record numbers are not found. Addresses at domains that are reserved for examples are left "
    "out."
)
LIBRARIES = (f"phonenumbers {phonenumbers.__version__}", f"python-stdnum {stdnum.__version__}")


class DataKind(StrEnum):
    """Name one kind of personal data that can be found by its form."""

    EMAIL = "email"
    """An e-mail address."""
    PHONE = "phone"
    """A phone number with its country code."""
    IBAN = "iban"
    """An international bank account number."""
    PAYMENT_CARD = "payment_card"
    """The number of a payment card."""
    US_SSN = "us_ssn"
    """A social security number of the United States."""


_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+%-]{1,64}@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)+[A-Za-z]{2,24})\b"
)
# RFC 2606 and 6761: nobody can have an address there, and teaching material is full of them.
_RESERVED = re.compile(
    r"(?:^|\.)(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)$", re.IGNORECASE
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?!\w)")
_CARD = re.compile(r"(?<![\w.-])[3-6]\d{3}(?:[ -]?\d){9,15}(?![\w-]|\.\d)")
_SSN = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_MIN_CARD, _MAX_CARD = 13, 19


@dataclass(frozen=True, slots=True)
class Search:
    """Hold how one kind is found, and a hint that every text which holds it must have.

    The hint is no part of the rule: it spares the search, which is slower by far, over the
    gigabytes in which nothing of the kind can be.
    """

    hint: re.Pattern[str]
    find: Callable[[str], Iterator[str]]


def find_personal_data(text: str) -> Counter[DataKind]:
    """Return how many pieces of personal data of each kind ``text`` holds."""
    found: Counter[DataKind] = Counter()
    for kind, search in SEARCHES.items():
        if search.hint.search(text) is not None:
            n = sum(1 for _ in search.find(text))
            if n:
                found[kind] = n
    return found


def worth_searching(texts: Sequence[str]) -> list[bool]:
    """Tell of each text whether any hint might be in it; where none is, nothing can be found.

    One automaton looks for all hints at once in all texts, which is most of what a scan of
    gigabytes takes. It knows fewer rules than the hints, so it may say yes too often, and never no
    where one of them holds.
    """
    found = pc.match_substring_regex(pa.array(texts, pa.large_string()), _ANY_HINT)
    return [bool(one) for one in found.to_pylist()]


@dataclass(slots=True)
class PersonalDataScan:
    """Search one text after another and count; texts are not kept."""

    n_texts: int = 0
    _texts: Counter[tuple[DataKind, ScanPlace]] = field(default_factory=Counter)
    _hits: Counter[tuple[DataKind, ScanPlace]] = field(default_factory=Counter)

    def is_found(self, text: str, place: ScanPlace) -> bool:
        """Search ``text`` and tell whether it holds any personal data."""
        self.n_texts += 1
        found = find_personal_data(text)
        for kind, n in found.items():
            self._texts[kind, place] += 1
            self._hits[kind, place] += n
        return bool(found)

    def found_in(self, texts: Sequence[str], place: ScanPlace) -> list[bool]:
        """Search many texts and tell of each whether it holds any personal data."""
        is_worth = worth_searching(texts)
        self.n_texts += is_worth.count(False)
        return [
            worth and self.is_found(text, place)
            for text, worth in zip(texts, is_worth, strict=True)
        ]

    def facts(self) -> ScanFacts:
        """Return what was searched and found, by kind and place."""
        return ScanFacts(
            method=METHOD,
            libraries=LIBRARIES,
            n_texts=self.n_texts,
            counts=tuple(
                ScanCount(kind.value, place, self._texts[kind, place], self._hits[kind, place])
                for kind in DataKind
                for place in ScanPlace
                if self._hits[kind, place]
            ),
        )


def _emails(text: str) -> Iterator[str]:
    for match in _EMAIL.finditer(text):
        if not _RESERVED.search(match[1]):
            yield match[0]


def _phones(text: str) -> Iterator[str]:
    # Without a region only numbers that begin with their country code are read. National forms
    # would make a phone number of every other figure in a table of doses or of prices.
    for match in phonenumbers.PhoneNumberMatcher(text, None):
        yield match.raw_string


def _ibans(text: str) -> Iterator[str]:
    for match in _IBAN.finditer(text):
        if iban.is_valid(match[0]):
            yield match[0]


def _cards(text: str) -> Iterator[str]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        # Numbers that repeat one digit pass the check and are drawn, not issued.
        is_long_enough = _MIN_CARD <= len(digits) <= _MAX_CARD
        if is_long_enough and len(set(digits)) > 1 and luhn.is_valid(digits):
            yield match[0]


def _ssns(text: str) -> Iterator[str]:
    for match in _SSN.finditer(text):
        if ssn.is_valid(match[0]):
            yield match[0]


SEARCHES: Mapping[DataKind, Search] = {
    DataKind.EMAIL: Search(re.compile("@"), _emails),
    # What phonenumbers lets stand between figures, and no number has fewer than seven of them.
    DataKind.PHONE: Search(re.compile(r"[+\uff0b][\WxX]{0,4}\d(?:[\WxX]{0,4}\d){6}"), _phones),
    DataKind.IBAN: Search(re.compile(r"[A-Z]{2}\d{2}"), _ibans),
    DataKind.PAYMENT_CARD: Search(re.compile(r"[3-6]\d{3}(?:[ -]?\d){9}"), _cards),
    DataKind.US_SSN: Search(re.compile(r"\d-\d{2}-\d"), _ssns),
}
"""How each kind is found."""

# Python counts the figures of every script as such. Here each letter beyond ASCII stands for one:
# which of them are figures depends on the version of Unicode, and RE2 and Python may differ in it.
_FIGURE = r"[0-9\x{80}-\x{10FFFF}]"
_ANY_HINT = "|".join(
    [
        "@",
        rf"[+\x{{FF0B}}](?s:.){{0,4}}{_FIGURE}",
        rf"[A-Z]{{2}}{_FIGURE}{{2}}",
        rf"[3-6]{_FIGURE}{{3}}(?:[ -]?{_FIGURE}){{9}}",
        rf"{_FIGURE}-{_FIGURE}{{2}}-{_FIGURE}",
    ]
)
"""What holds wherever one of the hints does, in the language of RE2."""
