"""Find the sources that a response cites, so that each can be checked on the form.

What counts: links and addresses, identifiers of papers, cases ("Donoghue v Stevenson") and
numbered provisions ("Labor Code § 925", "Article 6"). The list is a help for the annotator,
not a claim of completeness; the same text always gives the same list.
"""

import re
from dataclasses import dataclass
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
_CITATION = re.compile("|".join(f"(?P<{kind}_>{text})" for kind, text in _PATTERNS.items()))
_LEADING = re.compile(r"^(?:(?:In|See|Under|Per|And|The|But|To|Of|For|By|Since|On) )+")


@dataclass(frozen=True, slots=True)
class Citation:
    """Name one source: what to call it, and the host it links to, if it does."""

    label: str
    host: str = ""


def find_citations(text: str) -> tuple[Citation, ...]:
    """Return the sources that ``text`` cites, in order and once each, at most ``LIMIT``."""
    found: dict[str, Citation] = {}
    for match in _CITATION.finditer(text):
        citation = _citation(match)
        found.setdefault(citation.label.casefold(), citation)
        if len(found) == LIMIT:
            break
    return tuple(found.values())


def _citation(match: re.Match[str]) -> Citation:
    target = match["target"] or match["address_"]
    if match["label"]:
        return Citation(_cut(" ".join(match["label"].split())), host_of(target))
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
