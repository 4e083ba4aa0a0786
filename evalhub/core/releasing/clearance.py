"""Hold judgments back from a release until consent, licences and personal data are settled.

Each gate holds back judgments that nobody has settled yet. The recipe says of each gate whether
such judgments block the release, which is the default, are excluded, or are accepted with a
reason that travels in the manifest. Judgments of people who refused or withdrew their consent
never pass: their will is known, and no reason of anybody else's can stand against it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evalhub.core.consent import ConsentPurpose
from evalhub.core.free_words import seen_length
from evalhub.core.wording import counted
from evalhub.errors import BadInput, NotCleared, Problem

MIN_REASON = 10
"""The fewest characters a reason has: "ok" says nothing to whoever reads the dossier."""


class Gate(StrEnum):
    """Name what must be settled before a judgment is released."""

    NO_CONSENT = "no_consent"
    """The annotator never answered what their judgments may be used for."""
    UNKNOWN_LICENCE = "unknown_licence"
    """The licence of the prompt, or the terms of a model's output, are not known."""
    PERSONAL_DATA = "personal_data"
    """The prompt, a response or the reason holds what looks like personal data."""


class GateAction(StrEnum):
    """Name what becomes of judgments that a gate holds back."""

    BLOCK = "block"
    """No release is built while there are any."""
    EXCLUDE = "exclude"
    """They are left out, by the filter of the gate's name."""
    ACCEPT = "accept"
    """They are released, and the reason stands in the manifest."""


@dataclass(frozen=True, slots=True)
class GateRule:
    """Say what becomes of the judgments that a gate holds back, and why it may."""

    gate: Gate
    action: GateAction
    reason: str = ""


def check_rules(rules: Sequence[GateRule]) -> None:
    """Raise ``BadInput`` for a gate that is ruled on twice or accepted without a reason."""
    problems = [
        Problem(f"gate {gate}", "is ruled on twice; exclude or accept, not both")
        for gate in Gate
        if sum(rule.gate is gate for rule in rules) > 1
    ]
    problems += [
        Problem(
            f"gate {rule.gate}",
            f"is accepted only with a reason of at least {MIN_REASON} characters",
        )
        for rule in rules
        if rule.action is GateAction.ACCEPT and seen_length(rule.reason) < MIN_REASON
    ]
    if problems:
        raise BadInput(problems)


@dataclass(frozen=True, slots=True)
class PurposeCoverage:
    """Hold how many of the released judgments have a consent for one purpose."""

    purpose: ConsentPurpose
    n_granted: int
    n_judgments: int


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """Hold where the annotators stand on the purpose of a release, counted in judgments.

    The four counts are of the judgments that came to the gate and add up to ``n_judgments``;
    ``coverage`` is of those that were released. ``withdrawn`` names, by their pseudonyms in this
    release's project, the annotators whose judgments are left out because they withdrew.
    """

    purpose: ConsentPurpose
    n_judgments: int
    n_granted: int
    n_unanswered: int
    n_refused: int
    n_withdrawn: int
    n_annotators_granted: int
    n_annotators_unanswered: int
    text_versions: tuple[int, ...]
    coverage: tuple[PurposeCoverage, ...]
    withdrawn: tuple[str, ...]


class LicenceFamily(StrEnum):
    """Name whose licence is meant: prompts and responses have different owners."""

    PROMPTS = "prompts"
    """The licence that each prompt states."""
    RESPONSES = "responses"
    """The terms of use of the output of each model."""


@dataclass(frozen=True, slots=True)
class LicenceShare:
    """Hold how much of a release is under one licence.

    ``n`` counts released judgments for prompts, and two responses a judgment for responses.
    """

    family: LicenceFamily
    licence: str
    n: int
    share: float
    is_known: bool


class ScanPlace(StrEnum):
    """Name where a text stood that was scanned."""

    PROMPT = "prompt"
    """A prompt."""
    RESPONSE = "response"
    """A response."""
    REASON = "reason"
    """What an annotator wrote: the reason, or the words they quote for a flag."""


@dataclass(frozen=True, slots=True)
class ScanCount:
    """Hold how often one kind of personal data was found in one place."""

    kind: str
    place: ScanPlace
    n_texts: int
    n_hits: int


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """Hold what the scan for personal data searched with, how many texts, and what it found."""

    method: str
    libraries: tuple[str, ...]
    n_texts: int
    counts: tuple[ScanCount, ...]

    @property
    def n_hits(self) -> int:
        """Return how many hits there were in all."""
        return sum(one.n_hits for one in self.counts)


@dataclass(frozen=True, slots=True)
class GateDecision:
    """Hold what a gate held back and what became of it; ``n_held`` counts judgments."""

    gate: Gate
    action: GateAction
    n_held: int
    reason: str


@dataclass(frozen=True, slots=True)
class Clearance:
    """Hold everything that was settled before a release was built."""

    consent: ConsentFacts
    licences: tuple[LicenceShare, ...]
    scan: ScanFacts
    decisions: tuple[GateDecision, ...]


_HELD = {
    Gate.NO_CONSENT: "whose annotator never answered for the purpose",
    Gate.UNKNOWN_LICENCE: "under a licence or terms that are not known",
    Gate.PERSONAL_DATA: "with what looks like personal data",
}


def decide(
    rules: Sequence[GateRule], held: Mapping[Gate, int], *, n_judgments: int
) -> tuple[GateDecision, ...]:
    """Return what was decided at each gate; raise ``NotCleared`` where judgments block.

    Every gate is in the answer, also one that held nothing back: that it was looked at is what
    an auditor asks. All gates that block are named at once, so that they are settled at once.
    """
    by_gate = {rule.gate: rule for rule in rules}
    decisions = []
    for gate in Gate:
        rule = by_gate.get(gate, GateRule(gate, GateAction.BLOCK))
        decisions.append(GateDecision(gate, rule.action, held.get(gate, 0), rule.reason.strip()))
    blocked = [one for one in decisions if one.action is GateAction.BLOCK and one.n_held]
    if blocked:
        raise NotCleared([_problem(one, n_judgments) for one in blocked])
    return tuple(decisions)


def _problem(decision: GateDecision, n_judgments: int) -> Problem:
    held = f"{decision.n_held:,} of {counted(n_judgments, 'judgment')} {_HELD[decision.gate]}"
    return Problem(
        f"gate {decision.gate}",
        f"{held}; exclude them, or accept them with a reason",
    )
