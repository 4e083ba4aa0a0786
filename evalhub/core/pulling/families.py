"""Find text in which a model introduces itself by its family, such as "Aspen" of aspen-small.

A family's name may be any word, so it counts only right after words with which a text speaks
of itself: an answer about the town of Aspen stays as it is.
"""

import re
from collections.abc import Iterator, Sequence

MINIMUM_LETTERS = 4
COMMON = frozenset(
    {
        *("answer", "answers", "assistant", "base", "baseline", "basic", "best", "beta"),
        *("brief", "careful", "chat", "chinese", "code", "coder", "coding", "command"),
        *("compact", "core", "default", "demo", "distill", "doctor", "domain", "edge"),
        *("endpoint", "english", "expert", "fast", "final", "flash", "free", "french", "full"),
        *("general", "german", "good", "great", "instant", "instruct", "large", "latest"),
        *("lawyer", "legal", "lite", "local", "long", "math", "medical", "medicine", "medium"),
        *("micro", "mini", "model", "models", "multilingual", "nano", "online", "open"),
        *("plain", "plus", "preview", "prime", "prod", "public", "quick", "reasoner"),
        *("reasoning", "reference", "release", "robot", "scripted", "server", "short"),
        *("simulated", "small", "standard", "strong", "super", "sure", "teacher", "test"),
        *("text", "think", "thinking", "tiny", "tuned", "turbo", "ultra", "version", "vision"),
        *("weak", "with", "writer"),
    }
)
"""Words in the names of models and endpoints that name no family."""

_WORD = re.compile(r"[A-Za-z]+")
_KIND = (
    r"(?:AI|LLM|(?:large\s)?language\smodel|model|assistant|chat\s?bot|bot|"
    r"(?:AI|virtual|digital|medical|legal|helpful)\s(?:assistant|model))"
)
_MAKING = r"(?:(?:made|built|trained|developed|created|designed|provided|released|fine-?tuned)\s)"
_BY = rf"(?:,?\s(?:{_MAKING}?(?:by|from|at)|called|named))"
_SELF = r"(?:\bI\sam|\bI['\u2019]m|\bmy\sname\sis|\bcall\sme)"
_OPENING = r"(?:(?<![\s\S])|(?<=[.!?]\s)|(?<=\n)|(?i:\b(?:hi|hello|hey)[,!]?\s))"
_REACH = 120
"""Characters before a name in which an introduction must begin."""


def families_of(names: Sequence[str]) -> list[str]:
    """Return the words in ``names`` that may name a family, in lower case, each once."""
    words = [word.lower() for name in names for word in _WORD.findall(name)]
    return [
        word for word in dict.fromkeys(words) if len(word) >= MINIMUM_LETTERS and word not in COMMON
    ]


def family_introductions(text: str, names: Sequence[str]) -> Iterator[re.Match[str]]:
    """Yield each passage in which ``text`` introduces itself by a family of ``names``.

    Once it has, the name stands for the model wherever it is written as a name, so these
    places follow: "I am Aspen. Aspen advises rest." would else tell it one sentence later.
    """
    folded = text.lower()
    for family in families_of(names):
        if family not in folded:
            continue
        told = list(_introductions(text, family))
        yield from told
        if told:
            yield from re.finditer(rf"\b(?:{family.capitalize()}|{family.upper()})\b", text)


def _introductions(text: str, family: str) -> Iterator[re.Match[str]]:
    name = rf"(?i:{family})(?![A-Za-z])"
    # "I am clear" is a sentence like any other: without more, only a capital makes a name.
    proper = rf"(?:{family.capitalize()}|{family.upper()})(?![A-Za-z])"
    patterns = (
        rf"(?i:\bas\s(?:an?|your|the)\s{_KIND}{_BY})\s{name}",
        rf"(?i:{_SELF}\s(?:an?|the|your)\s{_KIND}{_BY})\s{name}",
        rf"(?i:\bI\s(?:was|am|have\sbeen)\s{_MAKING}by)\s{name}",
        rf"(?i:{_SELF})\s(?:the\s)?{proper}(?!\s[A-Z])",
        rf"{_OPENING}{proper}\shere(?=\s*[,.!:;\u2013\u2014-])",
        rf"\b(?i:this\sis)\s{proper}(?=,\s(?:an?|your|the)\s(?i:{_KIND})|\sspeaking\b)",
    )
    for start, end in _windows(text, family):
        for pattern in patterns:
            yield from re.compile(pattern).finditer(text, start, end)


def _windows(text: str, family: str) -> Iterator[tuple[int, int]]:
    """Yield what surrounds each place of ``family``; a long text is not searched whole."""
    for hit in re.finditer(re.escape(family), text, re.IGNORECASE):
        yield max(0, hit.start() - _REACH), min(len(text), hit.end() + _REACH // 2)
