"""Write out the parts of the comparison form, and keep those that nobody has filled in.

An empty form is the same for everybody whom a rubric asks the same questions in the same language,
and writing it out takes longer than finding what is to be compared. What is kept is made of the
rubric alone: a part that named its reader, the pair or the sign-in would fail where it is made.
"""

import sys
from collections.abc import Callable, Sequence
from typing import TypeAlias

from flask import current_app
from markupsafe import Markup

from evalhub.core.judging.applicability import AskedCriterion, criteria_to_ask
from evalhub.core.judging.marking import MarkRow
from evalhub.services.judging.matter import Matter
from evalhub.services.keeping_texts import TextCache
from evalhub.web import judging_words
from evalhub.web.filled import Filled
from evalhub.web.language import current_language

FormPart: TypeAlias = Callable[[str], Markup]
"""Gives the part of a form that a template writes, by the template's name."""

OF_THE_PAIR = frozenset({"work/_stage_citations.html"})
"""Parts that ask about the answers themselves, which are other ones for the next reader."""

KEPT: TextCache[Markup] = TextCache(8 * 2**20, size=sys.getsizeof)
"""Empty parts as HTML, some hundred rubrics' worth: each process has its own."""


def form_parts(matter: Matter, filled: Filled, rows: Sequence[MarkRow]) -> FormPart:
    """Return what writes the parts of a comparison's form, filled with ``filled`` and ``rows``."""
    criteria = criteria_to_ask(matter.rubric, frozenset(matter.prompt.tags))
    asked = {"rubric": matter.rubric, "criteria": criteria, "filled": filled, "rows": rows}
    is_blank = not (filled.values_by_name or filled.problems or rows)

    def part(name: str) -> Markup:
        if not is_blank or name in OF_THE_PAIR:
            return _written(name, **asked, matter=matter)
        # Without the matter: what is kept must not be able to say anything of the pair.
        return KEPT.get(
            matter.rubric_key,
            name,
            current_language(),
            _named(criteria),
            make=lambda: _written(name, **asked),
        )

    return part


def sheet_part(name: str) -> Markup:
    """Return a part of the page that only the reader's language changes, such as its keys."""
    return KEPT.get("", name, current_language(), make=lambda: _written(name))


def _named(criteria: Sequence[AskedCriterion]) -> tuple[tuple[str, object], ...]:
    """Return which criteria are asked and on what they hang; the rubric's key knows the rest."""
    return tuple((item.criterion.id, item.when) for item in criteria)


def _written(name: str, **values: object) -> Markup:
    html = current_app.jinja_env.get_template(name).render(say=judging_words, **values)
    return Markup(html)  # noqa: S704 - a template of ours, which escapes its values
