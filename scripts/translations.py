"""Gather what pages say, and bring the catalogues of translations up to date.

``python -m scripts.translations`` writes every text that is new in the code into the catalogue of
each language, drops what no page says any more, and lists what waits for a translation.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po

from evalhub.web.language import DOMAIN, LANGUAGES, SOURCE

ROOT = Path(__file__).parents[1]
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "n_": (1, 2), "Sentence": None}
"""Calls whose first text is translated; ``None`` says that it is the first argument."""

METHODS = (
    ("evalhub/templates", "*.html", "jinja2"),
    ("evalhub", "*.py", "python"),
    ("evalhub/static", "*.js", "javascript"),
)
OPTIONS = {
    "jinja2": {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"},
    "python": {},
    "javascript": {},
}
WIDTH = 100
NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def texts() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Yield each text of the code with the file it stands in."""
    for folder, pattern, method in METHODS:
        for path in sorted((ROOT / folder).rglob(pattern)):
            place = path.relative_to(ROOT).as_posix()
            with path.open("rb") as file:
                found = extract(method, file, KEYWORDS, options=OPTIONS[method])
                yield from ((place, text) for _line, text, _comments, _context in found)


def gathered() -> Catalog:
    """Return a catalogue of all texts, without translations."""
    catalogue = Catalog(domain=DOMAIN, project="EvalHub", charset="utf-8")
    for place, text in texts():
        catalogue.add(text, locations=[(place, 0)])
    return catalogue


def path_of(language: str) -> Path:
    """Return where the catalogue of ``language`` stands."""
    return ROOT / "evalhub" / "translations" / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    """Read the catalogue of ``language``; an empty one where there is none."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, domain=DOMAIN, project="EvalHub", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def write(language: str, catalogue: Catalog) -> None:
    """Write the catalogue of ``language``, in the order of its texts so that changes merge."""
    path = path_of(language)
    # Of no day: writing the same texts again must change nothing.
    catalogue.creation_date = catalogue.revision_date = NO_DAY
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(
            file,
            catalogue,
            width=WIDTH,
            sort_output=True,
            include_lineno=False,
            ignore_obsolete=True,
            omit_header=False,
        )


def waiting(catalogue: Catalog) -> list[Message]:
    """Return the messages that have no translation, or one that somebody must look at."""
    return [one for one in catalogue if one.id and (one.fuzzy or not _is_whole(one))]


def _is_whole(message: Message) -> bool:
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(forms)


def main() -> int:
    """Update every catalogue; return 1 where a text waits for its translation."""
    new, n_waiting = gathered(), 0
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        catalogue = read(language)
        catalogue.update(new, no_fuzzy_matching=True)
        write(language, catalogue)
        for message in waiting(catalogue):
            n_waiting += 1
            print(f"{language}: {message.id!r}")  # noqa: T201 - the answer of this command
    return 1 if n_waiting else 0


if __name__ == "__main__":
    sys.exit(main())
