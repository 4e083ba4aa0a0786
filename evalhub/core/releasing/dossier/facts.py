"""What is known of a release beside its judgments: its prompts, models, terms and quality control.

All of it is counted or copied; nothing names a person.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

from evalhub.core.canonical import Json
from evalhub.core.prompts.records import Prompt
from evalhub.core.prompts.vocabulary import UNKNOWN_LICENSES, SourceKind
from evalhub.core.releasing.dossier.paying import LedgerFacts, Offer
from evalhub.core.tallying import take_in


@dataclass(frozen=True, slots=True)
class Tally:
    """Hold how many there are of each of some words, in the order of the words."""

    items: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> "Tally":
        """Return ``counts`` in the order of their words."""
        return cls(tuple(sorted(counts.items())))

    @property
    def total(self) -> int:
        """Return how many there are together."""
        return sum(n for _, n in self.items)


@dataclass(frozen=True, slots=True)
class PromptFacts:
    """Hold what the prompts of a release say about themselves."""

    n_prompts: int
    kinds: Tally
    licenses: Tally
    generators: Tally
    scans: Tally
    n_authors: int
    n_with_url: int
    n_with_consent: int
    n_unknown_license: int

    @property
    def n_synthetic(self) -> int:
        """Return how many a model generated."""
        return dict(self.kinds.items).get(SourceKind.SYNTHETIC.value, 0)


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Hold what is known of one endpoint whose answers were judged; weeks are ISO weeks."""

    slug: str
    revision: int
    model: str
    dialect: str
    parameters: str
    output_terms: str
    is_simulated: bool
    n_responses: int
    first_week: str
    last_week: str
    reported: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """Hold how the project collected its judgments.

    ``offers`` are the versions of its terms under which the judgments were claimed.
    ``returned`` counts comparisons that were given back by reason, up to the newest judgment.
    ``n_control_pairs`` have a known answer and were answered. ``verdicts`` and ``reasons`` count
    the pairs that an adjudicator decided. Of ``n_again`` pairs that came again to one expert, the
    sides swapped, ``n_same_again`` had the same answer.
    """

    strategy: str
    overlap: int
    overlap_rule: str
    selection_mode: str
    lease_minutes: int
    offers: tuple[Offer, ...]
    ledger: LedgerFacts
    n_submitted: int
    n_expired: int
    returned: Tally
    n_control_right: int
    n_control_answers: int
    n_control_pairs: int
    verdicts: Tally
    reasons: Tally
    n_again: int
    n_same_again: int


@dataclass(frozen=True, slots=True)
class StateFacts:
    """Hold what is known of a project's models and terms; no judgment is needed to say it."""

    models: tuple[ModelFacts, ...]
    campaign: CampaignFacts

    def as_json(self) -> Json:
        """Return the facts as JSON, for the hash that tells whether anything has changed."""
        found: dict[str, Json] = asdict(self)
        return found


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """Hold everything known of a release beside its judgments."""

    prompts: PromptFacts
    models: tuple[ModelFacts, ...]
    campaign: CampaignFacts


@dataclass(slots=True)
class PromptTally:
    """Count what prompts say about themselves as they stream by."""

    n_prompts: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    licenses: Counter[str] = field(default_factory=Counter)
    generators: Counter[str] = field(default_factory=Counter)
    scans: Counter[str] = field(default_factory=Counter)
    authors: set[str] = field(default_factory=set)
    n_with_url: int = 0
    n_with_consent: int = 0
    n_unknown_license: int = 0

    def add(self, prompt: Prompt) -> None:
        """Count one prompt."""
        source = prompt.source
        self.n_prompts += 1
        self.kinds[source.kind.value] += 1
        self.licenses[prompt.license] += 1
        self.generators.update([source.generator] if source.generator else [])
        self.authors.update([source.author] if source.author else [])
        if prompt.pii:
            self.scans[f"{prompt.pii.scanned_by}: {prompt.pii.result}"] += 1
        self.n_with_url += source.url is not None
        self.n_with_consent += prompt.consent_ref is not None
        self.n_unknown_license += prompt.license.lower() in UNKNOWN_LICENSES

    def take_in(self, later: "PromptTally") -> None:
        """Add what was counted of other prompts, which come after these."""
        take_in(self, later, (one.name for one in fields(self)))

    def facts(self) -> PromptFacts:
        """Return the counts."""
        return PromptFacts(
            n_prompts=self.n_prompts,
            kinds=Tally.of(self.kinds),
            licenses=Tally.of(self.licenses),
            generators=Tally.of(self.generators),
            scans=Tally.of(self.scans),
            n_authors=len(self.authors),
            n_with_url=self.n_with_url,
            n_with_consent=self.n_with_consent,
            n_unknown_license=self.n_unknown_license,
        )
