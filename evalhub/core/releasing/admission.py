"""Decide of each judgment in force whether it is released, and by which filter it is left out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from evalhub.core.campaigns import AnnotatorKind, JudgmentOrigin, Purpose
from evalhub.core.consent import ConsentAnswer, ConsentPurpose, ConsentStanding, standing_on
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.prompts.records import Prompt
from evalhub.core.prompts.vocabulary import UNKNOWN_LICENSES
from evalhub.core.prompts.vocabulary import Split as PromptUse
from evalhub.core.releasing.clearance import (
    Clearance,
    ConsentFacts,
    Gate,
    GateAction,
    LicenceFamily,
    LicenceShare,
    PurposeCoverage,
    ScanFacts,
    decide,
)
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.releasing.splits import split_of_group
from evalhub.core.releasing.vocabulary import FilterName, Split

_BY_USE = {
    PromptUse.GOLD: FilterName.CONTROL_PROMPT,
    PromptUse.HOLDOUT: FilterName.HELD_OUT_PROMPT,
}
_BY_ORIGIN = {
    JudgmentOrigin.SIMULATED: FilterName.SIMULATED_JUDGMENT,
    JudgmentOrigin.IMPORTED: FilterName.IMPORTED_JUDGMENT,
}
_BY_STANDING = {
    ConsentStanding.WITHDRAWN: FilterName.CONSENT_WITHDRAWN,
    ConsentStanding.REFUSED: FilterName.CONSENT_REFUSED,
}
_ROUNDED_TO = 4

_Sources: TypeAlias = tuple[str, str, int, str, int]
"""The licence of a prompt, and the endpoint and revision of each of two responses to it."""


class Verdict(NamedTuple):
    """Hold what was decided of one judgment.

    ``filter`` is None for a judgment that is released. ``standing`` is where its annotator stands,
    None where an earlier filter took it; ``is_licence_unknown`` says that it came to the gate of
    licences and was held back there.
    """

    filter: FilterName | None
    standing: ConsentStanding | None = None
    is_licence_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """Know what decides over judgments: the recipe, consents, terms and splits.

    ``answers`` are those of each person by their public id, the latest last, and ``terms`` those
    of the output of each endpoint and revision. ``reported`` are the ids of pairs that are left out
    after a report, and ``excluded`` are the ids of judgments that the
    scan for personal data took out.
    """

    recipe: Recipe
    answers: Mapping[str, Sequence[ConsentAnswer]]
    terms: Mapping[tuple[str, int], str]
    splits: Mapping[str, Split]
    reported: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    _known: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)
    _standings: dict[str, ConsentStanding] = field(default_factory=dict, repr=False, compare=False)
    _takes_out: Mapping[Gate, bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look up once what the recipe says of each gate, which is asked of every judgment."""
        action_at = self.recipe.action_at
        takes_out = {gate: action_at(gate) is GateAction.EXCLUDE for gate in Gate}
        object.__setattr__(self, "_takes_out", takes_out)

    def verdict(
        self,
        record: JudgmentRecord,
        *,
        identity: str,
        pair: str,
        annotator: str,
        prompt: Prompt,
        group: str,
    ) -> Verdict:
        """Return what becomes of a judgment: the first filter that takes it, in their order."""
        name = self._basic(record, prompt, pair)
        if name is not None:
            return Verdict(name)
        standing = self.standing(record.person_public_id)
        name = _BY_STANDING.get(standing)
        if standing is ConsentStanding.UNANSWERED and self._takes_out[Gate.NO_CONSENT]:
            name = FilterName.NO_CONSENT
        if name is not None:
            return Verdict(name, standing)
        is_unknown = self._is_unknown(record, prompt)
        if is_unknown and self._takes_out[Gate.UNKNOWN_LICENCE]:
            return Verdict(FilterName.UNKNOWN_LICENCE, standing, is_unknown)
        if self.recipe.is_disjoint_by_annotator and self._split_of(annotator) != self.splits[group]:
            return Verdict(FilterName.ANNOTATOR_OF_OTHER_SPLIT, standing, is_unknown)
        name = FilterName.PERSONAL_DATA if identity in self.excluded else None
        return Verdict(name, standing, is_unknown)

    def standing(self, person: str) -> ConsentStanding:
        """Return where a person stands on the purpose of the release."""
        # Remembered: there are few people and terms, and each is asked of at every judgment.
        if person not in self._standings:
            given = self.answers.get(person, ())
            self._standings[person] = standing_on(given, self.recipe.purpose)
        return self._standings[person]

    def is_barred(self, person: str) -> bool:
        """Tell whether nothing of a person may be used, not even to weigh others by."""
        return self.standing(person) in _BY_STANDING

    def _basic(self, record: JudgmentRecord, prompt: Prompt, pair: str) -> FilterName | None:
        if record.annotator_kind is not AnnotatorKind.HUMAN:
            return FilterName.MODEL_JUDGE
        if record.purpose is Purpose.CONTROL:
            return FilterName.CONTROL_PROMPT
        if prompt.split in _BY_USE:
            return _BY_USE[prompt.split]
        if pair in self.reported:
            return FilterName.REPORTED_ROW
        name = _BY_ORIGIN.get(record.origin)
        return name if name in self.recipe.leave_out else None

    def _is_unknown(self, record: JudgmentRecord, prompt: Prompt) -> bool:
        x, y = record.x, record.y
        return not (
            self._is_known(prompt.license)
            and self._is_known(self.terms[x.endpoint, x.revision])
            and self._is_known(self.terms[y.endpoint, y.revision])
        )

    def _is_known(self, licence: str) -> bool:
        if licence not in self._known:
            self._known[licence] = is_known(licence)
        return self._known[licence]

    def _split_of(self, annotator: str) -> Split:
        """Return the one split an annotator is in: by the hash of their pseudonym, as a group's.

        It stays the same whatever data is added, and says nothing of what they judged.
        """
        return split_of_group(annotator, shares=self.recipe.shares, salt=self.recipe.salt)


