"""Fit a board to each criterion of a project's rubric, and add criteria up where asked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel
from sqlmodel import Session

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.deferred import Deferred
from evalhub.core.judging.answers import Choice, answer_from_json
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring import Boards, Counts, count_judgments, fit_counts
from evalhub.core.scoring.annotators.decisions import Identity, identity_of
from evalhub.core.scoring.criteria import Composite, criterion_scores, fit_composite
from evalhub.db.models import Project, RubricVersion
from evalhub.errors import EstimationError
from evalhub.services.judging.current import current_judgments
from evalhub.services.projects.finding import get_project
from evalhub.services.scoring.naming import name_models, project_endpoints

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = Deferred("pandas")

COLUMNS = ("prompt_id", "left", "right", "winner")
WINNERS = {1.0: "left", 0.5: "tie", 0.0: "right"}


@dataclass(frozen=True, slots=True)
class CriterionBoards:
    """Hold the boards of one criterion; ``weight`` is the rubric's, None where it has none."""

    id: str
    name: str
    weight: float | None
    boards: Boards


@dataclass(frozen=True, slots=True)
class ProjectCriteria:
    """Hold the boards of every criterion that was judged.

    ``composite`` is there where criteria were named and could be added up; ``reason`` says why it
    is not where they could not.
    """

    slug: str
    title: str
    is_simulated: bool
    criteria: tuple[CriterionBoards, ...]
    chosen: tuple[str, ...]
    composite: Composite | None
    reason: str

    @property
    def names(self) -> Mapping[str, str]:
        """Return the name of each criterion by its id."""
        return {one.id: one.name for one in self.criteria}


class _Criterion(BaseModel):
    id: str
    name: str
    weight: float


class _Rubric(BaseModel):
    criteria: list[_Criterion] = []


def project_criteria(slug: str, *, session: Session, chosen: Sequence[str] = ()) -> ProjectCriteria:
    """Fit the boards of every judged criterion; add up the ``chosen`` ones, and none unasked.

    Criteria that nobody judged are ignored. Raise ``NotFound`` for an unknown project.
    """
    project = get_project(slug, session=session)
    records = [
        record
        for record in current_judgments(project.id, session=session)
        if record.annotator_kind is AnnotatorKind.HUMAN and record.choice is not Choice.CANNOT_JUDGE
    ]
    names = name_models(project_endpoints(project, session=session), records)
    counts = _counts(records, names)
    rubric = _rubric(project, session=session)
    # The weights of the rubric, and even ones for criteria of an earlier version that it lost.
    weights = {name: rubric[name].weight if name in rubric else 1.0 for name in counts}
    asked = {name: weights[name] for name in sorted(set(chosen)) if name in counts}
    composite, reason = _composite(counts, asked)
    return ProjectCriteria(
        slug=project.slug,
        title=project.title,
        is_simulated=project.is_simulated or any(one.is_simulated for one in records),
        criteria=_boards(counts, rubric),
        chosen=tuple(asked),
        composite=composite,
        reason=reason,
    )


def _counts(records: Sequence[JudgmentRecord], names: Mapping[Identity, str]) -> dict[str, Counts]:
    """Count what each criterion says; two answers of one endpoint compare no models."""
    rows = defaultdict(list)
    for record in records:
        left, right = (record.y, record.x) if record.is_swapped else (record.x, record.y)
        if identity_of(left) == identity_of(right):
            continue
        sides = names[identity_of(left)], names[identity_of(right)]
        answer = answer_from_json(record.answer, where=f"judgment {record.public_id!r}")
        for criterion, score in criterion_scores(answer).items():
            rows[criterion].append((record.prompt_key, *sides, WINNERS[score]))
    return {
        criterion: count_judgments(pd.DataFrame(rows[criterion], columns=list(COLUMNS)))
        for criterion in sorted(rows)
    }


def _boards(
    counts: Mapping[str, Counts], rubric: Mapping[str, _Criterion]
) -> tuple[CriterionBoards, ...]:
    """Return the boards of every criterion, the one with the greatest weight first."""
    boards = [
        CriterionBoards(
            id=name,
            name=rubric[name].name if name in rubric else name.replace("_", " "),
            weight=rubric[name].weight if name in rubric else None,
            boards=fit_counts(one),
        )
        for name, one in counts.items()
    ]
    return tuple(sorted(boards, key=lambda one: (-(one.weight or 0), one.id)))


def _composite(
    counts: Mapping[str, Counts], weights: Mapping[str, float]
) -> tuple[Composite | None, str]:
    if not weights:
        return None, ""
    try:
        return fit_composite(counts, weights), ""
    except EstimationError as error:
        return None, str(error)


def _rubric(project: Project, *, session: Session) -> dict[str, _Criterion]:
    version = session.get_one(RubricVersion, project.rubric_version_id)
    rubric = _Rubric.model_validate_json(version.document)
    return {criterion.id: criterion for criterion in rubric.criteria}
