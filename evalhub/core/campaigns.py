"""Name the states that uploads, pulls, projects and assignments pass through."""

from enum import StrEnum


class UploadStatus(StrEnum):
    """Where a prompt-set upload stands; nothing is imported before it is confirmed."""

    STAGED = "staged"
    """Read and reported, waiting for a person to confirm or discard."""
    CONFIRMED = "confirmed"
    """Frozen as a version of its prompt set."""
    DISCARDED = "discarded"
    """Given up; nothing was imported."""


class PullStatus(StrEnum):
    """Where a pull stands."""

    QUEUED = "queued"
    """Waiting for a worker."""
    RUNNING = "running"
    """Asking the endpoints."""
    DONE = "done"
    """Every wanted response is stored, be it an answer or a stated failure."""
    CANCELLED = "cancelled"
    """Stopped by a person; what was stored stays."""
    FAILED = "failed"
    """Stopped by an error that is written beside it; it can be resumed."""


class ProjectStatus(StrEnum):
    """Where a project stands."""

    DRAFT = "draft"
    """Being set up; nothing can be claimed."""
    OPEN = "open"
    """Pairs can be claimed and judged."""
    PAUSED = "paused"
    """No new claims; leases already held can be finished."""
    CLOSED = "closed"
    """Finished; it can be scored and released."""


class PairingStrategy(StrEnum):
    """Which pairs of a prompt's responses are put before annotators."""

    ALL = "all"
    """Every pair."""
    BALANCED = "balanced"
    """A seeded random subset in which every endpoint appears about equally often."""
    BASELINE = "baseline"
    """Each endpoint against one baseline."""


class SelectionMode(StrEnum):
    """What the next comparisons of a project are chosen for."""

    RANK = "rank"
    """The order of all models: pairs whose judgment settles most of it are drawn more often."""
    WINNER = "winner"
    """Which model is best; the order of the others takes far longer."""
    UNIFORM = "uniform"
    """Nothing in particular: every open pair is as likely as the next. For quoting gaps."""


class OverlapRule(StrEnum):
    """When a pair has the judgments it is meant to have."""

    FIXED = "fixed"
    """Always as many as the overlap says."""
    ON_CONFLICT = "on_conflict"
    """Two; a further one, up to the overlap, only while they prefer different responses."""


class AssignmentStatus(StrEnum):
    """Where an assignment stands."""

    LEASED = "leased"
    """Held by its annotator until the lease expires."""
    SUBMITTED = "submitted"
    """Judged."""
    RELEASED = "released"
    """Given back by the annotator without a judgment; never held against them."""
    EXPIRED = "expired"
    """The lease ran out; the draft is kept."""


class Purpose(StrEnum):
    """What a comparison is given out for; its page, its pay and its terms are the same for all."""

    WORK = "work"
    """To be scored and released; it holds a place of its pair."""
    CONTROL = "control"
    """Its answer is known, so it tells how often judgments are right."""
    REPEAT = "repeat"
    """The person judged the pair before, with the sides the other way round."""
    ANCHOR = "anchor"
    """Many judge the same few pairs over time, which tells whether judging drifts."""

    @property
    def holds_place(self) -> bool:
        """Tell whether an assignment takes a place of its pair's overlap."""
        return self is Purpose.WORK


class JudgmentOrigin(StrEnum):
    """How a judgment reached EvalHub."""

    FORM = "form"
    """Submitted by a signed-in annotator."""
    IMPORTED = "imported"
    """Read from a file of judgments made elsewhere."""
    SIMULATED = "simulated"
    """Made by a simulated annotator; says so wherever it shows."""


class AnnotatorKind(StrEnum):
    """Who judged: a person or a model used as a judge."""

    HUMAN = "human"
    """A person."""
    MODEL = "model"
    """A model; never mixed into human scores by default."""
