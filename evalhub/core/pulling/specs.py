"""Describe what is asked of whom: an endpoint's settings and one question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evalhub.core.canonical import Json
from evalhub.core.pulling.messages import plain_text

PREMADE = "premade"
"""The dialect of responses that came with a prompt set; there is nobody to ask."""


@dataclass(frozen=True, slots=True)
class EndpointSpec:
    """Hold the settings of one endpoint revision, as the client needs them.

    ``api_key_ref`` is ``env:NAME`` or None; the key itself is never part of a spec. The two
    limits a minute are None where nobody set them. Endpoints that name the same ``account`` share
    them.
    """

    slug: str
    model: str
    dialect: str
    url: str
    api_key_ref: str | None = None
    parameters: Mapping[str, Json] = field(default_factory=dict)
    max_concurrency: int = 8
    max_attempts: int = 5
    request_timeout_s: float = 120.0
    total_timeout_s: float = 600.0
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Hold one prompt's messages, in the order in which they are sent.

    ``sample_index`` counts the answers that one endpoint is asked for. ``seed`` is sent where
    it is not None; only some dialects have a place for it.
    """

    prompt_id: int
    messages: Sequence[Mapping[str, Json]]
    seed: int | None = None
    sample_index: int = 0

    @property
    def n_characters(self) -> int:
        """Return the length of all that is asked, as far as it is text."""
        return sum(len(plain_text(message.get("content"))) for message in self.messages)
