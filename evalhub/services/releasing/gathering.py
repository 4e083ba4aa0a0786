"""Gather what a release is made from: the project's judgments in force and all they rest on.

This is the first of two passes over the pages of a project: it hashes the judgments, counts what
the filters take, and keeps of each released judgment the few numbers that labels are fitted to.
The second pass, ``evalhub.services.releasing.streaming``, writes the rows.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.canonical import canonical_json
from evalhub.core.releasing.builds import BuildStage, Say, say_nothing
from evalhub.core.releasing.reports import AnsweredReport, ReportDecision
from evalhub.core.releasing.tables import judgment_lines
from evalhub.core.releasing.vocabulary import FilterName
from evalhub.core.scoring.annotators.controls import ControlCount, is_right
from evalhub.core.scoring.labels import LabelCollector, LabelInputs
from evalhub.db.models import (
    Endpoint,
    Project,
    PromptSet,
    PromptSetVersion,
    RubricVersion,
)
from evalhub.services.releasing.indexing import PromptIndex, index_prompts
from evalhub.services.releasing.paging import Page, Pager, Pseudonyms
from evalhub.services.releasing.reported import answered_reports

if TYPE_CHECKING:
    from hashlib import _Hash


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Hold the state of a project that a release is made from, but for its rows.

    ``n_judgments`` counts all judgments in force and ``judgments_sha256`` covers them, ordered by
    prompt, pair and id; ``n_released`` counts those that the judgment filters let through, on
    ``n_prompts`` prompts, and ``dropped`` how many each filter took. ``controls`` counts answers
    to control items, and ``newest_at`` is when the newest judgment was made, None without any.
    ``pager`` reads them again.
    ``reports`` are those on rows of earlier releases that were answered.
    """

    project: Project
    prompt_set: PromptSet
    version: PromptSetVersion
    prompts: PromptIndex
    endpoints: Mapping[tuple[str, int], Endpoint]
    rubrics: Sequence[RubricVersion]
    n_judgments: int
    judgments_sha256: str
    n_released: int
    n_prompts: int
    dropped: Counter[FilterName]
    controls: ControlCount
    newest_at: datetime | None
    labels: LabelInputs
    pager: Pager
    reports: tuple[AnsweredReport, ...]


def gather(project: Project, *, secret: str, session: Session, say: Say = say_nothing) -> Source:
    """Return the state of ``project`` that a release is made from."""
    version = session.get_one(PromptSetVersion, project.prompt_set_version_id)
    say(BuildStage.INDEXING, 0, version.n_prompts)
    prompts = index_prompts(version, session=session)
    reports = answered_reports(project.id, session=session)
    left_out = frozenset(
        report.pair_id for report in reports if report.decision is ReportDecision.LEFT_OUT
    )
    pager = Pager(project.id, prompts, Pseudonyms(secret, project.slug), session, left_out)
    seen = _Seen(prompts)
    n_done = 0
    for page in pager.pages():
        seen.take(page)
        n_done += len(page.prompts)
        say(BuildStage.COUNTING, n_done, len(prompts.prompts))
    return Source(
        project=project,
        prompt_set=session.get_one(PromptSet, version.prompt_set_id),
        version=version,
        prompts=prompts,
        endpoints=_endpoints(seen.endpoints, session=session),
        rubrics=_rubrics(seen.rubrics, session=session),
        n_judgments=seen.n_judgments,
        judgments_sha256=seen.digest.hexdigest(),
        n_released=seen.n_released,
        n_prompts=seen.n_prompts,
        dropped=seen.dropped,
        controls=ControlCount(seen.n_control_right, seen.n_control_answers),
        newest_at=seen.newest_at,
        labels=seen.labels.finish(),
        pager=pager,
        reports=reports,
    )


@dataclass(slots=True)
class _Seen:
    """Hold what was seen of a project, page by page."""

    prompts: PromptIndex
    n_judgments: int = 0
    n_released: int = 0
    n_prompts: int = 0
    dropped: Counter[FilterName] = field(default_factory=Counter)
    n_control_right: int = 0
    n_control_answers: int = 0
    newest_at: datetime | None = None
    endpoints: set[tuple[str, int]] = field(default_factory=set)
    rubrics: set[tuple[str, str]] = field(default_factory=set)
    digest: "_Hash" = field(default_factory=hashlib.sha256)
    labels: LabelCollector = field(default_factory=LabelCollector)

    def take(self, page: Page) -> None:
        """Count, hash and collect one page."""
        self.n_judgments += len(page.judgments)
        self.n_released += len(page.released)
        self.dropped.update(page.dropped)
        for line in judgment_lines((item.id, item.record) for item in page.judgments):
            self.digest.update(canonical_json(line).encode() + b"\n")
        for item in page.judgments:
            record = item.record
            self.rubrics.add((record.rubric_id, record.rubric_version))
            self.endpoints.update((one.endpoint, one.revision) for one in (record.x, record.y))
            self.newest_at = max(self.newest_at or record.created_at, record.created_at)
            # Answers to control items are not released, and still tell how far their annotators
            # are right.
            if record.annotator_kind is AnnotatorKind.HUMAN:
                self.labels.add_control(record, self.prompts.controls)
                right = is_right(record, self.prompts.controls)
                self.n_control_answers += right is not None
                self.n_control_right += right is True
        for _, items in groupby(page.released, key=lambda item: item.record.prompt_key):
            self.n_prompts += 1
            self.labels.add_prompt((item.pair_id, item.record) for item in items)


def _endpoints(
    names: Iterable[tuple[str, int]], *, session: Session
) -> dict[tuple[str, int], Endpoint]:
    query = select(Endpoint).where(col(Endpoint.slug).in_({slug for slug, _ in names}))
    found = {(row.slug, row.revision): row for row in session.exec(query)}
    return {name: found[name] for name in sorted(names)}


def _rubrics(names: set[tuple[str, str]], *, session: Session) -> list[RubricVersion]:
    query = select(RubricVersion).where(
        col(RubricVersion.rubric_id).in_({name for name, _ in names})
    )
    rows = [row for row in session.exec(query) if (row.rubric_id, row.version) in names]
    return sorted(rows, key=lambda row: (row.rubric_id, row.version))
