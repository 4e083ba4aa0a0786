"""Find the prompts and responses that imported rows name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import JudgmentOrigin
from evalhub.core.judging.importing import ImportedJudgment
from evalhub.core.reading.quoting import shown
from evalhub.core.responses import ResponseStatus
from evalhub.db import tables as t
from evalhub.db.models import Project
from evalhub.errors import BadInput, Problem
from evalhub.services.pairing.responses import project_responses

MAX_PROBLEMS = 500

JudgedKey: TypeAlias = tuple[str, int, int]
"""An annotator's id with the responses shown left and right."""


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

    A name is ``slug@revision``, a slug or a model, in this order where one text could be two
    of them. What several endpoints of the project share names none of them and stands in
    ``ambiguous``: which of them was judged nobody could say afterwards.
    """

    prompts: frozenset[str]
    by_name: Mapping[tuple[str, str], KnownResponse]
    ambiguous: frozenset[str]


def resolve(
    rows: Iterable[ImportedJudgment],
    *,
    project: Project,
    filename: str,
    source: str,
    known_problems: Sequence[Problem] = (),
    session: Session,
) -> list[ResolvedJudgment]:
    """Return every row with its two responses.

    Raise ``BadInput`` with the line of each row (the first 500) that names a prompt or a
    model which the project does not have, or repeats a judgment: two rows may name one
    endpoint differently, and a file that was mended is imported again. Counted twice, a
    judgment would weigh twice in every fit. The ``known_problems`` of other rows come first:
    whoever mends a file wants to hear of everything in it at once.
    """
    known = known_responses(project, session=session)
    place_by_key = _imported_before(project, source, session=session)
    problems = list(known_problems)
    resolved: list[ResolvedJudgment] = []
    for row in rows:
        where = f"{filename} line {row.line}"
        found = [_find(known, row.prompt, name) for name in (row.left, row.right)]
        broken = [rule for rule in found if isinstance(rule, str)]
        problems.extend(Problem(where, rule) for rule in dict.fromkeys(broken))
        sides = [side for side in found if isinstance(side, KnownResponse)]
        if len(sides) == len(found):
            item = ResolvedJudgment(row, *sides)
            key = (row.annotator, item.left.id, item.right.id)
            place = place_by_key.setdefault(key, where)
            if place != where:
                rule = f"annotator {shown(row.annotator)} has judged this pair already: {place}"
                problems.append(Problem(where, rule))
            resolved.append(item)
    if problems:
        raise BadInput(problems[:MAX_PROBLEMS])
    return resolved


def known_responses(project: Project, *, session: Session) -> KnownResponses:
    """Return what rows of an import into ``project`` may name; first samples only."""
    rows = session.connection().execute(
        project_responses(
            project,
            t.prompt.c.key,
            t.prompt.c.id.label("prompt_id"),
            t.response.c.id,
            t.response.c.status,
            t.endpoint.c.id.label("endpoint_id"),
            t.endpoint.c.slug,
            t.endpoint.c.revision,
            t.endpoint.c.model,
        ).where(
            t.response.c.sample_index == 0,
            t.response.c.status != ResponseStatus.ERROR,
        )
    )
    # One table of names a kind, the kind that decides first in front.
    tables: tuple[_Names, ...] = (_Names(), _Names(), _Names())
    for row in rows:
        response = KnownResponse(row.id, row.prompt_id, row.status is ResponseStatus.ANSWERED)
        names = (f"{row.slug}@{row.revision}", row.slug, row.model)
        for table, name in zip(tables, names, strict=True):
            table.add(name, row.endpoint_id, row.key, response=response)
    prompts = sa.select(t.prompt.c.key).where(
        t.prompt.c.prompt_set_version_id == project.prompt_set_version_id
    )
    return KnownResponses(
        prompts=frozenset(session.connection().execute(prompts).scalars()),
        by_name={key: found for table in reversed(tables) for key, found in table.found.items()},
        ambiguous=_ambiguous(tables),
    )


@dataclass(slots=True)
class _Names:
    """Hold names of one kind: the responses they lead to and the endpoints that share them."""

    found: dict[tuple[str, str], KnownResponse] = field(default_factory=dict)
    endpoints: dict[str, set[int]] = field(default_factory=dict)

    def add(self, name: str, endpoint: int, prompt: str, *, response: KnownResponse) -> None:
        self.found[prompt, name] = response
        self.endpoints.setdefault(name, set()).add(endpoint)


def _ambiguous(tables: Iterable[_Names]) -> frozenset[str]:
    """Return the names that several endpoints share, judged by the first kind that knows them."""
    decided: dict[str, set[int]] = {}
    for table in tables:
        decided = {**table.endpoints, **decided}
    return frozenset(name for name, endpoints in decided.items() if len(endpoints) > 1)


def _imported_before(project: Project, source: str, *, session: Session) -> dict[JudgedKey, str]:
    """Return where each judgment of the source's annotators in the project came from."""
    rows = session.connection().execute(
        sa.select(
            t.person.c.external_id,
            t.pair.c.response_x_id,
            t.pair.c.response_y_id,
            t.judgment.c.is_swapped,
            t.judgment.c.source_line,
            t.judgment_import.c.filename,
        )
        .join(t.pair, t.pair.c.id == t.judgment.c.pair_id)
        .join(t.person, t.person.c.id == t.judgment.c.person_id)
        .join(t.judgment_import, t.judgment_import.c.id == t.judgment.c.import_id)
        .where(
            t.judgment.c.project_id == project.id,
            t.judgment.c.origin == JudgmentOrigin.IMPORTED,
            t.person.c.import_source == source,
        )
    )
    places: dict[JudgedKey, str] = {}
    for row in rows:
        x, y = row.response_x_id, row.response_y_id
        left, right = (y, x) if row.is_swapped else (x, y)
        places[row.external_id, left, right] = f"{row.filename} line {row.source_line}, imported"
    return places


def _find(known: KnownResponses, prompt: str, name: str) -> KnownResponse | str:
    """Return the response, or the rule that the row breaks."""
    if prompt not in known.prompts:
        return f"the project has no prompt {shown(prompt)}"
    if name in known.ambiguous:
        return f"several endpoints go by {shown(name)}; name one as slug@revision"
    found = known.by_name.get((prompt, name))
    return found or f"no response of {shown(name)} to prompt {shown(prompt)} is in the project"
