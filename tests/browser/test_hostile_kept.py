"""Hostile texts in Chromium where they are kept: releases, lists, reports, uploads, assessments.

Many of these places show few texts at once, so a share of the 500 goes through each of them;
``make hostile`` lets all of them through all.
"""

import io
import json
import os
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import cycle

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from evalhub.config import Settings
from evalhub.core.canonical import canonical_json
from evalhub.core.judging.answers import Answer, Choice, RaisedFlag, SideFlags
from evalhub.core.people import Role, command_actor
from evalhub.core.releasing.reports import ReportKind
from evalhub.db.engine import Database
from evalhub.db.models import Pair, Project, Prompt, Response, RowReport
from evalhub.services.judging.browsing import PAGE_SIZE
from tests.browser.conftest import Seat, SitDown
from tests.browser.test_hostile import answer, ask, expect_harmless
from tests.core.prompts.rows import row
from tests.core.prompts.test_files import lines
from tests.factories import MOMENT, add_member, make_person, make_release
from tests.hostile import hostile_texts
from tests.release_project import Verdict, add_verdict, make_tiny_project
from tests.releases import build_release
from tests.services.judging.conftest import small_rubric
from tests.services.qualifying.assessed import make_assessment, make_field
from tests.services.reviewing.scene import make_scene
from tests.web.conftest import Clock
from tests.web.pages import fill

pytestmark = pytest.mark.browser

