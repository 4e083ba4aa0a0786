"""Fill a database with one judged project of a given size, fast and in constant memory.

Five models answer every prompt, every two of their answers are a pair, and every pair is judged
once, every fifth one twice. Texts are drawn from a seeded list of words, so that prompts differ
and compress as prose does; each judgment has two criteria, a reason and a sentence.
"""

import hashlib
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations, islice
from typing import Any, TypeAlias

import sqlalchemy as sa

from evalhub.core.campaigns import (
    AnnotatorKind,
    JudgmentOrigin,
    OverlapRule,
    PairingStrategy,
    ProjectStatus,
    SelectionMode,
)
from evalhub.core.canonical import canonical_json, sha256_hex
from evalhub.core.judging.answers import Answer, RatedCriterion, answer_to_json, choice_of
from evalhub.core.people import Origin
from evalhub.core.responses import ResponseStatus
from evalhub.db import tables as t
from evalhub.db.engine import Database

SLUG = "bench"
N_MODELS = 5
PAIRS_PER_PROMPT = N_MODELS * (N_MODELS - 1) // 2
N_PEOPLE = 60
TWICE_EVERY = 5
ROWS_AT_ONCE = 20_000

_Row: TypeAlias = dict[str, Any]
_WORDS = [hashlib.sha256(str(n).encode()).hexdigest()[: 3 + n % 6] for n in range(4_000)]


