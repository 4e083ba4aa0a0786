"""The fixed words of ``evalhub.rubric/1``, one enumeration a question."""

from enum import StrEnum

NONE_FLAG = "none"
"""The id of the box that says no flag applies, which is an answer of its own."""

NOT_CHECKED = "not_checked"
"""The id of the citation result that says the source was not looked at."""


class Status(StrEnum):
    """Say how far a rubric version has come."""

    DRAFT = "draft"
    """Written, not yet reviewed by two practitioners."""

    ACTIVE = "active"
    """Reviewed; fit for paid projects."""

    RETIRED = "retired"
    """Kept so that old judgments can be read; not for new projects."""


class Stage(StrEnum):
    """Name one part of the form; a rubric lists its stages in the order they are asked."""

    TRIAGE = "triage"
    """Questions about the prompt and the annotator's competence."""

    FLAGS = "flags"
    """Typed problems, for each response."""

    CITATIONS = "citations"
    """What the annotator found when checking the sources."""

    CRITERIA = "criteria"
    """Aspects, rated for each response or compared."""

    OVERALL = "overall"
    """The preference and the confidence in it."""

    WHY = "why"
    """The reason in words."""


class TaskType(StrEnum):
    """Name what the annotator is asked to do."""

    PAIRWISE = "pairwise"
    """Compare two responses to one prompt without knowing where they come from."""


class Modality(StrEnum):
    """Name a kind of content that prompts or responses may hold."""

    TEXT = "text"
    """Plain or formatted text."""

    IMAGE = "image"
    """Still pictures."""

    AUDIO = "audio"
    """Sound."""

    VIDEO = "video"
    """Moving pictures, or their written description."""

    DOCUMENT = "document"
    """Files such as contracts and reports."""


class ShowReference(StrEnum):
    """Say when the annotator sees the prompt's reference answer."""

    NEVER = "never"
    """Not at all."""

    ALWAYS = "always"
    """From the start, beside the responses."""

    AFTER_ANSWER = "after_answer"
    """Once the judgment stands for good and no other on the prompt can follow it."""


class Match(StrEnum):
    """Say how an annotator's specialty or jurisdiction counts when work is offered."""

    OFF = "off"
    """It does not count; the word must stand in quotation marks in YAML."""

    PREFERRED = "preferred"
    """Those who match are asked first."""

    REQUIRED = "required"
    """Only those who match are asked."""


class Route(StrEnum):
    """Say where the pair goes when an option sends it back unjudged."""

    RETURN_TO_QUEUE = "return_to_queue"
    """Someone else is asked."""

    RETURN_AND_BLOCK = "return_and_block"
    """Someone else is asked, and this annotator never sees the prompt again."""


class Severity(StrEnum):
    """Grade a flag."""

    CRITICAL = "critical"
    """Serious harm to a person, a right or a system could follow."""

    MAJOR = "major"
    """The response could mislead or harm, though not gravely by itself."""

    MINOR = "minor"
    """A fault that a careful reader would forgive."""


class VetoPrefer(StrEnum):
    """Say which response should be preferred when exactly one is vetoed."""

    OTHER = "other"
    """The one without a veto."""


class VetoOverride(StrEnum):
    """Say what it takes not to prefer the other response when exactly one is vetoed."""

    REASON_AND_REVIEW = "reason_and_review"
    """A reason in words, and a reviewer looks at it."""

    REASON = "reason"
    """A reason in words."""

    REFUSED = "refused"
    """It is not possible."""


class BothVetoedPreference(StrEnum):
    """Say whether the preference is asked when both responses are vetoed."""

    STILL_ASKED = "still_asked"
    """Yes; which of two unacceptable responses is worse is worth knowing."""


class BothVetoedExport(StrEnum):
    """Say how a pair with two vetoed responses leaves EvalHub."""

    BOTH_UNACCEPTABLE = "both_unacceptable"
    """Marked as such, never as a plain chosen and rejected pair."""


class Mode(StrEnum):
    """Say how a criterion is asked."""

    RATE_EACH = "rate_each"
    """One value for each response, on the criterion's own scale with anchors."""

    COMPARE = "compare"
    """One value for the pair, on the rubric's compare scale."""


class TieQuality(StrEnum):
    """Tell two good responses that tie from two bad ones."""

    BOTH_GOOD = "both_good"
    """Either would serve."""

    BOTH_BAD = "both_bad"
    """Neither would serve."""


class AgreementMetric(StrEnum):
    """Name the agreement statistic that a release threshold is stated in."""

    KRIPPENDORFF_ALPHA_ORDINAL = "krippendorff_alpha_ordinal"
    """Krippendorff's alpha with ordinal distances."""


class AgreementTarget(StrEnum):
    """Name the answers an agreement threshold looks at."""

    OVERALL = "overall"
    """The overall preference."""