TEXTS = hostile_texts()
SHARE = TEXTS[:: len(TEXTS) // int(os.environ.get("HOSTILE_TEXTS", "4"))]
A_PAGE = 25
N_VERDICTS = 30
"""At least as many as the tiny project has of its own."""
AT_ONCE = 24
"""As many as the tiny project has responses and prompts."""
N_SHOWN = 400
"""Characters of a text that the sample rows of a release show."""


def pages(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def look(seat: Seat, *paths: str) -> str:
    """Open pages, check that each is harmless, and return what the last one says."""
    for path in paths:
        seat.go(path)
        expect_harmless(seat)
    return str(seat.page.locator("main").evaluate("main => main.textContent"))


def answer_with(session: Session, texts: Sequence[str]) -> None:
    """Let responses and prompts hold ``texts`` by turns."""
    for prompt, text in zip(session.exec(select(Prompt)), cycle(reversed(texts)), strict=False):
        told = json.loads(prompt.document)
        # No prompt with a control character is imported.
        told["messages"] = [{"role": "user", "content": text.replace("\f", " ")}]
        prompt.document = canonical_json(told)
    # Responses that say the same would make no pair, so no two end alike.
    for number, response in enumerate(session.exec(select(Response))):
        response.text = texts[number % len(texts)] + " " * number


def shown(text: str) -> str:
    """Return what a sample row shows of a text: whole words up to a number of characters."""
    return text if len(text) <= N_SHOWN else text[: N_SHOWN - 1].rsplit(" ", 1)[0]


def test_hostile_texts_do_nothing_on_the_pages_of_a_release(
    sit_down: SitDown, database: Database, settings: Settings
) -> None:
    with database.transaction() as session:
        make_tiny_project(session)
    seat, left = sit_down({Role.LAB, Role.AUDITOR, Role.RESEARCHER}), list(SHARE)

    for number in range(2 * len(SHARE)):
        with database.transaction() as session:
            answer_with(session, left[:AT_ONCE])
            build_release(
                "tiny",
                session=session,
                settings=settings,
                actor=command_actor(),
                now=MOMENT + timedelta(minutes=number),
                version=f"1.{number}.0",
            )
        base = f"/releases/tiny/1.{number}.0"
        said = look(seat, f"{base}/dossier", f"{base}/reports", base)
        left = [text for text in left if shown(text).strip() not in said]
        if not left:
            break

    assert left == []


def test_hostile_words_of_experts_and_labs_do_nothing(
    sit_down: SitDown, database: Database
) -> None:
    with database.transaction() as session:
        project = make_tiny_project(session)
        judge_with(session, SHARE)
        report_with(session, project, SHARE)
    seat = sit_down({Role.LAB, Role.RESEARCHER, Role.REVIEWER, Role.COORDINATOR})
    with database.transaction() as session:
        project = session.exec(select(Project)).one()
        for role in (Role.RESEARCHER, Role.REVIEWER, Role.COORDINATOR):
            add_member(session, project, seat.person, role)

    said = ""
    for page in range(1, 2 + (len(SHARE) + N_VERDICTS) // PAGE_SIZE):
        said += look(seat, f"/projects/tiny/judgments?page={page}")
    look(seat, "/projects/tiny/labels", "/projects/tiny/scores/agreement", "/projects/tiny")
    reports = look(seat, "/projects/tiny/reports")

    assert [text for text in SHARE if text.strip() not in said] == []
    assert SHARE[0] in reports


def judge_with(session: Session, texts: Sequence[str]) -> None:
    """Let somebody give each text as a reason and as the words that show a flag."""
    person, pair = make_person(session), session.exec(select(Pair)).first()
    assert pair is not None
    for text in texts:
        flags = SideFlags(raised=(RaisedFlag("rude", quote=text),))
        answer = Answer(choice=Choice.A, preference=-1, why=text, flags_a=flags)
        add_verdict(session, pair, person, Verdict(0, Choice.A, -1, answer=answer))


def report_with(session: Session, project: Project, texts: Sequence[str]) -> None:
    """Let somebody report a row of the project's release in the words of each text."""
    release, person = make_release(session, project), make_person(session, Role.LAB)
    session.add_all(
        RowReport(
            project_id=project.id,
            release_id=release.id,
            number=number,
            pair_id="0" * 64,
            prompt_key="p0",
            kind=ReportKind.OTHER,
            text=text,
            person_id=person.id,
            created_at=MOMENT,
        )
        for number, text in enumerate(texts, start=1)
    )


def test_hostile_answers_do_nothing_before_a_reviewer(
    sit_down: SitDown, database: Database, clock: Clock
) -> None:
    seat = sit_down({Role.REVIEWER})
    with database.transaction() as session:
        scene = make_scene(session, clock.moment)
        scene.disagree()
        clock.moment = scene.now

    for texts in pages(SHARE, A_PAGE):
        answer(database, tuple(texts[::2]), tuple(texts[1::2]))
        with database.transaction() as session:
            ask(session, tuple(texts))
        look(seat, "/reviews", "/reviews/1")


def test_hostile_rows_of_an_upload_do_nothing(sit_down: SitDown) -> None:
    seat = sit_down({Role.RESEARCHER})

    for number, texts in enumerate(pages(SHARE, A_PAGE)):
        good = [row(prompt=text, id=f"p{place}") for place, text in enumerate(texts)]
        bad = [row(id=text, domain=text, **{text[:60]: text}) for text in texts]
        look(seat, upload(seat.client, f"hostile-{number}", lines(*good[:1], *bad, *good[1:])))


def upload(client: FlaskClient, slug: str, file: bytes) -> str:
    """Upload a file of prompts and return the address of its report."""
    given = {"slug": slug, "title": slug, "file": (io.BytesIO(file), "f.jsonl")}
    data = {**fill(client.get("/prompt-sets/new")), **given}
    answer = client.post("/prompt-sets", data=data, content_type="multipart/form-data")
    assert answer.location is not None, answer.text
    return answer.location


def test_hostile_pairs_of_an_assessment_do_nothing(
    sit_down: SitDown, database: Database, clock: Clock
) -> None:
    seat = sit_down({Role.COORDINATOR})
    pairs = list(hostile_items())
    with database.transaction() as session:
        small_rubric(session)
        make_field(session, clock())
        make_assessment(session, clock(), items=pairs)
    send(seat.client, "/apply/medicine", "/apply", background=SHARE[0], week_hours="8")
    begin = "/apply/medicine/assessment"
    send(seat.client, begin, begin)

    look(seat, *(f"{begin}/{number}" for number in range(1, 1 + len(pairs))))

    look(seat, begin, "/apply", "/applications", "/applications/assessments/medicine")


def hostile_items() -> Iterator[dict[str, object]]:
    """Yield pairs whose prompt and answers each hold some of the texts."""
    # An assessment's file takes no control characters, so a form feed cannot come so far.
    for texts in pages([text.replace("\f", " ") for text in SHARE], 3 * A_PAGE):
        joined = ("\n\n".join((*texts[number::3], "Words.")) for number in range(3))
        key = {"accepts": [0], "reason": texts[0]}
        yield {**dict(zip(("prompt", "a", "b"), joined, strict=True)), "skill": "x", "key": key}


def send(client: FlaskClient, way: str, at: str, **answers: str) -> None:
    """Send the form on the page ``at`` that is posted to ``way``."""
    assert client.post(way, data=fill(client.get(at), way, **answers)).status_code == 303
