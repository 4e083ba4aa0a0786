"""Time the next pair and the registry by size: ``python -m benchmarks people``.

One SQLite file a size, with as many experts on one open project and as many of its pairs as the
size says. Every tenth of them is a physician whose credential was verified, every fiftieth works in
Swahili, and the last fiftieth of the prompts is in it. Printed: the median processor time of a
claim without its commit, by somebody who gets every prompt and by somebody who gets those few, and
the least of a search of the registry by nothing, by class, by language and by a name, with how many
it shows; and each as a ratio to the smallest size of the run.
"""

import random
import statistics
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from time import process_time

import sqlalchemy as sa
from sqlmodel import Session

from benchmarks.lease_project import make_project
from evalhub.core.canonical import canonical_json
from evalhub.core.people import Role
from evalhub.core.qualifying.credentials import CredentialDecision
from evalhub.core.qualifying.requirements import Requirement, requirement_to_json
from evalhub.core.searching import search_words
from evalhub.db import tables as t
from evalhub.db.engine import Database
from evalhub.db.migrate import upgrade
from evalhub.services.assigning.leasing import lease_next
from evalhub.services.qualifying.registry import Wanted, search_registry

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SIZES = ((100, 1_000), (1_000, 10_000), (11_000, 100_000))
N_MODELS, PAIRS_A_PROMPT = 5, 10
N_CLAIMS, N_SEARCHES = 40, 40
NAMES = ("Ada", "Ben", "Chidi", "Dana", "Emeka", "Fatima", "Goran", "Hye-jin", "Ines", "Jomo")
SEARCHES = {
    "registry, everybody": Wanted(),
    "registry, physicians": Wanted(credential_class="physician"),
    "registry, Swahili": Wanted(language="sw"),
    "registry, a surname": Wanted(text="Expert7"),
}


def main() -> None:
    """Measure every size and print it beside the smallest."""
    smallest: dict[str, float] = {}
    for n_people, n_pairs in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            database = Database(f"sqlite:///{Path(folder)}/bench.db")
            upgrade(database)
            times = dict(_measured(database, n_people, n_pairs))
            database.dispose()
        print(f"{n_people:,} experts, {n_pairs:,} pairs", flush=True)
        for name, took in times.items():
            ratio = took / smallest.setdefault(name.partition(" (")[0], took)
            print(f"  {name:<34} {1_000 * took:>7.2f} ms  x{ratio:.2f}", flush=True)


def _measured(database: Database, n_people: int, n_pairs: int) -> Iterator[tuple[str, float]]:
    with database.transaction() as session:
        n_prompts = n_pairs // PAIRS_A_PROMPT
        project_id, people = make_project(session, N_MODELS, n_prompts, n_people, now=NOW)
        _route(session, n_prompts)
        _qualify(session, people)
    swahili = people[::50]
    yield "next pair, every prompt", _claims(project_id, people, database)
    with database.transaction() as session:
        _require(project_id, Requirement(matches_language=True), session)
    yield "next pair, few prompts", _claims(project_id, swahili, database)
    for name, wanted in SEARCHES.items():
        with database.session(write=False) as session:
            search = _searching(wanted, session)
            yield f"{name} ({search()} shown)", _least(N_SEARCHES, search)


def _claims(project_id: int, people: list[int], database: Database) -> float:
    """Return the median processor time in which people get a pair; nothing of it is kept."""
    times: list[float] = []
    # In rounds, as there are few people who get few prompts; the first one warms up.
    for number in range(1 + max(3, N_CLAIMS // len(people))):
        rng = random.Random(number)  # noqa: S311 - the same draws each run
        with database.session(write=True) as session:
            for person in rng.sample(people, min(len(people), N_CLAIMS)):
                started = process_time()
                lease_next(project_id, person_id=person, session=session, now=NOW, rng=rng)
                if number:
                    times.append(process_time() - started)
            session.rollback()
    return statistics.median(times)


def _searching(wanted: Wanted, session: Session) -> Callable[[], int]:
    def search() -> int:
        return len(search_registry(wanted, session=session, now=NOW).items)

    return search


def _least(n: int, work: Callable[[], object]) -> float:
    times = []
    for _ in range(n):
        started = process_time()
        work()
        times.append(process_time() - started)
    # The least and not the median: other work on the machine only ever adds to it.
    return min(times)


def _route(session: Session, n_prompts: int) -> None:
    connection = session.connection()
    prompt = t.prompt.c
    route = sa.case((prompt.position >= n_prompts - max(2, n_prompts // 50), "sw||"), else_="en||")
    connection.execute(sa.update(t.prompt).values(route=route))
    of_prompt = sa.select(prompt.route).where(prompt.id == t.pair.c.prompt_id).scalar_subquery()
    connection.execute(sa.update(t.pair).values(route=of_prompt))


def _qualify(session: Session, people: list[int]) -> None:
    """Give the people names, roles and languages, and every tenth a credential."""
    connection = session.connection()
    for n in people:
        name = f"{NAMES[n % len(NAMES)]} Expert{n}"
        connection.execute(sa.update(t.person).where(t.person.c.id == n).values(name=name))
        rows = [{"word": word, "person_id": n} for word in search_words(name)]
        connection.execute(sa.insert(t.person_word), rows)
    grants = [{"person_id": n, "role": Role.ANNOTATOR, "granted_at": NOW} for n in people]
    connection.execute(sa.insert(t.role_grant), grants)
    languages = [{"person_id": n, "language": "en"} for n in people]
    languages += [{"person_id": n, "language": "sw"} for n in people[::50]]
    connection.execute(sa.insert(t.person_language), languages)
    connection.execute(
        sa.delete(t.person_language).where(
            t.person_language.c.person_id.in_(people[::50]), t.person_language.c.language == "en"
        )
    )
    credentials = [
        {
            "id": n,
            "public_id": f"{n:032}",
            "person_id": n,
            "credential_class": "physician",
            "domain": "medicine",
            "jurisdiction": "KE",
            "specialty": "",
            "issuer": "Council",
            "issued_on": date(2020, 1, 31),
            "stated_at": NOW,
            "stated_by": n,
        }
        for n in people[::10]
    ]
    connection.execute(sa.insert(t.credential), credentials)
    decisions = [
        {
            "credential_id": one["id"],
            "number": 1,
            "decision": CredentialDecision.VERIFIED,
            "reason": "Seen.",
            "decided_at": NOW,
            "decided_by": people[0],
        }
        for one in credentials
    ]
    connection.execute(sa.insert(t.credential_decision), decisions)


def _require(project_id: int, requirement: Requirement, session: Session) -> None:
    row = {
        "project_id": project_id,
        "number": 1,
        "document": canonical_json(requirement_to_json(requirement)),
        "written_at": NOW,
    }
    session.connection().execute(sa.insert(t.project_requirement), [row])


if __name__ == "__main__":
    main()
