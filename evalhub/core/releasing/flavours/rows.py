"""The rows of every flavour as typed dictionaries, in the order of their columns."""

from typing import TypeAlias, TypedDict

from evalhub.core.releasing.rows import Message


class KtoRow(TypedDict):
    """Hold a response and whether it is wanted."""

    prompt: list[Message]
    completion: list[Message]
    label: bool


class OpenRlhfRow(TypedDict):
    """Hold a preference with its margin, for OpenRLHF's reward trainer."""

    prompt: list[Message]
    chosen: list[Message]
    rejected: list[Message]
    margin: float


class RankedCompletion(TypedDict):
    """Hold one completion; the lower rank is the better one."""

    rank: int
    completion: list[Message]


class NemoRlRow(TypedDict):
    """Hold two ranked completions of one context."""

    context: list[Message]
    completions: list[RankedCompletion]


# The functional form, because ``from`` is a word of the language.
ShareGptTurn = TypedDict("ShareGptTurn", {"from": str, "value": str})
"""Hold one turn as ShareGPT writes it."""


class LlamaFactoryRow(TypedDict):
    """Hold a ShareGPT ranking; the responses are single turns and no lists."""

    conversations: list[ShareGptTurn]
    system: str
    chosen: ShareGptTurn
    rejected: ShareGptTurn


class AxolotlRow(TypedDict):
    """Hold a single-turn preference as plain texts."""

    system: str
    input: str
    chosen: str
    rejected: str


class VerlRow(TypedDict):
    """Hold a preference as texts that are concatenated as they are."""

    prompt: str
    chosen: str
    rejected: str


class HhRlhfRow(TypedDict):
    """Hold two transcripts that share everything but their last turn."""

    chosen: str
    rejected: str


class IndividualPreference(TypedDict):
    """Hold what one annotator preferred, and why."""

    score: int
    reasoning: str


class HelpSteer3Row(TypedDict):
    """Hold a graded preference, negative where the first response is better."""

    domain: str
    language: str
    context: list[Message]
    response1: str
    response2: str
    overall_preference: int
    individual_preference: list[IndividualPreference]


class ArenaRow(TypedDict):
    """Hold one judgment as a battle of two models."""

    id: str
    pair_id: str
    model_a: str
    model_b: str
    winner: str
    judge: str
    turn: int
    conversation_a: list[Message]
    conversation_b: list[Message]
    language: str
    domain: str
    is_simulated: bool


FlavourRow: TypeAlias = (
    KtoRow
    | OpenRlhfRow
    | NemoRlRow
    | LlamaFactoryRow
    | AxolotlRow
    | VerlRow
    | HhRlhfRow
    | HelpSteer3Row
    | ArenaRow
)
