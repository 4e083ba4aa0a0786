"""Read in which languages somebody works."""

from collections.abc import Iterable

from evalhub.core.prompts.patterns import LANGUAGE
from evalhub.errors import Problem, Sentence

MAX_LANGUAGES = 20
MAX_TAG = 35


def primary_tag(language: str) -> str:
    """Return the first part of a language tag: ``sw`` of ``sw-KE``.

    Work is routed by it alone. Who works in Swahili reads what was written in Kenya and in
    Tanzania, and a person who had to name every region would be kept from work by a form.
    """
    return language.partition("-")[0].lower()


def check_languages(languages: Iterable[str]) -> tuple[frozenset[str], list[Problem]]:
    """Return the primary tags of ``languages``, and what is wrong with any of them."""
    given = [text.strip() for text in languages]
    problems = [
        Problem(
            "languages", Sentence("%(tag)s is no language tag such as de", tag=repr(tag[:MAX_TAG]))
        )
        for tag in given
        if len(tag) > MAX_TAG or LANGUAGE.expression.fullmatch(tag) is None
    ]
    if len(given) > MAX_LANGUAGES:
        rule = Sentence("names %(n)s; %(most)s are enough", n=len(given), most=MAX_LANGUAGES)
        problems.append(Problem("languages", rule))
    return frozenset(map(primary_tag, given)), problems
