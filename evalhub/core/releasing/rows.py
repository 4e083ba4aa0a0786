"""The rows of every table as typed dictionaries, which Arrow and JSON take as they are.

Keys stand in the order of the columns in ``evalhub.core.releasing.schemas``; a test keeps the
two equal.
"""

from typing import TypeAlias, TypedDict


class Message(TypedDict):
    """Hold one turn of a conversation."""

    role: str
    content: str


class TrlRow(TypedDict):
    """Hold a TRL conversational preference with an explicit prompt."""

    prompt: list[Message]
    chosen: list[Message]
    rejected: list[Message]


class CriterionVotes(TypedDict):
    """Hold how many judgments have each response of a pair ahead on one criterion."""

    criterion: str
    n_chosen: int
    n_rejected: int
    n_equal: int


class PairRow(TypedDict):
    """Hold a pair with a preferred response."""

    pair_id: str
    prompt_id: str
    prompt: list[Message]
    chosen: list[Message]
    rejected: list[Message]
    chosen_response_id: str
    rejected_response_id: str
    chosen_model: str
    rejected_model: str
    chosen_vetoed: bool
    rejected_vetoed: bool
    n_judgments: int
    n_chosen: int
    n_rejected: int
    n_ties: int
    n_cannot_judge: int
    n_graded: int
    soft_label: float
    soft_label_se: float
    is_against_votes: bool
    vote_share: float
    agreement: float
    mean_preference: float | None
    pooled_soft_label: float | None
    criterion_votes: list[CriterionVotes]
    domain: str
    language: str
    rubric_id: str
    rubric_version: str
    split: str
    is_simulated: bool


class MarginRow(PairRow):
    """Hold a pair with a preferred response and how far it is preferred."""

    margin: float
    margin_se: float


class TieRow(TypedDict):
    """Hold an evenly split pair, in its canonical order."""

    pair_id: str
    prompt_id: str
    prompt: list[Message]
    response_a: list[Message]
    response_b: list[Message]
    response_a_id: str
    response_b_id: str
    model_a: str
    model_b: str
    n_judgments: int
    n_a: int
    n_b: int
    n_ties: int
    n_both_good: int
    n_both_bad: int
    n_cannot_judge: int
    soft_label_b: float
    soft_label_b_se: float
    vote_share_b: float
    pooled_soft_label_b: float | None
    domain: str
    language: str
    rubric_id: str
    rubric_version: str
    split: str
    is_simulated: bool


class CriterionItem(TypedDict):
    """Hold one value given to one response (side a or b) or to the pair (side pair)."""

    criterion: str
    side: str
    value: int | None
    is_not_applicable: bool


class FlagItem(TypedDict):
    """Hold one flag raised on one response."""

    flag: str
    side: str
    quote: str


class MarkItem(TypedDict):
    """Hold words singled out in one response, by their code points in the response's text."""

    side: str
    start: int
    end: int
    quote: str
    flag: str
    reason: str


class CitationItem(TypedDict):
    """Hold what was found for one source of one response."""

    number: int
    side: str
    result: str


class TriageItem(TypedDict):
    """Hold the answer to one triage question."""

    question: str
    option: str


class JudgmentRow(TypedDict):
    """Hold one judgment, turned to the pair's canonical order, and what was shown."""

    judgment_id: str
    pair_id: str
    prompt_id: str
    annotator: str
    credential_class: str | None
    response_a_id: str
    response_b_id: str
    model_a: str
    model_b: str
    shown_left: str
    choice: str
    choice_shown: str
    preference: int | None
    preference_shown: int | None
    cannot_judge_reason: str | None
    confidence: int | None
    why: str
    reasons: list[str]
    criteria: list[CriterionItem]
    flags: list[FlagItem]
    marks: list[MarkItem]
    citations: list[CitationItem]
    triage: list[TriageItem]
    pair_outcome: str
    revision: int
    review: str | None
    decision: str | None
    decision_reason: str | None
    decision_week: str | None
    origin: str
    week: str
    domain: str
    language: str
    rubric_id: str
    rubric_version: str
    split: str
    is_simulated: bool


class PromptRow(TypedDict):
    """Hold one prompt."""

    prompt_id: str
    prompt_sha256: str
    prompt: list[Message]
    prompt_group: str
    domain: str
    language: str
    jurisdiction: str
    specialty: str
    license: str
    source_kind: str
    tags: list[str]
    split: str


Row: TypeAlias = TrlRow | PairRow | MarginRow | TieRow | JudgmentRow | PromptRow
