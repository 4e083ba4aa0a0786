"""Report the agreement of a project's annotators: a table a rubric version and question."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring.agreement.coefficient import Coefficient
from evalhub.core.scoring.agreement.cohen import Cohen
from evalhub.core.scoring.agreement.estimate import Agreement, estimate
from evalhub.core.scoring.agreement.fleiss import Fleiss
from evalhub.core.scoring.agreement.gwet import Gwet
from evalhub.core.scoring.agreement.krippendorff import NominalAlpha, OrdinalAlpha
from evalhub.core.scoring.agreement.percent import Percent
from evalhub.core.scoring.agreement.subjects import (
    Subject,
    SubjectKind,
    by_time,
    code_of,
    criteria,
    graded_preferences,
    overall_choices,
)

RubricName: TypeAlias = tuple[str, str]
"""Id and version of a rubric."""

Scales: TypeAlias = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class SubjectAgreement:
    """Hold every statistic on the answers to one question; ``criterion`` is empty overall."""

    kind: SubjectKind
    criterion: str
    figures: tuple[Agreement, ...]


@dataclass(frozen=True, slots=True)
class RubricAgreement:
    """Hold the agreement under one version of one rubric.

    Judgments under two versions answer two sets of questions, so they are never compared here.
    """

    rubric_id: str
    rubric_version: str
    n_judgments: int
    n_cannot_judge: int
    subjects: tuple[SubjectAgreement, ...]


def agreement_report(
    records: Sequence[JudgmentRecord], *, scales: Mapping[RubricName, Scales]
) -> tuple[RubricAgreement, ...]:
    """Return the agreement between the annotators of ``records``, a rubric version at a time.

    The caller decides whose judgments these are; judges that are models are never among people.
    """
    by_rubric: defaultdict[RubricName, list[JudgmentRecord]] = defaultdict(list)
    # In the order of time, since of an annotator's answers to one pair the first one counts.
    for record in by_time(records):
        by_rubric[record.rubric_id, record.rubric_version].append(record)
    return tuple(
        _of_rubric(name, given, scales.get(name, {})) for name, given in sorted(by_rubric.items())
    )


def _of_rubric(
    name: RubricName, records: Sequence[JudgmentRecord], scales: Scales
) -> RubricAgreement:
    overall = overall_choices(records)
    clear = overall_choices(records, with_ties=False)
    # Percent agreement depends on ties more than anything else does, so it is given both ways.
    without_ties = estimate(Percent(), clear.ratings, tie_rule=clear.tie_rule)
    subjects = [overall, graded_preferences(records), *criteria(records, scales)]
    return RubricAgreement(
        rubric_id=name[0],
        rubric_version=name[1],
        n_judgments=len(records),
        n_cannot_judge=sum(code_of(record) is None for record in records),
        subjects=tuple(
            _of_subject(subject, extra=(without_ties,) if subject is overall else ())
            for subject in subjects
            if len(subject.ratings.unit)
        ),
    )


def _of_subject(subject: Subject, *, extra: tuple[Agreement, ...]) -> SubjectAgreement:
    percent, *others = (
        estimate(coefficient, subject.ratings, tie_rule=subject.tie_rule)
        for coefficient in _coefficients(len(subject.ratings.categories))
    )
    return SubjectAgreement(subject.kind, subject.name, (percent, *extra, *others))


def _coefficients(n_categories: int) -> tuple[Coefficient, ...]:
    chance_corrected = (Fleiss(), NominalAlpha(), OrdinalAlpha(), Gwet())
    return (Percent(), Cohen(n_categories), *chance_corrected)
