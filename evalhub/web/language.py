"""Speak the reader's language: choose it, translate into it, write numbers in its way.

English is the source: what a page says is written in the code in English, and a catalogue holds
it in every other language. A text without a translation is shown as it was written.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from io import BytesIO
from typing import TypeVar

import flask_babel
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from evalhub.errors import Sentence
from evalhub.rim.routing import is_api
from evalhub.rim.state import request_state

SOURCE = "en"
LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}
"""What pages can be read in, each by the name its own speakers give it."""

COOKIE = "language"
"""What a visitor chose who is not signed in; it holds a language tag and nothing else."""

DOMAIN = "messages"
_SPOKEN = "evalhub_language"
K = TypeVar("K")


def fit_languages(app: Flask) -> None:
    """Let ``app`` find the language of each request, and templates translate into it."""
    babel = flask_babel.Babel(app, default_locale=SOURCE, locale_selector=choose_language)
    # Set before the first request: the library would look for compiled files, which a fresh
    # clone does not have.
    babel.domain_instance = _Catalogues(domain=DOMAIN)  # type: ignore[no-untyped-call]  # untyped
    # Templates would ask the library, which finds out anew for each of their texts.
    app.jinja_env.install_gettext_callables(_gettext_in_page, _ngettext_in_page, newstyle=True)  # type: ignore[attr-defined]  # made by the extension
    app.jinja_env.globals["ngettext"] = _ngettext_in_page


class _Catalogues(flask_babel.Domain):
    """Give the translations of the request's language, compiled in memory."""

    def get_translations(self) -> NullTranslations:
        """Return what translates into the present language; nothing changes English."""
        language = current_language()
        return NullTranslations() if language == SOURCE else translations(language)


@cache
def translations(language: str) -> Translations:
    """Compile the catalogue of ``language``, once a process.

    The text is what is kept in version control; compiled here, it can never be older than it.
    """
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)


@cache
def catalogue(language: str) -> Catalog:
    """Read the catalogue of ``language``: every text with its translation and where it stands."""
    path = resources.files("evalhub") / "translations" / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    with path.open("rb") as text:
        return read_po(text, locale=language, domain=DOMAIN)


def choose_language() -> str:
    """Return the language of this request.

    A person's own choice comes first, then what this browser was told, then what it asks for.
    The API speaks English: programs compare its messages.
    """
    if not has_request_context() or is_api(request.path):
        return SOURCE
    me = request_state().signed_in
    wishes = [(me.language if me else None) or "", request.cookies.get(COOKIE, "")]
    # By its first part: who asks for de-CH reads German, and en-GB before de asks for English.
    asked = [tag.partition("-")[0].lower() for tag, weight in request.accept_languages if weight]
    return next((one for one in wishes + asked if one in LANGUAGES), SOURCE)


def current_language() -> str:
    """Return the tag of the language that is spoken now; English outside a request.

    It is kept with the request: a page asks some three hundred times, and the library looks for
    its own context each time.
    """
    if not has_request_context():
        return str(flask_babel.get_locale() or SOURCE)
    spoken: str | None = g.get(_SPOKEN)
    if spoken is None:
        spoken = str(flask_babel.get_locale() or SOURCE)
        setattr(g, _SPOKEN, spoken)
    return spoken


def mark_language(response: Response) -> Response:
    """Say in which language a page is, and what else its address answers to."""
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = current_language()
        response.vary.update(("Accept-Language", "Cookie"))
    return response


def _(text: str, /, **values: object) -> str:
    """Return ``text`` in the reader's language, with ``values`` in the places it names."""
    language = current_language()
    said: str = text if language == SOURCE else translations(language).ugettext(text)
    return said % values if values else said


def ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """Return the form of a text that fits the number ``n``, which stands in it as ``num``."""
    said: str = flask_babel.get_translations().ungettext(one, many, n)
    return said % {"num": number(n), **values}


def _gettext_in_page(text: str) -> str:
    """Do as ``_`` for a template, whose values and markup the template engine puts in itself."""
    return _(text)


def _ngettext_in_page(one: str, many: str, n: int, /, **values: object) -> Markup:
    """Do as ``ngettext`` for a template, whose texts hold markup while its values do not."""
    said = Markup(flask_babel.get_translations().ungettext(one, many, n))  # noqa: S704 - our own
    return said % {"num": number(n), **values}


def N_(text: str) -> str:  # noqa: N802 - the name that translators' tools know
    """Mark ``text`` for the catalogue and return it as it is, to be translated when shown."""
    return text


def n_(one: str, many: str) -> str:
    """Mark the two forms of a counted text for the catalogue and return the first."""
    del many  # Only the catalogue needs it.
    return one


def translated(text: str) -> str:
    """Return a text from below the pages, such as an error's, in the reader's language.

    A ``Sentence`` brings its template and values apart; any other text is looked up whole, and one
    that the catalogue does not know stays as it is.
    """
    if not text:
        return text  # The empty text is the catalogue's own head.
    if not isinstance(text, Sentence):
        return _(text)
    return _(text.template, **{name: _value(one) for name, one in text.values.items()})


def _value(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        return translated(value) if isinstance(value, Sentence) else value
    return number(value)


class Words(Mapping[K, str]):
    """Hold the words for each member of a vocabulary; they are translated when they are read."""

    def __init__(self, texts: Mapping[K, str]) -> None:
        self._texts = texts

    def __getitem__(self, key: K) -> str:
        """Return the words for ``key`` in the reader's language."""
        return translated(self._texts[key])

    def __iter__(self) -> Iterator[K]:
        """Go through the members."""
        return iter(self._texts)

    def __len__(self) -> int:
        """Return how many members have words."""
        return len(self._texts)


def number(value: int) -> str:
    """Return a whole number with thousands set apart, such as ``1,133`` or ``1.133``."""
    text = f"{value:,}"
    return text if current_language() == SOURCE else text.replace(",", ".")


def decimal(value: float, digits: int) -> str:
    """Return a number with so many decimal digits, such as ``0.52`` or ``0,52``."""
    return with_comma(f"{value:.{digits}f}")


def with_comma(text: str) -> str:
    """Return a number that was written in English as the reader's language writes it."""
    if current_language() == SOURCE:
        return text
    return text.translate(str.maketrans(",.", ".,"))


@cache
def script_words(language: str, name: str) -> Mapping[str, str | list[str]]:
    """Return what the script ``name`` says, from English into ``language``.

    The catalogue says where each text stands, so a script is sent its own texts and no others;
    an English page needs none, as the scripts hold them.
    """
    if language == SOURCE:
        return {}
    place = f"evalhub/static/{name}"
    return {
        str(message.id if isinstance(message.id, str) else message.id[0]): _forms(message.string)
        for message in catalogue(language)
        if message.id and any(file == place for file, _line in message.locations)
    }


def _forms(text: str | Sequence[str] | None) -> str | list[str]:
    return text or "" if isinstance(text, str | None) else list(text)
