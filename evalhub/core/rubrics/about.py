"""What a rubric says about itself: its people, its task, its quality plan and its examples.

These classes belong to the schema in ``evalhub.core.rubrics.schema``.
"""

from dataclasses import dataclass

from evalhub.core.rubrics.conditions import Condition
from evalhub.core.rubrics.texts import (
    Coefficient,
    Count,
    Date,
    Level,
    Line,
    Minutes,
    Point,
    Share,
    Slug,
    Text,
    Version,
)
from evalhub.core.rubrics.vocabulary import (
    AgreementMetric,
    AgreementTarget,
    Match,
    Modality,
    ShowReference,
    Stage,
    TaskType,
)


@dataclass(frozen=True, slots=True)
class Author:
    """Name someone who wrote the rubric."""

    name: Line
    role: Line


@dataclass(frozen=True, slots=True)
class Review:
    """Record that a practitioner reviewed this version."""

    pseudonym: Line
    credential: Line
    date: Date


@dataclass(frozen=True, slots=True)
class Source:
    """Name a document that informed the rubric; none of its text is reproduced."""

    name: Line
    used_for: tuple[Slug, ...]


@dataclass(frozen=True, slots=True)
class RaterRequirements:
    """Say who may judge under the rubric."""

    credential_any: tuple[Slug, ...]
    credential_verified: bool
    min_level: Level
    specialty_match: Match
    jurisdiction_match: Match
    training_modules: tuple[Slug, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedMinutes:
    """Say how long a judgment takes: the median and the ninetieth percentile."""

    p50: Minutes
    p90: Minutes


@dataclass(frozen=True, slots=True)
class Task:
    """Say what is asked and in which order."""

    type: TaskType
    modalities: tuple[Modality, ...]
    blind: bool
    show_reference: ShowReference
    stages: tuple[Stage, ...]
    expected_minutes: ExpectedMinutes
    expected_clicks_max: Count
    show_as_of_date: bool = False


@dataclass(frozen=True, slots=True)
class Overlap:
    """Say how many people judge a pair."""

    default: Count
    shared_share: Share
    shared_raters: Count
    safety_tagged_raters: Count


@dataclass(frozen=True, slots=True)
class MinAgreement:
    """State the agreement wanted before a release; without a value it is only reported."""

    metric: AgreementMetric
    target: AgreementTarget
    value: Coefficient | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    """Say how the work is checked; these are defaults that a project may change."""

    overlap: Overlap
    gold_share: Share
    repeat_share: Share
    adjudicator_level: Level
    disagreement_reasons: tuple[Slug, ...]
    min_agreement_to_release: MinAgreement | None = None
    adjudicate_when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """Hold what a careful annotator answers to a worked example."""

    overall: Point
    flags_a: tuple[Slug, ...]
    flags_b: tuple[Slug, ...]


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """Show a whole judgment, for training and the help panel."""

    id: Slug
    prompt: Text
    a: Text
    b: Text
    expected: Expected
    why: Text


@dataclass(frozen=True, slots=True)
class ChangelogEntry:
    """Say what a version changed."""

    version: Version
    date: Date
    change: Text
