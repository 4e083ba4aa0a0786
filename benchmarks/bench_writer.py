"""Measure how long SQLite's one writer is held by the work that takes long.

While it is held nobody can submit a judgment. Printed for each act on about ten thousand
rows: how long it took, the longest single hold of the writer and its share of that time. The
release is built twice: inside one writing transaction, as it once was, and as it is now.
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

from evalhub.config import Settings
from evalhub.core.campaigns import ProjectStatus
from evalhub.core.people import command_actor
from evalhub.core.projects import ProjectPlan
from evalhub.core.prompts.options import ReadingOptions
from evalhub.db.engine import WRITE, Database
from evalhub.db.migrate import upgrade
from evalhub.rim import uploads
from evalhub.rim.releases import build_release
from evalhub.rim.scores import score_project
from evalhub.services.importing.storing import ImportedFile, import_judgments
from evalhub.services.projects.creating import create_project
from evalhub.services.projects.finding import get_project
from evalhub.services.projects.statuses import change_status
from evalhub.services.prompt_sets import SetNames, stage_upload
from evalhub.services.prompt_sets.reading import read_upload
from evalhub.services.releasing.folders import building_folder
from evalhub.services.releasing.keeping import keep_release
from evalhub.services.releasing.preparing import prepare_release
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
    """Time every hold of a database's writer, from its lock to its return."""

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

    def measure(self, name: str, act: Callable[[], object]) -> None:
        """Run ``act`` and print its figures."""
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


def open_place(folder: Path) -> Place:
    """Migrate a new database in ``folder``."""
    settings = Settings(
        instance_dir=folder, database_url=f"sqlite:///{folder}/bench.db", secret_key="b" * 40
    )
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
    """Make a project whose prompts came with answers."""
    import_prompts(place, "bench", prompt_rows(N_PROMPTS, models=MODELS))
    rubric = (place.settings.rubrics_dir / "general.yaml").read_bytes()
    plan = ProjectPlan(
        slug="bench",
        title="Benchmark",
        purpose="Measure.",
        prompt_set="bench@1",
        rubric="general@1.0.0",
        endpoints=tuple(f"premade-bench-{model}" for model in MODELS),
    )
    with place.database.transaction() as session:
        store_rubric(rubric, where="general.yaml", session=session, actor=ACTOR, now=NOW)
        create_project(plan, session=session, actor=ACTOR, now=NOW)


def open_project(place: Place) -> None:
    """Make the pairs and hand them out."""
    with place.database.transaction() as session:
        project = get_project("bench", session=session)
        change_status(project, ProjectStatus.OPEN, session=session, actor=ACTOR, now=NOW)


def judgment_rows() -> bytes:
    """Return one judgment of every pair of answers as CSV."""
    text = io.StringIO()
    rng = random.Random(SEED)  # noqa: S311 - no secret is drawn
    writer = csv.writer(text)
    writer.writerow(["prompt_id", "model_left", "model_right", "annotator_id", "choice"])
    for number in range(N_PROMPTS):
        for place, left in enumerate(MODELS):
            for right in MODELS[place + 1 :]:
                choice = rng.choice(["left", "right", "tie"])
                writer.writerow([f"p{number}", left, right, f"w{rng.randrange(50)}", choice])
    return text.getvalue().encode()


def import_all(place: Place, data: bytes) -> None:
    """Import the judgments, as the command does."""
    with place.database.transaction() as session:
        file = ImportedFile(data, "judgments.csv", "bench")
        import_judgments("bench", file, session=session, actor=ACTOR, now=NOW)


def score(place: Place) -> None:
    """Fit the boards and keep them, as the command does."""
    score_project("bench", database=place.database, actor=ACTOR, now=NOW)


def build_holding(place: Place, version: str) -> None:
    """Build a release inside one writing transaction, as it once was."""
    settings = place.settings
    with (
        place.database.transaction() as session,
        building_folder(settings.releases_dir) as folder,
    ):
        prepared = prepare_release(
            "bench", session=session, settings=settings, folder=folder, version=version
        )
        keep_release(prepared, session=session, settings=settings, actor=ACTOR, now=NOW)


def build_beside(place: Place, version: str) -> None:
    """Build a release beside the work, as it is now."""
    build_release(
        "bench",
        database=place.database,
        settings=place.settings,
        actor=ACTOR,
        now=NOW,
        version=version,
    )


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        place = open_place(Path(name))
        large, judgments = prompt_rows(N_LARGE), judgment_rows()
        n_pairs = judgments.count(b"\n") - 1
        set_up(place)
        place.measure(f"freeze {N_LARGE:,} prompts", lambda: import_prompts(place, "x", large))
        place.measure(f"open a project of {n_pairs:,} pairs", lambda: open_project(place))
        place.measure(f"import {n_pairs:,} judgments", lambda: import_all(place, judgments))
        place.measure(f"score {n_pairs:,} judgments", lambda: score(place))
        place.measure("release, in one transaction (before)", lambda: build_holding(place, "1.0.0"))
        place.measure("release, beside the work (now)", lambda: build_beside(place, "1.0.1"))
        place.database.dispose()


if __name__ == "__main__":
    main()
