"""Find the sources that a response cites, so that each can be checked on the form.

What counts: links and addresses, identifiers of papers, cases ("Donoghue v Stevenson") and
numbered provisions ("Labor Code § 925", "Article 6"). The list is a help for the annotator,
not a claim of completeness; the same text always gives the same list.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

LIMIT = 30
"""How many sources of one response are listed."""
MAX_LABEL = 90

# Every repetition is bounded and starts at the edge of a word, so that a hostile text costs
# no more than its length.
_WORD = r"(?<![\w.'\u2019&-])[A-Z][\w.'\u2019&-]{0,40}"
_NAME = rf"{_WORD}(?:,? (?:of|the|and|for|[A-Z&][\w.'\u2019&-]{{0,40}})){{0,5}}"
_PATTERNS = {
    "link": r"\[(?P<label>[^\[\]\n]{1,200})\]\((?P<target>https?://[^\s)]{1,500})\)",
    "address": r"https?://[^\s<>)\]\"']{1,500}",
    "paper": r"\b(?:doi:\s?10\.\d{4,9}/[^\s,;]{1,100}|PMID:?\s?\d{4,9}|PMC\d{4,9})\b",
    "case": rf"{_NAME} vs?\.? {_NAME}",
    "act": (
        r"\b(?:[Dd]irective|[Rr]egulation)s? (?:\((?:EU|EC|EEC)\) )?(?:No\.? ?)?"
        r"\d{1,4}/\d{1,4}(?:/[A-Z]{2,3})?"
    ),
    "docket": r"\b[CTF]-\d{1,4}/\d{2}\b",
    "provision": (
        rf"(?:{_WORD} (?:(?:[A-Z][\w&.]{{0,40}}|of|the|and|to|for) ){{0,4}})?"
        r"(?:\u00a7{1,2}|\b(?:[Ss]ections?|[Ss]\.|[Aa]rticles?|[Aa]rt\.|[Rr]ules?|[Rr]egulations?))"
        r"\s?\d{1,9}[\w.]{0,20}(?:\(\w{1,4}\)){0,5}"
    ),
}
_HINTS = {
    "link": re.compile(r"\]\(http"),
    "address": re.compile("http"),
    "paper": re.compile("doi:|PM"),
    "case": re.compile(r" vs?\.? [A-Z]"),
    "act": re.compile("irective|egulation"),
    "docket": re.compile(r"[CTF]-\d"),
    "provision": re.compile(r"(?:\u00a7|ections?|[Ss]\.|rticles?|rt\.|ules?|egulations?)\s?\d"),
}
"""What a text must hold for a pattern to match anywhere in it. Most texts hold few of these, and
trying every pattern at every place of them takes longer than anything else on a new page."""
_LEADING = re.compile(r"^(?:(?:In|See|Under|Per|And|The|But|To|Of|For|By|Since|On) )+")


@dataclass(frozen=True, slots=True)
class Citation:
    """Name one source: what to call it, and the host it links to, if it does."""

    label: str
    host: str = ""


def find_citations(text: str) -> tuple[Citation, ...]:
    """Return the sources that ``text`` cites, in order and once each, at most ``LIMIT``."""
    found: dict[str, Citation] = {}
    for match in _citations(tuple(kind for kind in _PATTERNS if _HINTS[kind].search(text)), text):
        citation = _citation(match)
        found.setdefault(citation.label.casefold(), citation)
        if len(found) == LIMIT:
            break
    return tuple(found.values())


def _citations(kinds: tuple[str, ...], text: str) -> Iterator[re.Match[str]]:
    return _pattern(kinds).finditer(text) if kinds else iter(())


@cache
def _pattern(kinds: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{kind}_>{_PATTERNS[kind]})" for kind in kinds))


def _citation(match: re.Match[str]) -> Citation:
    parts = match.groupdict("")
    target = parts.get("target") or parts.get("address_")
    if named := parts.get("label"):
        return Citation(_cut(" ".join(named.split())), host_of(target or ""))
    label = " ".join(match.group().replace("*", "").split())
    return Citation(_cut(_LEADING.sub("", label).rstrip(".,;:")), host_of(target or ""))


def host_of(address: str) -> str:
    """Return the host of an address as it is shown beside an inert link; empty when it has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _cut(label: str) -> str:
    return label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1] + "…"
