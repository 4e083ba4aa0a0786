"""Every text of the pages stands in every catalogue, whole and with the same places in it."""

import re

import pytest
from babel.messages.catalog import Catalog, Message

from evalhub.web.language import LANGUAGES, SOURCE, catalogue
from scripts.translations import gathered, waiting

PLACE = re.compile(r"%\((\w+)\)s")
MARKUP = re.compile(r"</?[a-z]+[^>]*>|&[a-z]+;")
STRAY = re.compile(r"%(?!\(\w+\)s|%)")
OTHERS = sorted(set(LANGUAGES) - {SOURCE})

pytestmark = pytest.mark.parametrize("language", OTHERS)


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    """Give every text that the code holds now."""
    return gathered()


def messages(held: Catalog) -> list[Message]:
    """Return the messages of a catalogue without its head."""
    return [one for one in held if one.id]


def forms(message: Message) -> list[tuple[str, str]]:
    """Return each form of a text beside its translation."""
    texts = message.id if isinstance(message.id, tuple) else (message.id,)
    said = message.string if isinstance(message.string, tuple) else (message.string,)
    assert len(texts) == len(said), message.id
    return [(str(text), str(one)) for text, one in zip(texts, said, strict=True)]


def test_every_text_is_translated(language: str, wanted: Catalog) -> None:
    known = {one.id for one in messages(catalogue(language))}

    missing = [one.id for one in messages(wanted) if one.id not in known]

    assert missing == [], "run `make translations`, then fill in what it lists"
    assert [one.id for one in waiting(catalogue(language))] == []


def test_no_translation_is_left_of_a_text_that_is_gone(language: str, wanted: Catalog) -> None:
    said = {one.id for one in messages(wanted)}

    left = [one.id for one in messages(catalogue(language)) if one.id not in said]

    assert left == [], "run `make translations`"


def test_a_translation_has_the_places_of_its_text(language: str) -> None:
    for message in messages(catalogue(language)):
        for text, said in forms(message):
            # A form for one thing may say "one" instead of the number, in either language.
            named = [set(PLACE.findall(one)) - {"num"} for one in (text, said)]
            assert named[0] == named[1], message.id
            assert bool(STRAY.search(text)) == bool(STRAY.search(said)), message.id


def test_a_translation_has_the_markup_of_its_text(language: str) -> None:
    for message in messages(catalogue(language)):
        for text, said in forms(message):
            tags = [sorted(MARKUP.findall(one)) for one in (text, said)]
            spaces = [[tag for tag in part if tag != "&nbsp;"] for part in tags]
            assert spaces[0] == spaces[1], message.id


def test_a_translation_cannot_end_an_attribute(language: str) -> None:
    for message in messages(catalogue(language)):
        for text, said in forms(message):
            assert '"' in text or '"' not in said, message.id


def test_a_text_keeps_the_blanks_at_its_ends(language: str) -> None:
    for message in messages(catalogue(language)):
        for text, said in forms(message):
            ends = [(one[:1].isspace(), one[-1:].isspace()) for one in (text, said)]
            assert ends[0] == ends[1], message.id
