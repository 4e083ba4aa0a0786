"""Read translations of rubrics, strictly: ``evalhub.rubric-translation/1``.

A translation is a file of its own beside its rubric, such as ``law.de.yaml`` beside
``law.yaml``: a rubric's hash stays what it is when a language is added. It names the rubric, the
version and its own language, and gives words for places that the rubric has. What it leaves out
is shown in the rubric's own language.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evalhub.core.canonical import Json, content_hash
from evalhub.core.rubrics.about import Author, Review
from evalhub.core.rubrics.canonical import fields_to_json
from evalhub.core.rubrics.decoding import decode, without_schema
from evalhub.core.rubrics.schema import Rubric
from evalhub.core.rubrics.spots import Findings, Spot, spot_of_json, walk
from evalhub.core.rubrics.texts import Locale, Slug, Version
from evalhub.core.rubrics.words import Word, in_words, words_of
from evalhub.core.rubrics.yaml_text import read_text, read_yaml

SCHEMA = "evalhub.rubric-translation/1"
_NAMED = re.compile(
    r"""^[\s{]*["']?schema["']?\s*:\s*["']?evalhub\.rubric-translation/""", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class TranslationHead:
    """Hold what a translation says about itself; ``rubric`` and ``version`` name its original."""

    rubric: Slug
    version: Version
    language: Locale
    authors: tuple[Author, ...]
    reviewed_by: tuple[Review, ...] = ()


@dataclass(frozen=True, slots=True)
class Translation:
    """Hold one translation; ``words`` are its texts by their places in the rubric."""

    head: TranslationHead
    words: Mapping[str, str]

    @property
    def language(self) -> str:
        """Return the tag of the language it is in."""
        return self.head.language


@dataclass(frozen=True, slots=True)
class TranslationFile:
    """Hold a translation whose structure is sound, before its words are held against a rubric."""

    head: TranslationHead
    words: Spot
    where: str
    lines: Mapping[str, int | None]


def is_translation(text: str | bytes) -> bool:
    """Tell whether a file calls itself a translation, so that its faults are told as one's."""
    shown = text if isinstance(text, str) else text.decode("utf-8", errors="replace")
    return _NAMED.search(shown) is not None


def read_translation(text: str | bytes, *, where: str) -> TranslationFile:
    """Return the translation in ``text``, which is YAML or JSON in UTF-8, by its structure.

    Raise ``BadInput`` with every fault in text and head, each with file, line, field and rule.
    """
    findings = Findings(where)
    return _file(read_yaml(read_text(text, findings), findings), findings)


def check_translation(file: TranslationFile, rubric: Rubric) -> Translation:
    """Return the translation of ``rubric`` in ``file``.

    Raise ``BadInput`` with every place that the rubric does not have, every text that breaks the
    rule of its place, and a head that names something else.
    """
    findings = Findings(file.where)
    _check_head(file, rubric, findings)
    words = dict(_checked_words(file.words, words_of(rubric), findings))
    if not words and not findings.problems:
        findings.add("must hold at least one word", path="words", line=file.words.line)
    findings.raise_if_any()
    return Translation(file.head, words)


def translation_from_json(value: Json, rubric: Rubric) -> Translation:
    """Return the translation whose stored JSON is ``value``; raise ``BadInput`` as when read."""
    findings = Findings(f"translation of {rubric.id} {rubric.version}")
    return check_translation(_file(spot_of_json(value, findings), findings), rubric)


def translation_to_json(translation: Translation) -> Json:
    """Return the canonical JSON value of a translation, which can be read as a file again."""
    head = fields_to_json(translation.head)
    return {"schema": SCHEMA, **head, "words": _nested(translation.words)}


def translation_hash(translation: Translation) -> str:
    """Return the SHA-256 of the canonical JSON of a translation."""
    return content_hash(translation_to_json(translation))


def translated(rubric: Rubric, translation: Translation | None) -> Rubric:
    """Return ``rubric`` in the words of ``translation``; without one in its own, marked as such."""
    if translation is None:
        return in_words(rubric, {}, rubric.locale)
    return in_words(rubric, translation.words, translation.language)


def missing_words(rubric: Rubric, translation: Translation) -> tuple[str, ...]:
    """Return the places that a translation leaves in the rubric's own language."""
    return tuple(place for place in words_of(rubric) if place not in translation.words)


def _file(spot: Spot, findings: Findings) -> TranslationFile:
    findings.raise_if_any()
    rest = without_schema(spot, SCHEMA, findings)
    words = rest.content.get("words") if isinstance(rest.content, dict) else None
    if words is None:
        findings.add("the key 'words' is missing", line=spot.line)
        words = Spot({}, "words", spot.line)
    if isinstance(rest.content, dict):
        named = {key: inner for key, inner in rest.content.items() if key != "words"}
        rest = Spot(named, rest.path, rest.line)
    head = decode(TranslationHead, rest, findings)
    lines = {spot.path: spot.line for spot in walk(rest)}
    return TranslationFile(head, words, findings.where, lines)


def _check_head(file: TranslationFile, rubric: Rubric, findings: Findings) -> None:
    head, name = file.head, f"{rubric.id} {rubric.version}"
    faults = {
        "rubric": head.rubric != rubric.id and f"is {head.rubric!r}, but the rubric is {name}",
        "version": head.version != rubric.version
        and f"is {head.version!r}, but the rubric is {name}",
        "language": head.language == rubric.locale
        and f"is {head.language!r}, which the rubric itself is written in",
        "authors": not head.authors and "must name who translated it",
    }
    for field, rule in faults.items():
        if rule:
            findings.add(rule, path=field, line=file.lines.get(field))


def _checked_words(
    spot: Spot, known: Mapping[str, Word], findings: Findings
) -> Iterator[tuple[str, str]]:
    """Yield the sound words with their places; record what has no place or breaks its rule."""
    for place, leaf in _leaves("", spot, known, findings=findings):
        text = leaf.content
        if not isinstance(text, str):
            findings.add("must be text (quote it)", path=leaf.path, line=leaf.line)
        elif not text.strip():
            findings.add("must not be empty; leave it out", path=leaf.path, line=leaf.line)
        elif not known[place].rule.holds(text):
            findings.add(known[place].rule.rule, path=leaf.path, line=leaf.line)
        else:
            yield place, text


def _leaves(
    place: str, spot: Spot, known: Mapping[str, Word], *, findings: Findings
) -> Iterator[tuple[str, Spot]]:
    """Yield what stands at places of the rubric; a branch that it does not have is told once."""
    if place in known:
        yield place, spot
    elif place and not any(one.startswith(f"{place}.") for one in known):
        findings.add("is no place of the rubric that holds words", path=spot.path, line=spot.line)
    elif not isinstance(spot.content, dict):
        findings.add("must be a set of keys and values", path=spot.path, line=spot.line)
    else:
        for key, inner in spot.content.items():
            # A key with a point in it would name the place of another, and one of the two
            # would be lost without a word.
            if "." in key:
                findings.add("a key must not hold a point", path=inner.path, line=inner.line)
                continue
            yield from _leaves(f"{place}.{key}" if place else key, inner, known, findings=findings)


def _nested(words: Mapping[str, str]) -> Mapping[str, Json]:
    """Return words by their places as the tree they stand in in a file."""
    branches: dict[str, dict[str, str]] = {}
    for place, text in words.items():
        first, _, rest = place.partition(".")
        branches.setdefault(first, {})[rest] = text
    return {
        name: branch[""] if "" in branch else _nested(branch) for name, branch in branches.items()
    }
