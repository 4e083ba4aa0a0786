"""The schema ``evalhub.rubric/1`` as frozen dataclasses.

The classes are the schema: their field names are the keys of a rubric file, a field with a
default may be left out, and ``evalhub.core.rubrics.decoding`` reads files by these hints
alone. What one value may be stands in its type (``evalhub.core.rubrics.texts``); what several
values must be together stands in ``evalhub.core.rubrics.rules``.
"""

from dataclasses import dataclass

from evalhub.core.rubrics.about import (
    Author,
    ChangelogEntry,
    Quality,
    RaterRequirements,
    Review,
    Source,
    Task,
    WorkedExample,
)
from evalhub.core.rubrics.conditions import Condition
from evalhub.core.rubrics.texts import (
    Count,
    Line,
    Locale,
    OptionalText,
    Point,
    Share,
    Slug,
    Text,
    Version,
)
from evalhub.core.rubrics.vocabulary import (
    BothVetoedExport,
    BothVetoedPreference,
    Mode,
    Route,
    Severity,
    Status,
    TieQuality,
    VetoOverride,
    VetoPrefer,
)

SCHEMA = "evalhub.rubric/1"


@dataclass(frozen=True, slots=True)
class Option:
    """Offer one answer to a triage question; ``routes`` sends the pair back unjudged."""

    id: Slug
    label: Line
    routes: Route | None = None


@dataclass(frozen=True, slots=True)
class TriageQuestion:
    """Ask once, before the responses are judged; ``sets`` names a field for conditions."""

    id: Slug
    question: Line
    options: tuple[Option, ...]
    required: bool
    sets: Slug | None = None


@dataclass(frozen=True, slots=True)
class NoneOption:
    """Offer the box that says no flag applies, so that this differs from not being asked."""

    id: Slug
    label: Line


@dataclass(frozen=True, slots=True)
class Flag:
    """Name a typed problem that a response may have."""

    id: Slug
    label: Line
    severity: Severity
    veto: bool
    needs_quote: bool
    help: OptionalText = ""


@dataclass(frozen=True, slots=True)
class FlagList:
    """List the flags and the box for none of them."""

    none_option: NoneOption
    items: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class OneVetoed:
    """Say what follows when exactly one response has a flag with a veto."""

    prefer: VetoPrefer
    override: VetoOverride


@dataclass(frozen=True, slots=True)
class BothVetoed:
    """Say what follows when both responses have a flag with a veto."""

    preference: BothVetoedPreference
    export_as: BothVetoedExport


@dataclass(frozen=True, slots=True)
class VetoRules:
    """Say what flags with a veto do to the preference."""

    one_vetoed: OneVetoed
    both_vetoed: BothVetoed


@dataclass(frozen=True, slots=True)
class CitationResult:
    """Offer one finding about a source."""

    id: Slug
    label: Line


@dataclass(frozen=True, slots=True)
class CitationTable:
    """Ask what was found for the sources that the responses cite.

    Where anything is cited, at least ``minimum_checked_if_any`` sources and ``required_share``
    of them all, over both responses, need a finding other than "not checked".
    """

    question: Line
    results: tuple[CitationResult, ...]
    required_share: Share = 0.0
    minimum_checked_if_any: Count = 0
    not_found_suggests_flag: Slug | None = None
    not_support_suggests_flag: Slug | None = None


@dataclass(frozen=True, slots=True)
class AnchoredPoint:
    """Hold a value of a criterion's scale, its name and what earns it."""

    value: Point
    label: Line
    anchor: Text


@dataclass(frozen=True, slots=True)
class Scale:
    """List the values of one criterion from worst to best."""

    points: tuple[AnchoredPoint, ...]


@dataclass(frozen=True, slots=True)
class CriterionExample:
    """Show what a value of a criterion looks like, and why."""

    value: Point
    text: Text
    why: Text


@dataclass(frozen=True, slots=True)
class Criterion:
    """Ask about one aspect of the responses."""

    id: Slug
    name: Line
    question: Line
    mode: Mode
    weight: Share
    required: bool
    allow_na: bool
    description: OptionalText = ""
    scale: Scale | None = None
    applies_when: Condition | None = None
    examples: tuple[CriterionExample, ...] = ()


@dataclass(frozen=True, slots=True)
class ScalePoint:
    """Hold a value of a scale without anchors, and its name."""

    value: Point
    label: Line


@dataclass(frozen=True, slots=True)
class CompareScale:
    """List the values of the scale that compared criteria share; negative: A is better."""

    points: tuple[ScalePoint, ...]


@dataclass(frozen=True, slots=True)
class Confidence:
    """Ask how sure the annotator is."""

    question: Line
    points: tuple[ScalePoint, ...]


@dataclass(frozen=True, slots=True)
class Overall:
    """Ask for the preference, which is never computed from the criteria."""

    question: Line
    points: tuple[ScalePoint, ...]
    confidence: Confidence
    quality_if_tie: tuple[TieQuality, ...] = ()
    not_computed_from_criteria: bool = True


@dataclass(frozen=True, slots=True)
class Why:
    """Ask for the reason, and say when it must be given."""

    question: Line
    min_chars: Count
    max_chars: Count
    accept_span_instead: bool
    quick_reasons: tuple[Slug, ...]
    required_when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Rubric:
    """Hold one version of one rubric."""

    id: Slug
    version: Version
    status: Status
    title: Line
    domain: Slug
    locale: Locale
    license: Line
    authors: tuple[Author, ...]
    summary: Text
    rater: RaterRequirements
    task: Task
    triage: tuple[TriageQuestion, ...]
    flags: FlagList
    veto_rules: VetoRules
    criteria: tuple[Criterion, ...]
    compare_scale: CompareScale
    overall: Overall
    why: Why
    quality: Quality
    worked_examples: tuple[WorkedExample, ...]
    changelog: tuple[ChangelogEntry, ...]
    citations: CitationTable | None = None
    reviewed_by: tuple[Review, ...] = ()
    informed_by: tuple[Source, ...] = ()
    translations: tuple[Locale, ...] = ()

    def criterion(self, criterion_id: str) -> Criterion | None:
        """Return the criterion with this id, or None."""
        return next((item for item in self.criteria if item.id == criterion_id), None)

    def flag(self, flag_id: str) -> Flag | None:
        """Return the flag with this id, or None."""
        return next((item for item in self.flags.items if item.id == flag_id), None)


def version_key(version: str) -> tuple[int, int, int]:
    """Return the three numbers of a version, which order versions as they were made."""
    # As numbers: as text 1.10.0 would come before 1.9.0.
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch
