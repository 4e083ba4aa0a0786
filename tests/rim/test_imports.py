"""Importing in two transactions: the writer only stores, and stores all or nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from evalhub.core.people import Origin, command_actor
from evalhub.db.engine import Database
from evalhub.db.models import Judgment, JudgmentImport, Pair, Person, Prompt
from evalhub.errors import BadInput, Conflict
from evalhub.rim.imports import import_file
from evalhub.services.importing.drafting import (
    DraftImport,
    ImportedFile,
    draft_import,
    read_file,
)
from evalhub.services.importing.storing import ImportSummary, keep_import
from tests.factories import make_endpoint, make_project, make_prompt_set_version, make_response
from tests.writing import written_statements

ACTOR = command_actor()
HEADER = "prompt_id,model_left,model_right,annotator_id,choice\n"


@pytest.fixture(autouse=True)
def _trial(database: Database) -> None:
    """Set up a project of two prompts that three models have answered."""
    with database.transaction() as session:
        version = make_prompt_set_version(session, "First?", "Second?")
        endpoints = [make_endpoint(session, slug=f"m{n}") for n in (1, 2, 3)]
        for prompt in session.exec(select(Prompt)).all():
            for endpoint in endpoints:
                make_response(session, prompt, endpoint, text=f"{endpoint.slug} {prompt.key}")
        make_project(session, *endpoints, prompts=version, slug="trial")


def a_file(text: str, name: str = "j.csv") -> ImportedFile:
    return ImportedFile((HEADER + text).encode(), name, "pilot")


def draft(database: Database, file: ImportedFile) -> DraftImport:
    """Draft an import in a reading transaction of its own."""
    with database.transaction(write=False) as reading:
        return draft_import("trial", read_file(file), session=reading, actor=ACTOR)


def keep(database: Database, drafted: DraftImport, now: datetime) -> ImportSummary:
    with database.transaction() as session:
        return keep_import("trial", drafted, session=session, actor=ACTOR, now=now)


def counts(database: Database) -> tuple[int, int, int, int]:
    """Return how many files, imported people, pairs and judgments there are."""
    with database.transaction(write=False) as session:
        imported = sa.select(sa.func.count()).where(col(Person.origin) == Origin.IMPORTED)
        numbers = [
            session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (JudgmentImport, Pair, Judgment)
        ]
        return numbers[0], session.scalar(imported) or 0, numbers[1], numbers[2]


def test_a_file_is_imported_whole(database: Database, now: datetime) -> None:
    file = a_file("p0,m1,m2,ann,a\np1,m2,m1,bob,tie\n")

    summary = import_file("trial", file, database=database, actor=ACTOR, now=now)

    assert summary == ImportSummary(2, 2, 2, 2, 0)
    assert counts(database) == (1, 2, 2, 2)


def test_the_writer_looks_nothing_up(database: Database, now: datetime) -> None:
    """Finding ten thousand responses by name took most of the time that the writer was held."""
    with written_statements(database) as statements:
        import_file("trial", a_file("p0,m1,m2,ann,a\n"), database=database, actor=ACTOR, now=now)

    assert any("INSERT INTO judgment " in statement for statement in statements)
    assert not [one for one in statements if "FROM prompt" in one or "JOIN response" in one]


def test_a_draft_that_was_overtaken_adds_nobody_and_no_pair_twice(
    database: Database, now: datetime
) -> None:
    first = draft(database, a_file("p0,m1,m2,ann,a\np0,m1,m3,bob,a\n"))
    second = draft(database, a_file("p0,m2,m1,ann,a\np1,m1,m2,cid,b\n", "k.csv"))

    summaries = [keep(database, drafted, now) for drafted in (first, second)]

    assert [summary.n_pairs_added for summary in summaries] == [2, 1]
    assert counts(database) == (2, 3, 3, 4)
    with database.transaction(write=False) as session:
        assert sorted(session.exec(select(Pair.position))) == [0, 1, 2]


def test_what_another_file_judged_meanwhile_is_refused_by_line(
    database: Database, now: datetime
) -> None:
    second = draft(database, a_file("p1,m1,m2,ann,b\np0,m1,m2,ann,b\n", "k.csv"))
    import_file("trial", a_file("p0,m1,m2,ann,a\n"), database=database, actor=ACTOR, now=now)

    with pytest.raises(BadInput, match=r"k\.csv line 3: annotator 'ann' has judged this pair"):
        keep(database, second, now)

    assert counts(database) == (1, 1, 1, 1)


def test_the_same_file_at_once_is_imported_once(database: Database, now: datetime) -> None:
    file, start = a_file("p0,m1,m2,ann,a\np1,m1,m3,bob,b\n"), threading.Barrier(4)

    def run(_number: int) -> str:
        start.wait()
        try:
            import_file("trial", file, database=database, actor=ACTOR, now=now)
        except Conflict as error:
            return str(error)
        return "imported"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(run, range(4)))

    assert answers == [*["Project 'trial' has imported this very file already."] * 3, "imported"]
    assert counts(database) == (1, 2, 2, 2)


def test_files_of_one_source_at_once_share_people_and_pairs(
    database: Database, now: datetime
) -> None:
    start = threading.Barrier(4)

    def run(number: int) -> None:
        rows = "".join(f"p{n % 2},m1,m2,w{n},a\n" for n in range(number, number + 9, 3))
        start.wait()
        file = a_file(f"{rows}p0,m1,m3,own{number},a\n", f"{number}.csv")
        import_file("trial", file, database=database, actor=ACTOR, now=now)

    with ThreadPoolExecutor(4) as pool:
        failures = [pool.submit(run, number) for number in (0, 10, 20, 30)]
        assert [one.exception() for one in failures] == [None] * 4

    assert counts(database) == (4, 16, 3, 16)


def test_an_import_that_fails_at_its_last_row_leaves_nothing(
    database: Database, now: datetime
) -> None:
    good = draft(database, a_file("p0,m1,m2,ann,a\np1,m1,m3,bob,b\n"))
    bad = replace(good.judgments[-1], values={**good.judgments[-1].values, "preference": 9})

    with pytest.raises(IntegrityError):
        keep(database, replace(good, judgments=[good.judgments[0], bad]), now)

    assert counts(database) == (0, 0, 0, 0)


def test_a_bad_source_is_refused_before_anything_is_read(database: Database, now: datetime) -> None:
    with written_statements(database) as statements, pytest.raises(BadInput, match="source"):
        import_file(
            "trial",
            replace(a_file("p0,m1,m2,ann,a\n"), source=" "),
            database=database,
            actor=ACTOR,
            now=now,
        )

    assert statements == []
