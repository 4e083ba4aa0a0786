"""Time leases by how the pair is chosen: ``python -m benchmarks lease``.

One project a size, with every pair of 5, 20 or 100 models on its prompts, in a SQLite file with
``synchronous=FULL``. Each round leases to 40 people and takes the leases back, in turn evenly (as
under ``uniform``) and by a plan. Printed: the median processor time of a lease without its commit,
which is the same for both, and the ratio of the two within the run.
"""

import random
import statistics
import tempfile
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from time import process_time

import sqlalchemy as sa
from sqlmodel import Session

from benchmarks.lease_project import make_project
from evalhub.core.assigning import SelectionPolicy
from evalhub.db import tables as t
from evalhub.db.engine import Database
from evalhub.db.migrate import upgrade
from evalhub.services.assigning.leasing import lease_next
from evalhub.services.selecting.planning import draft_plan, store_plan

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SIZES = ((5, 200), (20, 150), (100, 20))
N_PEOPLE = 40
N_ROUNDS = 7


def main() -> None:
    """Measure every size and print."""
    for n_models, n_prompts in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            database = Database(f"sqlite:///{Path(folder)}/bench.db")
            upgrade(database)
            _measure(database, n_models, n_prompts)
            database.dispose()


def _measure(database: Database, n_models: int, n_prompts: int) -> None:
    with database.transaction() as session:
        project_id, people = make_project(session, n_models, n_prompts, N_PEOPLE, now=NOW)
        started = process_time()
        store_plan(draft_plan(project_id, session=session), session=session, now=NOW)
        planning_s = process_time() - started
    policies = (SelectionPolicy.UNIFORM, SelectionPolicy.RANK)
    times: dict[SelectionPolicy, list[float]] = {policy: [] for policy in policies}
    for number in range(N_ROUNDS):
        for policy in policies:
            with database.session(write=True) as session:
                _set_policy(project_id, policy, session)
                times[policy] += _lease_all(project_id, people, number, session)
                # Nothing is kept: every round finds the project as the first one did.
                session.rollback()
    evenly, planned = (1_000 * statistics.median(times[policy]) for policy in policies)
    n_matchups = len(list(combinations(range(n_models), 2)))
    print(
        f"{n_models:>4} models, {n_matchups:>5} matchups, {n_matchups * n_prompts:>7,} pairs: "
        f"evenly {evenly:.2f} ms, by a plan {planned:.2f} ms, ratio {planned / evenly:.2f}; "
        f"first plan {1_000 * planning_s:.0f} ms",
        flush=True,
    )


def _set_policy(project_id: int, policy: SelectionPolicy, session: Session) -> None:
    session.connection().execute(
        sa.update(t.selection_plan)
        .where(t.selection_plan.c.project_id == project_id)
        .values(policy=policy)
    )


def _lease_all(project_id: int, people: list[int], seed: int, session: Session) -> list[float]:
    """Lease a pair to everybody and return the processor seconds each one took."""
    rng = random.Random(seed)  # noqa: S311 - the same draws each run
    times = []
    for person_id in people:
        started = process_time()
        lease = lease_next(project_id, person_id=person_id, session=session, now=NOW, rng=rng)
        times.append(process_time() - started)
        assert lease is not None
    return times


if __name__ == "__main__":
    main()
