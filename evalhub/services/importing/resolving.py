"""Find the prompts and responses that imported rows name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.judging.importing import ImportedJudgment
from evalhub.core.reading.quoting import shown
from evalhub.core.responses import ResponseStatus
from evalhub.db import tables as t
from evalhub.db.models import Project
from evalhub.errors import BadInput, Problem

MAX_PROBLEMS = 500


@dataclass(frozen=True, slots=True)
class KnownResponse:
    """Name one response row of the project."""

    id: int
    prompt_id: int
    is_answered: bool


@dataclass(frozen=True, slots=True)
class ResolvedJudgment:
    """Hold one imported row with the responses it compares."""

    row: ImportedJudgment
    left: KnownResponse
    right: KnownResponse


@dataclass(frozen=True, slots=True)
class KnownResponses:
    """Hold the project's prompt keys and its responses by prompt key and name.

    A name is an endpoint's slug or its model; a model that several endpoints of the project
    share names none of them and stands in ``ambiguous``.
    """

    prompts: frozenset[str]
    by_name: Mapping[tuple[str, str], KnownResponse]
    ambiguous: frozenset[str]


def resolve(
    rows: Iterable[ImportedJudgment], *, project: Project, filename: str, session: Session
) -> list[ResolvedJudgment]:
    """Return every row with its two responses.

    Raise ``BadInput`` with the line of each row that names a prompt or a model which the
    project does not have (the first 500).
    """
    known = known_responses(project, session=session)
    problems: list[Problem] = []
    resolved: list[ResolvedJudgment] = []
    for row in rows:
        where = f"{filename} line {row.line}"
        found = [_find(known, row.prompt, name) for name in (row.left, row.right)]
        broken = [rule for rule in found if isinstance(rule, str)]
        problems.extend(Problem(where, rule) for rule in dict.fromkeys(broken))
        sides = [side for side in found if isinstance(side, KnownResponse)]
        if len(sides) == len(found):
            resolved.append(ResolvedJudgment(row, *sides))
    if problems:
        raise BadInput(problems[:MAX_PROBLEMS])
    return resolved


def known_responses(project: Project, *, session: Session) -> KnownResponses:
    """Return what rows of an import into ``project`` may name; first samples only."""
    rows = session.connection().execute(
        sa.select(
            t.prompt.c.key,
            t.prompt.c.id.label("prompt_id"),
            t.response.c.id,
            t.response.c.status,
            t.endpoint.c.slug,
            t.endpoint.c.model,
        )
        .join(t.response, t.response.c.prompt_id == t.prompt.c.id)
        .join(t.endpoint, t.endpoint.c.id == t.response.c.endpoint_id)
        .join(t.project_endpoint, t.project_endpoint.c.endpoint_id == t.endpoint.c.id)
        .where(
            t.project_endpoint.c.project_id == project.id,
            t.prompt.c.prompt_set_version_id == project.prompt_set_version_id,
            t.response.c.sample_index == 0,
            t.response.c.status != ResponseStatus.ERROR,
        )
    )
    by_slug: dict[tuple[str, str], KnownResponse] = {}
    by_model: dict[tuple[str, str], KnownResponse] = {}
    slugs_by_model: dict[str, set[str]] = {}
    for row in rows:
        response = KnownResponse(row.id, row.prompt_id, row.status is ResponseStatus.ANSWERED)
        by_slug[row.key, row.slug] = response
        by_model[row.key, row.model] = response
        slugs_by_model.setdefault(row.model, set()).add(row.slug)
    ambiguous = frozenset(model for model, slugs in slugs_by_model.items() if len(slugs) > 1)
    prompts = sa.select(t.prompt.c.key).where(
        t.prompt.c.prompt_set_version_id == project.prompt_set_version_id
    )
    return KnownResponses(
        prompts=frozenset(session.connection().execute(prompts).scalars()),
        by_name={**by_model, **by_slug},
        ambiguous=ambiguous - {slug for _, slug in by_slug},
    )


def _find(known: KnownResponses, prompt: str, name: str) -> KnownResponse | str:
    """Return the response, or the rule that the row breaks."""
    if prompt not in known.prompts:
        return f"the project has no prompt {shown(prompt)}"
    if name in known.ambiguous:
        return f"several endpoints have the model {shown(name)}; name the endpoint instead"
    found = known.by_name.get((prompt, name))
    return found or f"no response of {shown(name)} to prompt {shown(prompt)} is in the project"
