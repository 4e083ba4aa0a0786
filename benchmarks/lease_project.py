"""Fill a database with one open project of a given size, for timing leases."""

from datetime import datetime
from itertools import combinations

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import (
    OverlapRule,
    PairingStrategy,
    ProjectStatus,
    SelectionMode,
)
from evalhub.core.people import Origin, Role
from evalhub.core.responses import ResponseStatus
from evalhub.db import tables as t
from evalhub.db.models import Project
from evalhub.services.pairing.matchups import set_matchups


def make_project(
    session: Session, n_models: int, n_prompts: int, n_people: int, *, now: datetime
) -> tuple[int, list[int]]:
    """Add the project with every pair on every prompt; return its id and its annotators'."""
    _add_content(session, n_models, n_prompts, now=now)
    project = Project(
        slug="bench",
        title="Benchmark",
        purpose="Timing.",
        domain="general",
        prompt_set_version_id=1,
        rubric_version_id=1,
        status=ProjectStatus.OPEN,
        strategy=PairingStrategy.ALL,
        overlap=1,
        overlap_rule=OverlapRule.FIXED,
        selection_mode=SelectionMode.RANK,
        created_at=now,
    )
    session.add(project)
    session.flush()
    _insert(
        session,
        t.project_endpoint,
        [{"project_id": project.id, "endpoint_id": n + 1} for n in range(n_models)],
    )
    _add_pairs(session, project.id, n_models, n_prompts)
    set_matchups(project, session=session)
    people = list(range(1, n_people + 1))
    _insert(
        session,
        t.person,
        [
            {
                "id": n,
                "public_id": f"{n:032}",
                "name": "A",
                "origin": Origin.SIMULATED,
                "created_at": now,
            }
            for n in people
        ],
    )
    _insert(
        session,
        t.project_member,
        [
            {"project_id": project.id, "person_id": n, "role": Role.ANNOTATOR, "added_at": now}
            for n in people
        ],
    )
    return project.id, people


def _add_content(session: Session, n_models: int, n_prompts: int, *, now: datetime) -> None:
    """Add a rubric, a frozen prompt set, endpoints and all their responses, with ids from 1."""
    _insert(
        session,
        t.rubric_version,
        [
            {
                "id": 1,
                "rubric_id": "bench",
                "version": "1.0.0",
                "title": "Benchmark",
                "domain": "general",
                "sha256": "0" * 64,
                "document": "{}",
                "created_at": now,
            }
        ],
    )
    _insert(session, t.prompt_set, [{"id": 1, "slug": "bench", "title": "B", "created_at": now}])
    version = {"id": 1, "prompt_set_id": 1, "number": 1, "sha256": "0" * 64, "n_prompts": n_prompts}
    _insert(
        session, t.prompt_set_version, [{**version, "filename": "bench.jsonl", "frozen_at": now}]
    )
    prompt = {"prompt_set_version_id": 1, "document": "{}", "domain": "general", "language": "en"}
    _insert(
        session,
        t.prompt,
        [
            {**prompt, "id": n + 1, "position": n, "key": str(n), "sha256": f"{n:064}"}
            for n in range(n_prompts)
        ],
    )
    endpoint = {
        "revision": 1,
        "dialect": "chat_completions",
        "url": "http://127.0.0.1:9/v1",
        "parameters": "{}",
        "is_simulated": True,
        "created_at": now,
    }
    _insert(
        session,
        t.endpoint,
        [
            {**endpoint, "id": n + 1, "slug": f"e{n}", "model": f"model-{n}"}
            for n in range(n_models)
        ],
    )
    response = {
        "status": ResponseStatus.ANSWERED,
        "text": "An answer.",
        "parameters": "{}",
        "request_sha256": "0" * 64,
        "sha256": "0" * 64,
        "created_at": now,
    }
    _insert(
        session,
        t.response,
        [
            {
                **response,
                "id": prompt * n_models + model + 1,
                "prompt_id": prompt + 1,
                "endpoint_id": model + 1,
            }
            for prompt in range(n_prompts)
            for model in range(n_models)
        ],
    )


def _add_pairs(session: Session, project_id: int, n_models: int, n_prompts: int) -> None:
    """Add every pair, in an order that mixes models and prompts as a seed would."""
    wanted = [
        (prompt, first, second)
        for prompt in range(n_prompts)
        for first, second in combinations(range(n_models), 2)
    ]
    stride = 7_919  # a prime: steps through all positions, far from neighbours
    _insert(
        session,
        t.pair,
        [
            {
                "project_id": project_id,
                "prompt_id": prompt + 1,
                "response_x_id": prompt * n_models + first + 1,
                "response_y_id": prompt * n_models + second + 1,
                "position": number * stride % len(wanted),
                "overlap": 1,
                "n_taken": 0,
                "is_offered": True,
            }
            for number, (prompt, first, second) in enumerate(wanted)
        ],
    )


def _insert(session: Session, table: sa.Table, rows: list[dict[str, object]]) -> None:
    session.connection().execute(sa.insert(table), rows)
