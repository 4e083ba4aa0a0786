"""Hold what came back from an endpoint: a reply, a failure, and the outcome that is stored."""

from dataclasses import dataclass

from evalhub.core.responses import HOPELESS, ErrorKind, ResponseStatus


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold what a dialect read from one complete reply."""

    text: str
    reasoning: str = ""
    refusal: str = ""
    finish_reason: str | None = None
    model_reported: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Hold why one attempt brought no reply.

    ``wait_s`` is how long the body asks to wait, where it does so. ``is_habit`` says that the
    server answers so by its nature, as one does that never says how its answers end: each
    attempt would be paid for and thrown away like the first.
    """

    kind: ErrorKind
    message: str
    wait_s: float | None = None
    is_habit: bool = False

    @property
    def is_hopeless(self) -> bool:
        """Tell whether another attempt could not mend it."""
        return self.is_habit or self.kind in HOPELESS


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold what asking one question ended in, ready to be stored."""

    status: ResponseStatus
    request_sha256: str
    text: str = ""
    reasoning: str = ""
    finish_reason: str | None = None
    model_reported: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    latency_ms: float | None = None
    n_attempts: int = 1
    n_nul_removed: int = 0
    error_kind: ErrorKind | None = None
    error_message: str = ""
    raw_body: str = ""