def fill(database: Database, n_pairs: int, *, now: datetime, words: int = 60) -> None:
    """Add the project with about ``n_pairs`` pairs; an answer has ``words`` words."""
    n_prompts = max(1, n_pairs // PAIRS_PER_PROMPT)
    with database.transaction() as session:
        connection = session.connection()
        _add_frame(connection, n_prompts, now)
        _insert(connection, t.prompt, _prompts(n_prompts))
        _insert(connection, t.response, _responses(n_prompts, words, now))
        _insert(connection, t.pair, _pairs(n_prompts))
        _insert(connection, t.judgment, _judgments(n_prompts, now))
        if not database.is_sqlite:
            connection.execute(sa.text("ANALYZE"))


def _add_frame(connection: sa.Connection, n_prompts: int, now: datetime) -> None:
    """Add everything there are few of: rubric, prompt set, endpoints, people, project."""
    rubric = {"rubric_id": "bench", "version": "1.0.0", "title": "Benchmark", "domain": "general"}
    _insert(
        connection,
        t.rubric_version,
        iter(
            [{**rubric, "id": 1, "sha256": sha256_hex("{}"), "document": "{}", "created_at": now}]
        ),
    )
    prompt_set = {"id": 1, "slug": SLUG, "title": "Benchmark", "created_at": now}
    _insert(connection, t.prompt_set, iter([prompt_set]))
    version = {"id": 1, "prompt_set_id": 1, "number": 1, "sha256": "0" * 64, "n_prompts": n_prompts}
    _insert(
        connection,
        t.prompt_set_version,
        iter([{**version, "filename": "bench.jsonl", "frozen_at": now}]),
    )
    endpoint = {"revision": 1, "dialect": "chat_completions", "url": "http://127.0.0.1:9/v1"}
    endpoint |= {"parameters": "{}", "is_simulated": True, "created_at": now}
    _insert(
        connection,
        t.endpoint,
        (
            {**endpoint, "id": n + 1, "slug": f"e{n}", "model": f"model-{n}"}
            for n in range(N_MODELS)
        ),
    )
    person = {"name": "A", "origin": Origin.SIMULATED, "created_at": now}
    _insert(
        connection,
        t.person,
        ({**person, "id": n + 1, "public_id": f"{n:032}"} for n in range(N_PEOPLE)),
    )
    project = {
        "id": 1,
        "slug": SLUG,
        "title": "Benchmark",
        "purpose": "Timing.",
        "domain": "general",
        "prompt_set_version_id": 1,
        "rubric_version_id": 1,
        "status": ProjectStatus.OPEN,
        "strategy": PairingStrategy.ALL,
        "overlap": 2,
        "overlap_rule": OverlapRule.FIXED,
        "selection_mode": SelectionMode.UNIFORM,
        "created_at": now,
    }
    _insert(connection, t.project, iter([project]))


def _prompts(n_prompts: int) -> Iterator[_Row]:
    rng = random.Random(1)  # noqa: S311 - the same texts each run
    for n in range(n_prompts):
        key = f"p{n:08}"
        document = canonical_json(
            {
                "schema": "evalhub.prompt/1",
                "id": key,
                "messages": [{"role": "user", "content": " ".join(rng.choices(_WORDS, k=30))}],
                "domain": "general",
                "language": "en",
                "license": "CC-BY-4.0",
                "source": {"kind": "written"},
                "split": "train",
            }
        )
        yield {
            "id": n + 1,
            "prompt_set_version_id": 1,
            "position": n,
            "key": key,
            "sha256": sha256_hex(document),
            "document": document,
            "domain": "general",
            "language": "en",
        }


def _responses(n_prompts: int, words: int, now: datetime) -> Iterator[_Row]:
    rng = random.Random(2)  # noqa: S311 - the same texts each run
    shared = {"status": ResponseStatus.ANSWERED, "parameters": "{}", "request_sha256": "0" * 64}
    for n in range(n_prompts * N_MODELS):
        text = " ".join(rng.choices(_WORDS, k=words))
        yield {
            **shared,
            "id": n + 1,
            "prompt_id": n // N_MODELS + 1,
            "endpoint_id": n % N_MODELS + 1,
            "text": text,
            "sha256": sha256_hex(text),
            "created_at": now,
        }


def _pairs(n_prompts: int) -> Iterator[_Row]:
    sides = list(combinations(range(1, N_MODELS + 1), 2))
    for prompt in range(n_prompts):
        first = prompt * N_MODELS
        for number, (x, y) in enumerate(sides, start=prompt * len(sides)):
            yield {
                "id": number + 1,
                "project_id": 1,
                "prompt_id": prompt + 1,
                "response_x_id": first + x,
                "response_y_id": first + y,
                "position": number,
                "overlap": 2,
                "n_taken": 1 + (number % TWICE_EVERY == 0),
                "is_offered": True,
            }


def _judgments(n_prompts: int, now: datetime) -> Iterator[_Row]:
    rng = random.Random(3)  # noqa: S311 - the same judgments each run
    shared = {
        "project_id": 1,
        "origin": JudgmentOrigin.SIMULATED,
        "annotator_kind": AnnotatorKind.HUMAN,
        "rubric_version_id": 1,
        "revision": 1,
    }
    number = 0
    for pair in range(n_prompts * PAIRS_PER_PROMPT):
        for _ in range(1 + (pair % TWICE_EVERY == 0)):
            number += 1
            yield {
                **shared,
                "public_id": f"{number:032}",
                "pair_id": pair + 1,
                "person_id": rng.randrange(N_PEOPLE) + 1,
                "is_swapped": rng.choice((True, False)),
                "created_at": now + timedelta(seconds=number),
                **_answer(rng),
            }


def _answer(rng: random.Random) -> _Row:
    preference = rng.choice((-3, -2, -1, 0, 1, 2, 3))
    why = " ".join(rng.choices(_WORDS, k=12))
    answer = Answer(
        rated=tuple(
            RatedCriterion(name, a=rng.randint(1, 5), b=rng.randint(1, 5))
            for name in ("correct", "clear")
        ),
        choice=choice_of(preference),
        preference=preference,
        confidence=rng.randint(1, 4),
        reasons=("correct",),
        why=why,
    )
    return {
        "choice": answer.choice,
        "preference": preference,
        "confidence": answer.confidence,
        "why": why,
        "answer": canonical_json(answer_to_json(answer)),
    }


def _insert(connection: sa.Connection, table: sa.Table, rows: Iterator[_Row]) -> None:
    statement = sa.insert(table)
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        connection.execute(statement, batch)