def is_known(licence: str) -> bool:
    """Tell whether a licence, or the terms of a model's output, say anything."""
    return licence.strip().lower() not in {"", *UNKNOWN_LICENSES}


@dataclass(slots=True)
class AdmissionTally:
    """Count what was decided, for the filters and the clearance of a release."""

    admission: Admission
    dropped: Counter[FilterName] = field(default_factory=Counter)
    n_released: int = 0
    _standings: Counter[ConsentStanding] = field(default_factory=Counter)
    _annotators: dict[str, ConsentStanding] = field(default_factory=dict)
    _versions: set[int] = field(default_factory=set)
    _granted: Counter[ConsentPurpose] = field(default_factory=Counter)
    _sources: Counter[_Sources] = field(default_factory=Counter)
    _held: Counter[Gate] = field(default_factory=Counter)

    def take(self, verdict: Verdict, record: JudgmentRecord, annotator: str) -> None:
        """Count one judgment as it comes to the filters."""
        if verdict.filter is not None:
            self.dropped[verdict.filter] += 1
        if verdict.standing is None:
            return
        self._standings[verdict.standing] += 1
        self._annotators[annotator] = verdict.standing
        if verdict.standing is ConsentStanding.UNANSWERED:
            self._held[Gate.NO_CONSENT] += 1
        if verdict.is_licence_unknown:
            self._held[Gate.UNKNOWN_LICENCE] += 1
        if verdict.standing is ConsentStanding.GRANTED:
            self._versions.add(self.admission.answers[record.person_public_id][-1].text_version)

    def hold_personal_data(self) -> None:
        """Count a judgment in which the scan found something."""
        self._held[Gate.PERSONAL_DATA] += 1
        if self.admission.recipe.action_at(Gate.PERSONAL_DATA) is GateAction.EXCLUDE:
            self.dropped[FilterName.PERSONAL_DATA] += 1

    def release(self, record: JudgmentRecord, prompt: Prompt) -> None:
        """Count a judgment that is released."""
        self.n_released += 1
        answers = self.admission.answers.get(record.person_public_id)
        if answers:
            self._granted.update(answers[-1].purposes)
        x, y = record.x, record.y
        # By name, and the terms looked up at the end: each is one of a few, and counting three
        # things of every judgment would take three times as long.
        self._sources[prompt.license, x.endpoint, x.revision, y.endpoint, y.revision] += 1

    def clearance(self, scan: ScanFacts) -> Clearance:
        """Return what was settled; raise ``NotCleared`` where something was not."""
        decisions = decide(
            self.admission.recipe.gates, self._held, n_judgments=self._standings.total()
        )
        return Clearance(self._consent(), self._shares(), scan, decisions)

    def _consent(self) -> ConsentFacts:
        n, people = self._standings, Counter(self._annotators.values())
        return ConsentFacts(
            purpose=self.admission.recipe.purpose,
            n_judgments=n.total(),
            n_granted=n[ConsentStanding.GRANTED],
            n_unanswered=n[ConsentStanding.UNANSWERED],
            n_refused=n[ConsentStanding.REFUSED],
            n_withdrawn=n[ConsentStanding.WITHDRAWN],
            n_annotators_granted=people[ConsentStanding.GRANTED],
            n_annotators_unanswered=people[ConsentStanding.UNANSWERED],
            text_versions=tuple(sorted(self._versions)),
            coverage=tuple(
                PurposeCoverage(purpose, self._granted[purpose], self.n_released)
                for purpose in ConsentPurpose
            ),
            withdrawn=tuple(
                sorted(
                    name
                    for name, standing in self._annotators.items()
                    if standing is ConsentStanding.WITHDRAWN
                )
            ),
        )

    def _shares(self) -> tuple[LicenceShare, ...]:
        terms = self.admission.terms
        licences: Counter[tuple[LicenceFamily, str]] = Counter()
        totals: Counter[LicenceFamily] = Counter()
        for (licence, x, x_revision, y, y_revision), n in self._sources.items():
            licences[LicenceFamily.PROMPTS, licence] += n
            totals[LicenceFamily.PROMPTS] += n
            for name in (terms[x, x_revision], terms[y, y_revision]):
                licences[LicenceFamily.RESPONSES, name] += n
                totals[LicenceFamily.RESPONSES] += n
        return tuple(
            LicenceShare(family, name, n, round(n / totals[family], _ROUNDED_TO), is_known(name))
            for (family, name), n in sorted(licences.items())
        )
