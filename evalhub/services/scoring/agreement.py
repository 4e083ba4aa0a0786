"""State how far a project's annotators agree; nothing is stored."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pydantic import BaseModel
from sqlmodel import Session, col, select

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.canonical import Json
from evalhub.core.scoring.agreement import RubricAgreement, agreement_report
from evalhub.core.scoring.agreement.report import RubricName
from evalhub.core.scoring.annotators.consensus import ConsensusReport, consensus_or_reason
from evalhub.db.models import RubricVersion
from evalhub.services.judging.current import current_judgments
from evalhub.services.projects.finding import get_project

AGREEMENT_SCHEMA = "evalhub.agreement/1"


@dataclass(frozen=True, slots=True)
class ProjectAgreement:
    """Hold the agreement of a project's annotators and the consensus on its pairs.

    ``consensus`` is None where nobody gave a verdict, and where ``consensus_reason`` says why
    it could not be estimated. ``n_by_models`` judgments by models are not among either.
    """

    slug: str
    title: str
    is_simulated: bool
    n_judgments: int
    n_by_models: int
    n_simulated: int
    rubrics: tuple[RubricAgreement, ...]
    consensus: ConsensusReport | None
    consensus_reason: str | None


def project_agreement(slug: str, *, session: Session) -> ProjectAgreement:
    """Return the agreement between the people who judged a project, by rubric version.

    Raise ``NotFound`` for an unknown project.
    """
    project = get_project(slug, session=session)
    records = current_judgments(project.id, session=session)
    people = [record for record in records if record.annotator_kind is AnnotatorKind.HUMAN]
    consensus, reason = consensus_or_reason(people)
    names = {(record.rubric_id, record.rubric_version) for record in people}
    n_simulated = sum(record.is_simulated for record in people)
    return ProjectAgreement(
        slug=project.slug,
        title=project.title,
        is_simulated=project.is_simulated or n_simulated > 0,
        n_judgments=len(people),
        n_by_models=len(records) - len(people),
        n_simulated=n_simulated,
        rubrics=agreement_report(people, scales=_scales(names, session=session)),
        consensus=consensus,
        consensus_reason=reason,
    )


def agreement_document(found: ProjectAgreement) -> dict[str, Json]:
    """Return the agreement as the API gives it."""
    return {
        "schema": AGREEMENT_SCHEMA,
        "project": found.slug,
        "simulated": found.is_simulated,
        "n_judgments": found.n_judgments,
        "n_by_models": found.n_by_models,
        "n_simulated": found.n_simulated,
        "rubrics": [asdict(rubric) for rubric in found.rubrics],
        "consensus": None if found.consensus is None else asdict(found.consensus),
        "consensus_reason": found.consensus_reason,
    }


class _Point(BaseModel):
    value: int


class _Scale(BaseModel):
    points: list[_Point] = []


class _Criterion(BaseModel):
    id: str
    scale: _Scale | None = None


class _Scales(BaseModel):
    """Reads of a stored rubric only what its criteria offer, whatever else is in it."""

    criteria: list[_Criterion] = []
    compare_scale: _Scale = _Scale()


def _scales(
    names: set[RubricName], *, session: Session
) -> dict[RubricName, dict[str, Sequence[int]]]:
    """Return the values that each criterion of each rubric version offers."""
    query = select(RubricVersion).where(
        col(RubricVersion.rubric_id).in_({rubric_id for rubric_id, _ in names})
    )
    return {
        (row.rubric_id, row.version): _offered(_Scales.model_validate_json(row.document))
        for row in session.exec(query)
        if (row.rubric_id, row.version) in names
    }


def _offered(rubric: _Scales) -> dict[str, Sequence[int]]:
    return {
        criterion.id: [point.value for point in (criterion.scale or rubric.compare_scale).points]
        for criterion in rubric.criteria
    }
