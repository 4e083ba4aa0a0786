"""Walk every kind of page of the product once, over demo data, as people with and without roles."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib import resources
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException

from tests.web.test_crawl import _Links, local

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""The rule sets of axe-core that every page follows."""

MAX_PAGES = 700
AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RUN = """async values => (await axe.run(document, {
    runOnly: {type: "tag", values}, resultTypes: ["violations"]
})).violations.map(one => [one.id, one.nodes.slice(0, 3).map(node => node.html.slice(0, 160))])"""


@dataclass(frozen=True, slots=True)
class Stop:
    """Hold one page of the tour: its address, and the kind of page that it is one of."""

    path: str
    kind: str


def stops(app: Flask, client: FlaskClient, starts: Sequence[str]) -> list[Stop]:
    """Return one address for each kind of page that links from ``starts`` lead to."""
    found: dict[str, Stop] = {}
    seen, waiting = set(starts), list(starts)
    while waiting and len(seen) < MAX_PAGES:
        path = waiting.pop(0)
        kind = kind_of(app, path)
        # A second page of a kind teaches nothing new; its links are those of the first.
        if kind in found:
            continue
        with closing(client.get(path)) as page:
            if page.mimetype != "text/html":
                continue
            if page.status_code == 200:
                found[kind] = Stop(path, kind)
            links = _Links()
            links.feed(page.text)
        places = (local(path, link) for link in links.found)
        new = [place for place in places if place is not None and place not in seen]
        seen.update(new)
        waiting += new
    return sorted(found.values(), key=lambda stop: stop.kind)


def kind_of(app: Flask, path: str) -> str:
    """Return the rule of the address ``path``; itself where no rule fits."""
    adapter = app.url_map.bind("127.0.0.1")
    try:
        endpoint, _values = adapter.match(urlsplit(path).path, method="GET")
    except HTTPException:
        return path
    return str(endpoint)


def violations(page: Page) -> Iterator[str]:
    """Yield what axe-core has against the page that is open, by all of ``RULES``."""
    # Into the debugger's own world: the page's policy lets no script in, and stays as it is.
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE)
    for rule, nodes in page.evaluate(RUN, list(RULES)):
        yield f"{rule}: {json.dumps(nodes, ensure_ascii=False)}"


def overflow(page: Page) -> int:
    """Return by how many pixels the page that is open is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
