"""Take the fields of a form out one by one, noting whatever no form of ours has sent."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from evalhub.core.free_words import is_clean
from evalhub.errors import Problem, Sentence

REVISION_FIELD = "revision"
"""The field that names the revision a form was filled in over; 0 before the first judgment."""
DRAFT_FIELD = "draft"
"""The field that names the draft a form was filled in over; empty where there was none."""
LANGUAGE_FIELD = "rubric_language"
"""The field that names the language in which the rubric's words stood on the page."""

IGNORED_FIELDS = frozenset(
    {"csrf_token", "task_token", "lease_token", "rubric", "action", "skip_reason"}
    | {"active_seconds", REVISION_FIELD, DRAFT_FIELD, LANGUAGE_FIELD}
)
"""Fields of the page that are no part of the answer."""

MAX_QUOTE_CHARS = 400
"""A sentence or two: the words that show the problem, not the response over again."""


@dataclass(slots=True)
class FormReader:
    """Hold a form's fields by name, and the problems found while they are taken out."""

    values_by_name: dict[str, list[str]]
    problems: list[Problem]

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        """Gather ``fields`` but for those that belong to the page."""
        self.values_by_name = {}
        self.problems = []
        for name, value in fields:
            if name not in IGNORED_FIELDS:
                self.values_by_name.setdefault(name, []).append(value)

    def refuse(self, question: str, rule: str) -> None:
        """Note what is wrong with a question's answer."""
        self.problems.append(Problem(question, rule))

    def one(self, name: str, *, question: str) -> str:
        """Take the only value of a field; empty when it is absent."""
        values = [value for value in self.values_by_name.pop(name, []) if value]
        if len(values) > 1:
            self.refuse(question, Sentence("%(n)s answers were sent; choose one", n=len(values)))
        return values[0] if values else ""

    def word(self, name: str, known: Collection[str], *, question: str) -> str | None:
        """Take a field whose value is one of ``known``; None when it is absent or is not."""
        value = self.one(name, question=question)
        if not value:
            return None
        if value in known:
            return value
        self.refuse(question, _not_offered(value))
        return None

    def words(self, name: str, known: Sequence[str], *, question: str) -> tuple[str, ...]:
        """Take the ticked boxes of a field, in the order of ``known``."""
        ticked = [value for value in self.values_by_name.pop(name, []) if value]
        for value in ticked:
            if value not in known:
                self.refuse(question, _not_offered(value))
        return tuple(word for word in known if word in ticked)

    def text(self, name: str, *, question: str, most: int) -> str:
        """Take a field of free text, with the line breaks of the web made plain."""
        value = self.one(name, question=question).replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(value) > most:
            self.refuse(
                question,
                Sentence(
                    "has %(length)s characters; at most %(most)s are kept",
                    length=len(value),
                    most=most,
                ),
            )
        elif not is_clean(value):
            self.refuse(question, Sentence("holds an invisible control character; type it again"))
        return value

    def refuse_unread(self) -> None:
        """Note every field that nothing has asked for."""
        for name in self.values_by_name:
            self.refuse(
                "form",
                Sentence(
                    "it does not ask for %(name)s; reload the page and send it again",
                    name=shown_value(name),
                ),
            )


def _not_offered(value: str) -> Sentence:
    return Sentence(
        "%(value)s is not among the answers offered; choose one of them", value=shown_value(value)
    )


def shown_value(text: str) -> str:
    """Return the start of a value as plain ASCII, for a message."""
    return ascii(text[:60])
