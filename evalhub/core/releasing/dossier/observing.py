"""Look at judged pairs as they stream by, and keep what the examination of a release needs.

Counts are exact. Single judgments are kept for at most ``MAX_EXAMINED`` of them, so that memory
does not grow with the release: beyond that, whole prompts are kept by a hash of their key, half as
many each time the limit is reached. Whole prompts, because the judgments of one prompt are alike
and every interval here counts prompts; by hash, so that the order does not matter and the same
release is always examined on the same prompts.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from evalhub.core.judging.answers import NotApplicable, Value
from evalhub.core.judging.records import JudgedResponse, JudgmentRecord
from evalhub.core.prompts.records import Prompt
from evalhub.core.releasing.dossier.facts import PromptTally
from evalhub.core.releasing.material import JudgedPair, ReleaseJudgment
from evalhub.core.releasing.weeks import iso_week
from evalhub.core.scoring.agreement.subjects import by_time, code_of
from evalhub.core.scoring.annotators.decisions import Identity, identity_of
from evalhub.core.scoring.covariates.style import style_of
from evalhub.core.tallying import take_in

MAX_EXAMINED = 100_000
NOT_STATED = "not stated"

_COUNTED = ("n_judgments", "by_facet", "by_cell", "by_models", "by_rubric")

Style: TypeAlias = tuple[int, ...]
Facets: TypeAlias = tuple[tuple[str, str], ...]
"""Dimensions of a prompt with its value in each; a tag is a dimension of its own."""

CriterionValue: TypeAlias = tuple[str, str, int]
"""Criterion, side (x, y or pair) and the value given, turned to the pair's own order."""


@dataclass(frozen=True, slots=True)
class Vote:
    """Hold one judgment as the examination sees it, turned to the pair's own order.

    ``code`` is the place of the choice among x, tie and y, None for cannot-judge. ``criteria`` is
    empty where nobody else judged the pair: a lone answer can agree with nobody.
    """

    prompt: str
    pair: str
    x: Identity
    y: Identity
    x_style: Style
    y_style: Style
    annotator: str
    origin: str
    is_swapped: bool
    code: int | None
    preference: int | None
    criteria: tuple[CriterionValue, ...]
    active_seconds: float | None


@dataclass(slots=True)
class Observations:
    """Keep counts of everything, and single judgments of a sample of prompts."""

    most: int = MAX_EXAMINED
    votes: list[Vote] = field(default_factory=list)
    facets: dict[str, Facets] = field(default_factory=dict)
    n_judgments: int = 0
    halvings: int = 0
    by_facet: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_cell: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    by_models: Counter[tuple[Identity, Identity]] = field(default_factory=Counter)
    by_rubric: Counter[str] = field(default_factory=Counter)
    first_at: datetime | None = None
    last_at: datetime | None = None
    prompts: PromptTally = field(default_factory=PromptTally)
    _styles: dict[tuple[str, str], Style] = field(default_factory=dict)

    def add(self, pairs: Sequence[JudgedPair]) -> None:
        """Count the judgments on some pairs of one prompt, and keep them if it is in the sample."""
        if not pairs:
            return
        prompt = pairs[0].prompt
        place, facets = _place(prompt.key), facets_of(prompt.prompt)
        n = sum([len(pair.judgments) for pair in pairs])
        self.n_judgments += n
        # The first three say where the prompt stands: domain, language and jurisdiction.
        domain, language, jurisdiction = (value for _, value in facets[:3])
        self.by_cell[domain, language, jurisdiction] += n
        for facet in facets:
            self.by_facet[facet] += n
        for pair in pairs:
            self.by_models[identity_of(pair.x), identity_of(pair.y)] += len(pair.judgments)
            self._note([one.record for one in pair.judgments])
            # Asked each time: the sample may be halved between two pairs.
            if place % (1 << self.halvings) == 0:
                self._keep(pair, facets)

    def take_in(self, later: "Observations") -> None:
        """Add what was seen of other prompts, which come after these.

        What is kept is the same as if all had been added here one by one: of each number of
        halvings the kept judgments only become more, so the least number that suffices does not
        depend on where the parts end.
        """
        take_in(self, later, _COUNTED)
        self.prompts.take_in(later.prompts)
        moments = [one for one in (self.first_at, later.first_at) if one is not None]
        self.first_at = min(moments, default=None)
        moments = [one for one in (self.last_at, later.last_at) if one is not None]
        self.last_at = max(moments, default=None)
        self.votes += later.votes
        self.facets |= later.facets
        if later.halvings != self.halvings:
            self.halvings = max(self.halvings, later.halvings)
            self._thin_out()
        self._halve()

    @property
    def is_sample(self) -> bool:
        """Tell whether prompts were left out of the examination."""
        return self.halvings > 0

    @property
    def weeks(self) -> tuple[str, str] | None:
        """Return the first and the last ISO week of a judgment; None without judgments."""
        if self.first_at is None or self.last_at is None:
            return None
        return iso_week(self.first_at), iso_week(self.last_at)

    def _note(self, records: Sequence[JudgmentRecord]) -> None:
        for record in records:
            self.by_rubric[f"{record.rubric_id} {record.rubric_version}"] += 1
            moment = record.created_at
            if self.first_at is None or moment < self.first_at:
                self.first_at = moment
            if self.last_at is None or moment > self.last_at:
                self.last_at = moment

    def _is_kept(self, prompt: str) -> bool:
        return _place(prompt) % (1 << self.halvings) == 0

    def _keep(self, pair: JudgedPair, facets: Facets) -> None:
        if pair.prompt.key not in self.facets:
            # Pairs of a prompt come together, so the styles of another prompt are done with.
            self._styles.clear()
            self.facets[pair.prompt.key] = facets
        self.votes.extend(
            _votes(pair, self._style(pair.x, pair.x_text), self._style(pair.y, pair.y_text))
        )
        self._halve()

    def _halve(self) -> None:
        while len(self.votes) > self.most and len(self.facets) > 1:
            self.halvings += 1
            self._thin_out()

    def _thin_out(self) -> None:
        self.votes = [vote for vote in self.votes if self._is_kept(vote.prompt)]
        self.facets = {key: own for key, own in self.facets.items() if self._is_kept(key)}

    def _style(self, response: JudgedResponse, text: str) -> Style:
        key = (f"{response.endpoint}/{response.revision}/{response.sample_index}", response.sha256)
        if key not in self._styles:
            self._styles[key] = style_of(text)
        return self._styles[key]


