"""A visitor who follows every link and sends nonsense through every form that pages offer.

``test_routes`` asks each address with nothing behind it; here every page is about something real,
and each form is sent as the page gives it, with one answer at a time made hostile.
"""

import io
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.config import Settings
from evalhub.core.people import Role, command_actor
from evalhub.db.engine import Database
from evalhub.db.models import Project
from evalhub.services.releasing.running import build_release
from tests.core.prompts.rows import row
from tests.core.prompts.test_files import lines
from tests.factories import MOMENT, add_member, make_consent
from tests.web.conftest import SignIn
from tests.web.desk import Desk, answers, make_desk
from tests.web.pages import Form, fill, forms_of

HOSTILE = ("", " ", "\u202e\u0000", "-1", "9" * 40, "1e400", "../../etc", "<b>" * 200, "a\r\nb: c")
"""Nothing, too much, text that no field can hold, and text that means something elsewhere."""

MAX_PAGES = 400
LEAVES = ("/sign-out", "/account/sessions", "/sessions/end", "/disable", "/roles", "/status")
"""Forms that end the visitor's own visit or close what the others are about."""


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where the page leads to, and what it loads."""
        named = dict(attrs)
        where = named.get({"a": "href", "link": "href", "script": "src", "img": "src"}.get(tag, ""))
        if where:
            self.found.append(where)


@dataclass
class Visit:
    """What one visitor came across: each address with its status, each form with its page."""

    statuses: dict[str, int] = field(default_factory=dict)
    forms: dict[tuple[str, str], tuple[str, Form]] = field(default_factory=dict)

    def follow(self, client: FlaskClient, start: str) -> None:
        """Open ``start`` and whatever can be reached from it by links of this host."""
        waiting = [start]
        while waiting and len(self.statuses) < MAX_PAGES:
            address = waiting.pop(0)
            if address in self.statuses:
                continue
            with closing(client.get(address)) as page:
                self.statuses[address] = page.status_code
                if page.mimetype != "text/html":
                    continue
                for form in forms_of(page):
                    where = urljoin(address, form.action or address)
                    self.forms.setdefault((form.method.lower(), where), (address, form))
                links = _Links()
                links.feed(page.text)
                places = [local(address, link) for link in links.found]
                waiting += [place for place in places if place is not None]


def local(page: str, link: str) -> str | None:
    """Return the address of a link without its fragment; None where it leaves this host."""
    where = urldefrag(urljoin(page, link)).url
    parts = urlsplit(where)
    return None if parts.scheme or parts.netloc else where


@pytest.fixture
def desk(client: FlaskClient, database: Database, settings: Settings, sign_in: SignIn) -> Desk:
    """Give a person with every role a house in which something has happened."""
    person = sign_in(client, Role)
    desk = make_desk(client, database, person)
    with database.transaction() as session:
        project = session.exec(select(Project).where(Project.slug == desk.slug)).one()
        for role in (Role.RESEARCHER, Role.REVIEWER, Role.COORDINATOR):
            add_member(session, project, person, role)
        make_consent(session, person)
    desk.send(desk.open(), answers())
    desk.open()
    build_release(
        desk.slug,
        database=database,
        settings=settings,
        actor=command_actor(),
        now=MOMENT,
    )
    page = client.get("/prompt-sets/new")
    given = {
        "slug": "crawled",
        "title": "Crawled",
        "file": (io.BytesIO(lines(row(), 7)), "f.jsonl"),
    }
    client.post("/prompt-sets", data={**fill(page), **given}, content_type="multipart/form-data")
    return desk


@pytest.fixture
def visit(desk: Desk) -> Visit:
    """Give what the visitor finds when everything is as it should be."""
    visit = Visit()
    visit.follow(desk.client, "/")
    return visit


def hostile_answers(form: Form, rng: random.Random) -> Iterator[dict[str, list[str]]]:
    """Yield the form with one field at a time made hostile, missing or sent twice, then all."""
    names = [name for name in form.values if name != "csrf_token"]
    for name in names:
        for value in rng.sample(HOSTILE, 2):
            yield {**form.values, name: [value]}
        yield {other: given for other, given in form.values.items() if other != name}
        yield {**form.values, name: [*form.values[name], "second"]}
    yield {**form.values, **{name: [rng.choice(HOSTILE)] for name in names}}
    yield {**form.values, "unknown": ["x"]}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_no_page_leads_nowhere_and_no_answer_to_a_form_breaks_one(desk: Desk, visit: Visit) -> None:
    """Ask both of one visit, which takes longer than all of its checks."""
    broken = {address: status for address, status in visit.statuses.items() if status >= 400}
    assert broken == {}
    assert 30 < len(visit.statuses) < MAX_PAGES
    met = {urlsplit(where).path.split("/")[1] for _, where in visit.forms}
    assert met >= {"account", "admin", "endpoints", "projects", "prompt-sets", "pulls", "work"}
    assert any(where.startswith("/uploads/") for _, where in visit.forms)

    rng = random.Random(7)
    statuses: Counter[int] = Counter()
    for (method, where), (page, form) in sorted(visit.forms.items()):
        if urlsplit(where).path.endswith(LEAVES) or where.startswith(LEAVES):
            continue
        for given in hostile_answers(form, rng):
            data, query = (given, None) if method == "post" else (None, given)
            with desk.client.open(where, method=method, data=data, query_string=query) as answer:
                assert answer.status_code < 500, (page, method, where, given)
                statuses[answer.status_code] += 1

    # The forms were really read: most answers name what is wrong with a field.
    assert statuses[HTTPStatus.UNPROCESSABLE_ENTITY] > statuses.total() / 4
    after = Visit()
    after.follow(desk.client, "/")
    assert {address for address, status in after.statuses.items() if status >= 400} == set()
