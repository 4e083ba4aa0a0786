"""Pages of a training as one Markdown text, in which each first-level heading begins a page."""

from collections.abc import Sequence
from dataclasses import dataclass

HEADING = "# "
FENCES = ("```", "~~~")


@dataclass(frozen=True, slots=True)
class Page:
    """Hold one page of a training; ``text`` is Markdown."""

    title: str
    text: str


def split_pages(text: str) -> tuple[Page, ...]:
    """Return the pages of a Markdown text; what stands before the first heading has no title.

    A ``#`` inside a fenced block of code is a comment of that code and begins nothing.
    """
    titles = [""]
    bodies: list[list[str]] = [[]]
    fence = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        mark = next((one for one in FENCES if line.lstrip().startswith(one)), "")
        if mark and fence in ("", mark):
            fence = "" if fence else mark
        if line.startswith(HEADING) and not fence:
            titles.append(line.removeprefix(HEADING).strip())
            bodies.append([])
        else:
            bodies[-1].append(line)
    pages = [
        Page(title, "\n".join(lines).strip()) for title, lines in zip(titles, bodies, strict=True)
    ]
    return tuple(page for page in pages if page.title or page.text)


def joined_pages(pages: Sequence[Page]) -> str:
    """Return the text that ``split_pages`` takes apart into ``pages`` again."""
    return "\n\n".join(f"{HEADING}{page.title}\n\n{page.text}" for page in pages)
