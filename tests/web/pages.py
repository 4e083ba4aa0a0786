"""Read forms out of pages, so that tests send what a browser would."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.test import TestResponse

FRAME = frozenset({"/sign-out", "/language"})
"""Forms that every page has: the one that signs out and the one that chooses a language."""
Data = dict[str, str | list[str]]


@dataclass
class Form:
    """One form of a page with the values a browser would send for it untouched."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Collect the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside = False
        self._select: str | None = None
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a form, or note a control inside one."""
        given = dict(attrs)
        if tag == "form":
            self._inside = True
            self.forms.append(Form(given.get("action") or "", (given.get("method") or "get")))
        elif self._inside and tag == "input":
            self._note_input(given)
        elif self._inside and tag == "select":
            self._select = given.get("name")
        elif self._select is not None and tag == "option":
            self._note_option(self._select, given)
        elif self._inside and tag == "textarea":
            self._textarea = given.get("name")
            self._values(self._textarea or "").append("")

    def handle_data(self, data: str) -> None:
        """Note the text of a text area."""
        if self._textarea is not None:
            self._values(self._textarea)[-1] += data

    def handle_endtag(self, tag: str) -> None:
        """End a form or a control."""
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None

    def _values(self, name: str) -> list[str]:
        return self.forms[-1].values.setdefault(name, [])

    def _note_input(self, given: dict[str, str | None]) -> None:
        name, kind = given.get("name"), given.get("type") or "text"
        is_unticked = kind in {"radio", "checkbox"} and "checked" not in given
        if name is None or kind in {"submit", "button", "file"} or is_unticked:
            return
        self._values(name).append(given.get("value") or ("on" if kind == "checkbox" else ""))

    def _note_option(self, name: str, given: dict[str, str | None]) -> None:
        values = self._values(name)
        if "selected" in given:
            values[:] = [given.get("value") or ""]
        elif not values:
            values.append(given.get("value") or "")


def all_forms_of(page: TestResponse) -> list[Form]:
    """Return every form of a page, in order."""
    reader = _Reader()
    reader.feed(page.text)
    return reader.forms


def forms_of(page: TestResponse) -> list[Form]:
    """Return the forms of a page, in order, without those of its frame."""
    return [form for form in all_forms_of(page) if form.action not in FRAME]


def form_of(page: TestResponse, action: str | None = None) -> Form:
    """Return the form of a page that is posted to ``action``, or its first posted form."""
    for form in all_forms_of(page) if action in FRAME else forms_of(page):
        if form.method.lower() == "post" and action in {None, form.action}:
            return form
    raise AssertionError(f"The page has no posted form for {action!r}.")


def fill(page: TestResponse, action: str | None = None, **answers: str | list[str]) -> Data:
    """Return what a browser would send for a form of ``page`` with ``answers`` put in.

    ``client.post(url, data=fill(page, email="a@example.org"))``. Names that are not Python
    names go in as ``**{"flags.a": "none"}``.
    """
    values: Data = dict(form_of(page, action).values)
    return {**values, **answers}


def token_of(page: TestResponse) -> str:
    """Return the CSRF token of a page."""
    return str(form_of(page).values["csrf_token"][0])
