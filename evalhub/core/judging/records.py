"""Judgments in force, as data for scoring and releasing.

A record names its responses x and y in an order that depends on what they are, not on the
row ids of one database: x is the one with the smaller ``JudgedResponse.sort_key``. What the
annotator chose is kept as shown, and turned to that order by ``canonical_choice`` and
``canonical_preference``.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from evalhub.core.campaigns import AnnotatorKind, JudgmentOrigin, Purpose
from evalhub.core.canonical import Json, content_hash
from evalhub.core.judging.answers import Choice
from evalhub.core.judging.known import KeyAnswer
from evalhub.core.people import Origin
from evalhub.core.responses import ResponseStatus

SortKey: TypeAlias = tuple[str, int, int, str]

_MIRRORED = {Choice.A: Choice.B, Choice.B: Choice.A}


@dataclass(frozen=True, slots=True)
class JudgedResponse:
    """Name one response of a judged pair by its content, not by a row id.

    Only ``status`` ``answered`` was shown by EvalHub as an answer; imported judgments may
    rest on others, because they were made elsewhere.
    """

    endpoint: str
    revision: int
    sample_index: int
    model: str
    sha256: str
    status: ResponseStatus

    @property
    def sort_key(self) -> SortKey:
        """Return what orders the responses of a pair, the same on every database."""
        return (self.endpoint, self.revision, self.sample_index, self.sha256)


@dataclass(frozen=True, slots=True)
class JudgmentRecord:
    """Hold one judgment in force, with everything that scoring and releases read.

    ``choice``, ``preference`` and ``answer`` are as shown: A is response y when
    ``is_swapped``. ``preference`` is None where only a choice is known (imported files
    without a graded preference) and for cannot-judge. ``accepted`` are the choices, turned as
    ``canonical_choice``, that the key in force takes as right; None unless it is a control.
    """

    public_id: str
    prompt_key: str
    prompt_sha256: str
    x: JudgedResponse
    y: JudgedResponse
    person_public_id: str
    person_origin: Origin
    origin: JudgmentOrigin
    annotator_kind: AnnotatorKind
    is_swapped: bool
    choice: Choice
    preference: int | None
    answer: Json
    why: str
    confidence: int | None
    rubric_id: str
    rubric_version: str
    created_at: datetime
    active_seconds: float | None
    revision: int
    # As the annotator held it then; None where the project asked for none.
    credential_class: str | None = None
    purpose: Purpose = Purpose.WORK
    accepted: frozenset[KeyAnswer] | None = None

    @property
    def pair_key(self) -> str:
        """Return the hash that names the pair: its prompt and both responses."""
        # x and y stand in their content's order, so a pair has one key whichever way it was stored.
        return content_hash([self.prompt_key, list(self.x.sort_key), list(self.y.sort_key)])

    @property
    def canonical_choice(self) -> Choice:
        """Return the choice with A standing for x and B for y."""
        return _MIRRORED.get(self.choice, self.choice) if self.is_swapped else self.choice

    @property
    def canonical_preference(self) -> int | None:
        """Return the graded preference with negative meaning that x is better."""
        if self.preference is None or not self.is_swapped:
            return self.preference
        return -self.preference

    @property
    def winner(self) -> JudgedResponse | None:
        """Return the preferred response; None for ties and cannot-judge."""
        return {Choice.A: self.x, Choice.B: self.y}.get(self.canonical_choice)

    @property
    def is_simulated(self) -> bool:
        """Tell whether a simulation made this judgment; every figure resting on it says so."""
        return self.origin is JudgmentOrigin.SIMULATED or self.person_origin is Origin.SIMULATED

    @property
    def sort_key(self) -> tuple[str, SortKey, SortKey, str, datetime, str]:
        """Return what orders records, the same on every database."""
        return (
            self.prompt_key,
            self.x.sort_key,
            self.y.sort_key,
            self.person_public_id,
            self.created_at,
            self.public_id,
        )
