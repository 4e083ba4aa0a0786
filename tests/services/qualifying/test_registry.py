"""The registry finds who is qualified now, and nobody else."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.people import Origin, Role
from evalhub.core.qualifying.credentials import CredentialDecision
from evalhub.db import tables as t
from evalhub.db.models import Person
from evalhub.errors import NotFound
from evalhub.services.paging import PAGE_SIZE
from evalhub.services.qualifying.registry import (
    COUNTED,
    FEW,
    Wanted,
    get_qualified,
    own_qualifications,
    search_registry,
)
from tests.factories import MOMENT, make_credential, make_languages, make_level, make_person


@pytest.fixture
def people(session: Session) -> dict[str, Person]:
    """Add experts of every kind, and one who is none."""
    names = ("Ann", "Ben", "Cem", "Dan", "Eve", "Fay")
    people = {name: make_person(session, Role.ANNOTATOR, name=name) for name in names}
    make_credential(session, people["Ann"])
    make_credential(session, people["Ben"], decisions=[])
    make_credential(session, people["Cem"], expires_on=date(2026, 11, 20))
    make_credential(
        session,
        people["Dan"],
        decisions=[CredentialDecision.VERIFIED, CredentialDecision.REVOKED],
    )
    make_credential(session, people["Eve"], "lawyer", domain="law")
    make_level(session, people["Ann"], 4)
    make_level(session, people["Eve"], 4, domain="law")
    make_level(session, people["Cem"], 5, expires_at=MOMENT)
    make_level(session, people["Dan"], 4)
    make_level(session, people["Dan"], 1)
    make_languages(session, people["Fay"], "sw", "en")
    make_languages(session, people["Ann"], "en")
    make_credential(session, make_person(session, Role.RESEARCHER, name="Gus"))
    return people


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(), ["Ann", "Ben", "Cem", "Dan", "Eve", "Fay"]),
        (Wanted(domain="medicine"), ["Ann"]),
        (Wanted(credential_class="lawyer"), ["Eve"]),
        (Wanted(domain="medicine", credential_class="lawyer"), []),
        (Wanted(is_waiting=True), ["Ben"]),
        (Wanted(domain="law", is_waiting=True), []),
        (Wanted(domain="medicine", min_level=4), ["Ann"]),
        (Wanted(domain="medicine", min_level=1), ["Ann", "Dan"]),
        (Wanted(min_level=4), ["Ann", "Eve"]),
        (Wanted(language="sw"), ["Fay"]),
        (Wanted(text="f", language="en"), ["Fay"]),
        (Wanted(text="Ann exam"), ["Ann"]),
        (Wanted(text="nn"), []),
        (Wanted(text="ANN"), ["Ann"]),
        (Wanted(text="%"), []),
    ],
)
def test_it_finds_who_fits(
    session: Session, people: dict[str, Person], now: datetime, wanted: Wanted, names: list[str]
) -> None:
    listing = search_registry(wanted, session=session, now=now)

    assert [person.name for person in listing.items] == names
    assert listing.n_found == len(names)


def test_a_line_holds_all_that_somebody_can_show(
    session: Session, people: dict[str, Person], now: datetime
) -> None:
    [ann] = search_registry(Wanted(text="Ann"), session=session, now=now).items

    assert [one.credential.credential_class for one in ann.credentials] == ["physician"]
    assert [int(one.level) for one in ann.levels_in_force(now)] == [4]
    assert ann.levels_in_force(now + timedelta(days=800)) == ()
    assert ann.languages == ("en",)
    assert own_qualifications(ann.id, session=session, now=now) == ann
    assert get_qualified(ann.public_id, session=session, now=now) == ann


def test_a_closed_account_is_not_found(
    session: Session, people: dict[str, Person], now: datetime
) -> None:
    people["Ann"].disabled_at = now
    session.flush()

    assert search_registry(Wanted(text="Ann"), session=session, now=now).items == []


def test_who_is_no_expert_is_not_here(
    session: Session, people: dict[str, Person], now: datetime
) -> None:
    researcher = make_person(session, Role.RESEARCHER)

    with pytest.raises(NotFound):
        get_qualified(researcher.public_id, session=session, now=now)
    with pytest.raises(NotFound):
        own_qualifications(researcher.id, session=session, now=now)


def test_a_long_list_has_pages(session: Session, now: datetime) -> None:
    for n in range(PAGE_SIZE + 1):
        make_person(session, Role.ANNOTATOR, name=f"Same name {n % 2}")

    pages = [search_registry(Wanted(), session=session, now=now, page=page) for page in (1, 2)]

    assert [len(page.items) for page in pages] == [PAGE_SIZE, 1]
    assert len({one.public_id for page in pages for one in page.items}) == PAGE_SIZE + 1


def add_experts(session: Session, n: int) -> None:
    """Add ``n`` experts called Ada and a number, in four statements."""
    connection = session.connection()
    ids = range(10_000, 10_000 + n)
    person = {"origin": Origin.ACCOUNT, "created_at": MOMENT}
    people = [
        {**person, "id": one, "public_id": f"{one}", "name": f"Ada {one - 10_000:04}"}
        for one in ids
    ]
    connection.execute(sa.insert(t.person), people)
    grant = {"role": Role.ANNOTATOR, "granted_at": MOMENT}
    connection.execute(sa.insert(t.role_grant), [{**grant, "person_id": one} for one in ids])
    words = [{"word": "ada", "person_id": one} for one in ids]
    connection.execute(sa.insert(t.person_word), words)


@pytest.mark.parametrize("n", [COUNTED + 1, FEW + 1], ids=["few", "many"])
def test_f65_of_very_many_only_so_many_are_counted(session: Session, now: datetime, n: int) -> None:
    add_experts(session, n)
    session.connection().execute(
        sa.insert(t.person_language), [{"person_id": 10_000 + n - 1, "language": "sw"}]
    )

    everybody = search_registry(Wanted(text="ada"), session=session, now=now)
    few = search_registry(Wanted(text="ada", language="sw"), session=session, now=now)

    assert (everybody.n_found, everybody.is_more) == (COUNTED, True)
    assert everybody.items[0].name == "Ada 0000"
    names = [one.name for one in few.items]
    assert (names, few.n_found, few.is_more) == ([f"Ada {n - 1:04}"], 1, False)


def test_f65_two_things_that_each_leave_many_leave_those_who_have_both(
    session: Session, now: datetime
) -> None:
    add_experts(session, n := 2 * FEW)
    last = 10_000 + n - 1
    first_half = [{"word": "expert", "person_id": 10_000 + one} for one in range(FEW + 1)]
    second_half = [{"language": "sw", "person_id": last - one} for one in range(FEW + 1)]
    session.connection().execute(sa.insert(t.person_word), first_half)
    session.connection().execute(sa.insert(t.person_language), second_half)

    both = search_registry(Wanted(text="expert ada", language="sw"), session=session, now=now)
    words = search_registry(Wanted(text="ada expert"), session=session, now=now)

    assert [one.name for one in both.items] == [f"Ada {FEW - 1:04}", f"Ada {FEW:04}"]
    assert (both.n_found, both.is_more) == (2, False)
    assert (words.n_found, words.is_more, words.items[0].name) == (COUNTED, True, "Ada 0000")


def steps_of(session: Session, wanted: Wanted, now: datetime) -> list[str]:
    """Return how SQLite reads the people that a search finds, and how often it is asked."""
    asked: list[tuple[str, Any]] = []
    connection = session.connection()

    def note(_connection: object, _cursor: object, text: str, values: Any, *_rest: object) -> None:  # noqa: ANN401 - as each driver has it
        asked.append((text, values))

    sa.event.listen(connection, "before_cursor_execute", note)
    search_registry(wanted, session=session, now=now)
    sa.event.remove(connection, "before_cursor_execute", note)
    [(statement, values)] = [one for one in asked if "ORDER BY lower" in one[0]]
    return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_f65_a_page_by_name_is_read_from_an_index(session: Session, now: datetime) -> None:
    make_person(session, Role.ANNOTATOR)

    steps = steps_of(session, Wanted(), now)

    assert "SCAN person USING INDEX ix_person_by_name" in steps
    assert not [step for step in steps if "TEMP B-TREE" in step]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "wanted",
    [Wanted(text="ada"), Wanted(language="sw"), Wanted(credential_class="physician")],
    ids=["name", "language", "class"],
)
def test_f65_of_few_nobody_else_is_looked_at(
    session: Session, now: datetime, wanted: Wanted
) -> None:
    add_experts(session, 30)

    steps = steps_of(session, wanted, now)

    assert not [step for step in steps if step.startswith("SCAN person")]
    assert "SEARCH person USING INTEGER PRIMARY KEY (rowid=?)" in steps


def test_a_page_behind_all_that_are_counted_is_still_read(session: Session, now: datetime) -> None:
    add_experts(session, COUNTED + PAGE_SIZE + 2)
    page = 2 + COUNTED // PAGE_SIZE

    last = search_registry(Wanted(text="ada"), session=session, now=now, page=page)

    assert [one.name for one in last.items] == ["Ada 0250", "Ada 0251"]
    assert (last.n_found, last.is_more) == (COUNTED, True)
