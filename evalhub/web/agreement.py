"""Show how far a project's annotators agree."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from evalhub.core.people import SCOPE_ROLES, Scope
from evalhub.core.scoring.agreement import (
    RubricAgreement,
    Statistic,
    SubjectAgreement,
    SubjectKind,
)
from evalhub.core.scoring.annotators.consensus import ConsensusReport, PairConsensus
from evalhub.services.scoring.agreement import project_agreement
from evalhub.web.context import current_session, requires
from evalhub.web.language import N_, Words

bp = Blueprint("agreement", __name__, url_prefix="/projects")

READERS = SCOPE_ROLES[Scope.PROJECTS_READ]
MAX_PAIRS = 20
"""Pairs listed as worth a second look; the API gives the consensus on every pair."""

KIND_NAMES = Words(
    {
        SubjectKind.OVERALL: N_("Overall choice"),
        SubjectKind.PREFERENCE: N_("Graded preference"),
        SubjectKind.COMPARED: N_("compared"),
        SubjectKind.RATED: N_("rated"),
    }
)
CRITERIA = frozenset({SubjectKind.COMPARED, SubjectKind.RATED})


@dataclass(frozen=True, slots=True)
class RubricPart:
    """Hold one rubric version as the page shows it: questions in full, criteria a row each.

    ``reasons`` says of each criterion's statistic without a value or interval why.
    """

    rubric: RubricAgreement
    questions: tuple[SubjectAgreement, ...]
    criteria: tuple[SubjectAgreement, ...]
    reasons: tuple[str, ...]


@bp.get("/<slug>/scores/agreement")
@requires(*READERS)
def show_agreement(slug: str) -> ResponseReturnValue:
    """Show every statistic of agreement with its tie rule, n and interval."""
    found = project_agreement(slug, session=current_session())
    disputed = _disputed(found.consensus)
    return render_template(
        "scores/agreement.html",
        found=found,
        parts=[_part(rubric) for rubric in found.rubrics],
        kinds=KIND_NAMES,
        percent=Statistic.PERCENT,
        disputed=disputed[:MAX_PAIRS],
        n_disputed=len(disputed),
    )


def _part(rubric: RubricAgreement) -> RubricPart:
    criteria = tuple(one for one in rubric.subjects if one.kind in CRITERIA)
    missing = {
        f"{figure.statistic}: {figure.interval_reason}"
        for subject in criteria
        for figure in subject.figures
        if figure.interval_reason
    }
    return RubricPart(
        rubric=rubric,
        questions=tuple(one for one in rubric.subjects if one.kind not in CRITERIA),
        criteria=criteria,
        reasons=tuple(sorted(missing)),
    )


def _disputed(consensus: ConsensusReport | None) -> list[PairConsensus]:
    """Return the pairs whose consensus is not what most said, the surest first."""
    if consensus is None:
        return []
    against = [pair for pair in consensus.pairs if pair.is_against_majority]
    return sorted(against, key=lambda pair: -max(pair.probabilities))
