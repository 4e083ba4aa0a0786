"""Walk the whole chain on the llmfao data: 19 prompts, 70 models, 8,931 real judgments."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from evalhub.config import Settings
from evalhub.core.campaigns import AnnotatorKind, ProjectStatus
from evalhub.core.judging.importing import ImportColumns
from evalhub.core.people import command_actor
from evalhub.core.projects import ProjectPlan
from evalhub.core.releasing.clearance import Gate, GateAction, GateRule
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.responses import ResponseStatus
from evalhub.endpoints.scripted import Script, ScriptedReply, ScriptedServer
from evalhub.rim.scores import score_project
from evalhub.services.endpoints.registering import register_endpoint
from evalhub.services.endpoints.views import EndpointDraft
from evalhub.services.importing.drafting import ImportedFile
from evalhub.services.importing.storing import ImportSummary
from evalhub.services.projects.creating import create_project
from evalhub.services.projects.statuses import change_status
from evalhub.services.prompt_sets.folders import freeze_folder
from evalhub.services.pulling.starting import start_pull
from evalhub.services.releasing.running import build_release
from evalhub.services.rubrics import store_rubric
from evalhub.services.scoring.agreement import ProjectAgreement, project_agreement
from evalhub.services.scoring.boards import ProjectBoards
from evalhub.services.scoring.judges import ProjectJudges, project_judges
from evalhub.services.transaction import Database
from tests.importing import import_judgments

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ACTOR = command_actor()
COLUMNS = ImportColumns(
    prompt="prompt", left="left", right="right", annotator="worker", choice="winner"
)
CARD = """\
schema: evalhub.promptset/1
id: llmfao
title: Prompts of the llmonitor benchmarks
domain: general
summary: Nineteen prompts that were put to seventy models.
license: CC-BY-4.0
authors: [llmonitor.com]
source: llmonitor.com benchmarks
language: en
"""

RECIPE = Recipe(
    gates=tuple(
        GateRule(gate, GateAction.ACCEPT, "A published data set, judged under its own terms.")
        for gate in Gate
    )
)
"""The crowd of a published data set has no account here, and one answer shows a made-up IBAN."""

Asked = tuple[str, str]
"""A model and the text of a prompt."""


@dataclass(frozen=True, slots=True)
class LlmfaoRun:
    """Hold what one walk through the chain left behind."""

    statuses: Counter[ResponseStatus]
    n_distinct: int
    calls_before_kill: Counter[Asked]
    committed_before_kill: frozenset[Asked]
    calls: Counter[Asked]
    imported: ImportSummary
    scored: ProjectBoards
    judges: ProjectJudges
    agreement: ProjectAgreement
    releases: tuple[Path, Path]


@dataclass(frozen=True, slots=True)
class Place:
    """Say where a walk keeps its state."""

    database: Database
    settings: Settings
    folder: Path


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the JSON lines of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def walk(place: Place, data: Path) -> LlmfaoRun:
    """Import, pull (killed halfway and resumed), judge, score and release, twice."""
    script, models = replay_script(data)
    prepare(place, data)
    with ScriptedServer(script) as server:
        pull_id = start(place, server.url, models)
        calls_before, committed = pull_and_kill(place, server, pull_id)
        finish_pull(place, pull_id)
        calls = Counter(server.calls)
    statuses, n_distinct = stored_responses(place.database)
    imported, scored = judge_and_score(place, data)
    judges, agreement = audit(place, data)
    return LlmfaoRun(
        statuses=statuses,
        n_distinct=n_distinct,
        calls_before_kill=calls_before,
        committed_before_kill=committed,
        calls=calls,
        imported=imported,
        scored=scored,
        judges=judges,
        agreement=agreement,
        releases=(release(place, "first"), release(place, "second")),
    )


def replay_script(data: Path) -> tuple[Script, list[str]]:
    """Return what each model really answered to each prompt, and the models."""
    texts = {row["id"]: row["text"] for row in rows_of(data / "prompts.jsonl")}
    results = rows_of(data / "results.jsonl")
    replies = {
        (row["name"], texts[row["prompt"]]): ScriptedReply(row["result"], delay_s=0.02)
        for row in results
    }
    return Script(replies), sorted({row["name"] for row in results})


def prepare(place: Place, data: Path) -> None:
    """Freeze the nineteen prompts as a set folder, and store the general rubric."""
    folder = place.folder / "llmfao"
    folder.mkdir()
    (folder / "set.yaml").write_text(CARD, encoding="utf-8")
    with (folder / "prompts.jsonl").open("w", encoding="utf-8") as file:
        for row in rows_of(data / "prompts.jsonl"):
            prompt = {
                "id": str(row["id"]),
                "prompt": row["text"],
                "domain": "general",
                "language": "en",
                "license": "CC-BY-4.0",
                "source": {"kind": "public"},
                "tags": [row["type"]],
            }
            file.write(json.dumps(prompt) + "\n")
    rubric = (ROOT / "rubrics" / "general.yaml").read_bytes()
    with place.database.transaction() as session:
        freeze_folder(folder, session=session, actor=ACTOR, now=NOW)
        store_rubric(rubric, where="general.yaml", session=session, actor=ACTOR, now=NOW)


def slug_of(number: int) -> str:
    """Return the endpoint name of the model with this number."""
    return f"llmfao-{number:02d}"


def start(place: Place, url: str, models: list[str]) -> str:
    """Register the seventy models and start a pull of everything."""
    with place.database.transaction() as session:
        for number, model in enumerate(models):
            register_endpoint(
                EndpointDraft(slug_of(number), model, url, max_concurrency=2),
                session=session,
                actor=ACTOR,
                now=NOW,
                allowed_hosts=place.settings.allowed_hosts,
            )
        pull = start_pull(
            "llmfao",
            [slug_of(number) for number in range(len(models))],
            session=session,
            actor=ACTOR,
            now=NOW,
            is_foreground=True,
        )
    return pull.public_id


def puller(place: Place, pull_id: str) -> subprocess.Popen[bytes]:
    """Run the puller as its users do: as a command, in a process of its own."""
    environment = {
        **os.environ,
        "EVALHUB_INSTANCE_DIR": str(place.settings.instance_dir),
        "EVALHUB_DATABASE_URL": place.settings.database_url,
        "EVALHUB_ENDPOINT_ALLOW": "127.0.0.1",
    }
    command = [sys.executable, "-m", "evalhub", "pull", "run", pull_id]
    return subprocess.Popen(  # noqa: S603 - our own command
        command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL
    )


def pull_and_kill(
    place: Place, server: ScriptedServer, pull_id: str
) -> tuple[Counter[Asked], frozenset[Asked]]:
    """Kill the puller once half of everything was asked; return what stood then."""
    process = puller(place, pull_id)
    while server.calls.total() < 19 * 70 / 2 and process.poll() is None:
        try:
            process.wait(timeout=0.01)
        except subprocess.TimeoutExpired:
            continue
    process.send_signal(signal.SIGKILL)
    process.wait()
    with place.database.transaction(write=False) as session:
        rows = session.connection().execute(
            sa.text(
                "SELECT endpoint.model, prompt.document FROM response "
                "JOIN endpoint ON endpoint.id = response.endpoint_id "
                "JOIN prompt ON prompt.id = response.prompt_id"
            )
        )
        committed = frozenset(
            (row.model, json.loads(row.document)["messages"][-1]["content"]) for row in rows
        )
    return Counter(server.calls), committed


def finish_pull(place: Place, pull_id: str) -> None:
    """Resume the pull and let it end."""
    process = puller(place, pull_id)
    process.wait(timeout=120)
    if process.returncode:
        raise AssertionError(f"the resumed pull ended with status {process.returncode}")


def stored_responses(database: Database) -> tuple[Counter[ResponseStatus], int]:
    """Return how many responses have each status, and how many (prompt, endpoint) there are."""
    with database.transaction(write=False) as session:
        connection = session.connection()
        statuses = connection.execute(sa.text("SELECT status FROM response")).scalars()
        counted = Counter(ResponseStatus(status) for status in statuses)
        distinct = sa.text("SELECT DISTINCT prompt_id, endpoint_id FROM response")
        return counted, len(connection.execute(distinct).all())


def judge_and_score(place: Place, data: Path) -> tuple[ImportSummary, ProjectBoards]:
    """Set up the project, import the real judgments and score them."""
    plan = ProjectPlan(
        slug="llmfao",
        title="The llmfao comparisons",
        purpose="Measure the chain on real judgments.",
        prompt_set="llmfao@1",
        rubric="general@1.0.0",
        endpoints=tuple(slug_of(number) for number in range(70)),
    )
    path = data / "crowd-comparisons.csv"
    file = ImportedFile(path.read_bytes(), path.name, "llmfao", COLUMNS)
    with place.database.transaction() as session:
        project = create_project(plan, session=session, actor=ACTOR, now=NOW)
        change_status(project, ProjectStatus.CLOSED, session=session, actor=ACTOR, now=NOW)
        imported = import_judgments("llmfao", file, session=session, actor=ACTOR, now=NOW)
    return imported, score_project("llmfao", database=place.database, actor=ACTOR, now=NOW)


def audit(place: Place, data: Path) -> tuple[ProjectJudges, ProjectAgreement]:
    """Bring the judgments of GPT-4 on the same pairs, and compare everybody."""
    path = data / "gpt4-crowd-comparisons.csv"
    file = ImportedFile(
        path.read_bytes(),
        path.name,
        "llmfao",
        ImportColumns(prompt="prompt", left="left", right="right", choice="winner"),
        AnnotatorKind.MODEL,
        annotator="gpt-4",
    )
    with place.database.transaction() as session:
        import_judgments("llmfao", file, session=session, actor=ACTOR, now=NOW)
    with place.database.transaction(write=False) as session:
        return (
            project_judges("llmfao", session=session),
            project_agreement("llmfao", session=session),
        )


def release(place: Place, name: str) -> Path:
    """Build the release in a releases folder of its own and return where it lies."""
    instance = place.folder / name
    settings = place.settings.model_copy(update={"instance_dir": instance})
    built = build_release(
        "llmfao",
        database=place.database,
        settings=settings,
        actor=ACTOR,
        now=NOW,
        version="1.0.0",
        recipe=RECIPE,
    )
    return built.folder


def real_judgments(data: Path) -> list[dict[str, str]]:
    """Return the rows of the crowd's file."""
    with (data / "crowd-comparisons.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
