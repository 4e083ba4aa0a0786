"""Hostile texts in Chromium, in every place that shows one: nothing runs, nothing is fetched.

The 500 texts stand each in a message of its own, and 25 to an answer.
"""

import json
from collections.abc import Iterator
from itertools import cycle

import pytest
from playwright.sync_api import expect
from sqlmodel import Session, select

from evalhub.core.campaigns import PullStatus
from evalhub.core.canonical import canonical_json
from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Prompt, Pull, Response
from tests.browser.conftest import Seat, SitDown
from tests.browser.test_judging import claim, desk_of, fill_in
from tests.factories import MOMENT, make_endpoint, make_prompt_set_version, make_response
from tests.hostile import hostile_texts

pytestmark = pytest.mark.browser

TEXTS = hostile_texts()
A_PAGE = 50
"""Texts that one conversation holds."""


def expect_harmless(seat: Seat) -> None:
    """Check that no script ran, that no request left and that the page still stands."""
    strays = [one.url for one in seat.traffic.requests if not one.url.startswith(seat.base)]
    assert (seat.traffic.errors, strays) == ([], [])
    expect(seat.page.locator("main")).to_be_visible()


def conversations() -> Iterator[tuple[str, ...]]:
    for start in range(0, len(TEXTS), A_PAGE):
        yield TEXTS[start : start + A_PAGE]


def ask(session: Session, texts: tuple[str, ...], *, version_id: int | None = None) -> None:
    """Let every prompt (of one version) be a conversation of ``texts``."""
    query = select(Prompt)
    if version_id is not None:
        query = query.where(Prompt.prompt_set_version_id == version_id)
    for prompt in session.exec(query):
        document = json.loads(prompt.document)
        document["messages"] = [
            {"role": "assistant" if number % 2 else "user", "content": text}
            for number, text in enumerate((*texts, "And now?"))
        ]
        prompt.document = canonical_json(document)
        session.add(prompt)


def test_hostile_prompts_do_nothing_before_an_expert(sit_down: SitDown, database: Database) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database)
    claim(seat)

    for texts in conversations():
        with database.transaction() as session:
            ask(session, texts)
        seat.page.reload()
        expect_harmless(seat)


def test_hostile_answers_do_nothing_before_an_expert(sit_down: SitDown, database: Database) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk = desk_of(seat, database)
    claim(seat)
    address = seat.page.url

    for texts in conversations():
        answer(database, texts[::2], texts[1::2])
        seat.page.reload()
        expect_harmless(seat)
    fill_in(seat)
    # The texts name addresses, and of the sources one has to be checked.
    seat.page.get_by_role("region", name="Sources").locator("select").first.select_option(index=1)
    seat.page.get_by_role("button", name="Submit and next").click()
    expect(seat.page.get_by_text("Your judgment is stored.")).to_be_visible()
    for path in (address.removeprefix(seat.base), "/work", "/work/history"):
        seat.go(path)
        expect_harmless(seat)

    assert len(desk.judgments()) == 1


def answer(database: Database, *texts: tuple[str, ...]) -> None:
    """Give the responses each some texts of their own."""
    with database.transaction() as session:
        for response, own in zip(session.exec(select(Response)), cycle(texts), strict=False):
            response.text = "\n\n".join(own)
            session.add(response)


def test_hostile_texts_do_nothing_before_a_researcher(
    sit_down: SitDown, database: Database
) -> None:
    with database.transaction() as session:
        version = make_prompt_set_version(session, *TEXTS[::10], slug="hostile")
        pull = Pull(
            public_id="f" * 32,
            prompt_set_version_id=version.id,
            status=PullStatus.DONE,
            created_at=MOMENT,
        )
        session.add(pull)
        session.flush()
        endpoint = make_endpoint(session)
        for prompt, text in zip(session.exec(select(Prompt)), TEXTS[1::10], strict=True):
            row = make_response(session, prompt, endpoint, text=text)
            row.pull_id, row.reasoning, row.error_message = pull.id, text, text
        ask(session, TEXTS[:A_PAGE])
    seat = sit_down({Role.RESEARCHER})

    for path in (
        "/prompt-sets/hostile/1/0",
        f"/pulls/{'f' * 32}/responses",
        f"/pulls/{'f' * 32}/responses?page=2",
    ):
        seat.go(path)
        expect_harmless(seat)
