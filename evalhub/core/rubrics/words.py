"""The words of a rubric by their places, and the same rubric in other words.

A place is the path of names in the rubric's file, in which an item of a list is named by its id,
a point of a scale by its value and an example of a criterion by its number:
``criteria.accuracy.scale.points.3.anchor``. Only what annotators read is a word; ids, numbers,
conditions, and what the rubric says of its authors are the same in every language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import TYPE_CHECKING, Self, TypeAlias, TypeVar, get_args, get_type_hints

from evalhub.core.rubrics import schema
from evalhub.core.rubrics.about import WorkedExample
from evalhub.core.rubrics.schema import Rubric
from evalhub.core.rubrics.texts import TextRule

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Part = TypeVar("Part", bound="DataclassInstance")

_NAMES = frozenset(
    {"title", "summary", "question", "label", "help", "name", "description"}
    | {"anchor", "text", "why", "prompt", "a", "b"}
)
_PARTS = (
    *(schema.TriageQuestion, schema.Option, schema.FlagList, schema.NoneOption, schema.Flag),
    *(schema.CitationTable, schema.CitationResult, schema.Criterion, schema.Scale),
    *(schema.AnchoredPoint, schema.CriterionExample, schema.CompareScale, schema.ScalePoint),
    *(schema.Overall, schema.Confidence, schema.Why, WorkedExample),
)
"""The classes that hold words. Authors and sources have names too, which nobody translates, and a
condition is told apart by its class, so whatever is not listed here stays as it is."""


class InLanguage(str):
    """Be a text that knows which language it is in, for a page to say so to screen readers."""

    __slots__ = ("language",)
    language: str

    def __new__(cls, text: str, language: str) -> Self:
        """Mark ``text`` as written in the language with the tag ``language``."""
        said = super().__new__(cls, text)
        said.language = language
        return said

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        """Return what a copy is made of, which without this would lose its language."""
        return type(self), (str(self), self.language)


@dataclass(frozen=True, slots=True)
class Word:
    """Hold one text of a rubric, and the rule that a text in its place keeps."""

    text: str
    rule: TextRule


def words_of(rubric: Rubric) -> dict[str, Word]:
    """Return every text of ``rubric`` that annotators read, by its place and in its order.

    A text that the rubric leaves empty is none: where nothing is said, nothing is translated.
    """
    found: dict[str, Word] = {}

    def note(place: str, text: str, rule: TextRule) -> str:
        found[place] = Word(text, rule)
        return text

    _rewritten(rubric, "", note)
    return found


def in_words(rubric: Rubric, words: Mapping[str, str], language: str) -> Rubric:
    """Return ``rubric`` saying ``words``, which are in ``language``, at their places.

    Each text knows its language: what has no word keeps the rubric's own, so a page can mark it.
    Ids and numbers are untouched, so an answer means the same under both.
    """

    def put(place: str, text: str, _rule: TextRule) -> str:
        said = words.get(place)
        return InLanguage(text, rubric.locale) if said is None else InLanguage(said, language)

    return _rewritten(rubric, "", put)


def speaks(tag: str, language: str) -> bool:
    """Tell whether who reads ``language`` reads ``tag``: de-CH is German."""
    return bool(language) and tag.partition("-")[0] == language.partition("-")[0]


_Rewrite: TypeAlias = Callable[[str, str, TextRule], str]


def _rewritten(part: Part, path: str, rewrite: _Rewrite) -> Part:
    """Return ``part`` with each of its texts as ``rewrite`` gives it for place, text and rule."""
    changes: dict[str, object] = {}
    for field in fields(part):
        value, place = getattr(part, field.name), f"{path}{field.name}"
        if isinstance(value, str) and value and field.name in _NAMES:
            changes[field.name] = rewrite(place, value, _rules(type(part))[field.name])
        elif isinstance(value, _PARTS):
            changes[field.name] = _rewritten(value, f"{place}.", rewrite)
        elif isinstance(value, tuple) and value and isinstance(value[0], _PARTS):
            changes[field.name] = tuple(
                _rewritten(item, f"{place}.{_key(item, number)}.", rewrite)
                for number, item in enumerate(value, start=1)
            )
    return replace(part, **changes)


def _key(item: object, number: int) -> str:
    # Two examples may show the same value, so only their order tells them apart.
    if isinstance(item, schema.CriterionExample):
        return str(number)
    if isinstance(item, schema.AnchoredPoint | schema.ScalePoint):
        return str(item.value)
    return str(getattr(item, "id"))  # noqa: B009 - a type checker knows the union by no name


@cache
def _rules(kind: type) -> Mapping[str, TextRule]:
    """Return the rule of each text field of a class, which stands in its type."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: rule
        for name, hint in hints.items()
        for rule in get_args(hint)[1:]
        if isinstance(rule, TextRule)
    }
