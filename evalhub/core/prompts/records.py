"""Hold a prompt as a frozen record; ``parsing`` makes it, ``canonical`` writes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from evalhub.core.canonical import Json
from evalhub.core.prompts.vocabulary import Audience, MessageRole, Risk, SourceKind, Split


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: MessageRole
    content: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a prompt comes from."""

    kind: SourceKind
    author: str | None = None
    url: str | None = None
    collected_at: date | None = None
    generator: str | None = None


@dataclass(frozen=True, slots=True)
class PromptCriterion:
    """One thing an answer to this prompt should, or (negative points) should not, do."""

    id: str
    text: str
    points: int | float
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PiiScan:
    """Who or what looked for personal data, and what came of it."""

    scanned_by: str
    result: str


@dataclass(frozen=True, slots=True)
class PremadeResponse:
    """An answer that came with the prompt, so that no endpoint needs to be asked."""

    model: str
    content: str
    finish_reason: str | None = None
    generated_at: date | None = None
    parameters: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt of a set; a system prompt is its first message."""

    id: str
    messages: tuple[Message, ...]
    domain: str
    language: str
    license: str
    source: Source
    split: Split = Split.TRAIN
    reference: tuple[str, ...] = ()
    criteria: tuple[PromptCriterion, ...] = ()
    jurisdiction: str | None = None
    specialty: str | None = None
    as_of: date | None = None
    audience: Audience | None = None
    tags: tuple[str, ...] = ()
    difficulty: str | None = None
    risk: Risk | None = None
    consent_ref: str | None = None
    pii: PiiScan | None = None
    canary: str | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict)
    responses: tuple[PremadeResponse, ...] = ()

    @property
    def system(self) -> str | None:
        """Return the system prompt, or None."""
        first = self.messages[0]
        return first.content if first.role is MessageRole.SYSTEM else None

    @property
    def turns(self) -> tuple[Message, ...]:
        """Return the messages without the system prompt."""
        return self.messages if self.system is None else self.messages[1:]

    @property
    def n_characters(self) -> int:
        """Return the characters of all messages together."""
        return sum(len(message.content) for message in self.messages)