def facets_of(prompt: Prompt) -> Facets:
    """Return the groups that a prompt belongs to."""
    return (
        ("domain", prompt.domain),
        ("language", prompt.language),
        ("jurisdiction", prompt.jurisdiction or NOT_STATED),
        ("difficulty", prompt.difficulty or NOT_STATED),
        ("audience", prompt.audience.value if prompt.audience else NOT_STATED),
        ("risk", prompt.risk.value if prompt.risk else NOT_STATED),
        *((f"tag {tag}", "with it") for tag in sorted(set(prompt.tags))),
    )


def _place(prompt: str) -> int:
    return int.from_bytes(hashlib.sha256(prompt.encode()).digest()[:8], "big")


def _votes(pair: JudgedPair, x_style: Style, y_style: Style) -> Iterator[Vote]:
    # In the order of time: of repeats by one annotator the first one counts.
    by_record = {id(judgment.record): judgment for judgment in pair.judgments}
    ordered = [by_record[id(record)] for record in by_time(one.record for one in pair.judgments)]
    is_shared = len({one.annotator for one in ordered}) > 1
    for judgment in ordered:
        record = judgment.record
        yield Vote(
            prompt=pair.prompt.key,
            pair=pair.id,
            x=identity_of(pair.x),
            y=identity_of(pair.y),
            x_style=x_style,
            y_style=y_style,
            annotator=judgment.annotator,
            origin=record.person_origin.value,
            is_swapped=record.is_swapped,
            code=code_of(record),
            preference=record.canonical_preference,
            criteria=tuple(_criteria(judgment)) if is_shared else (),
            active_seconds=record.active_seconds,
        )


def _criteria(judgment: ReleaseJudgment) -> Iterator[CriterionValue]:
    answer = judgment.answer
    for rated in answer.rated:
        for side, value in (("x", rated.a), ("y", rated.b)):
            if (number := _number(value)) is not None:
                yield rated.criterion, side, number
    for compared in answer.compared:
        if (number := _number(compared.value)) is not None:
            yield compared.criterion, "pair", number


def _number(value: Value | None) -> int | None:
    """Return a value of the scale; None for "does not apply" and for no answer."""
    return None if value is None or isinstance(value, NotApplicable) else value


def annotators_of(votes: Sequence[Vote]) -> dict[str, str]:
    """Return each annotator with how they came to be known."""
    return {vote.annotator: vote.origin for vote in votes}
