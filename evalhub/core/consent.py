"""Say what annotators are asked to consent to, and read where each of them stands.

Consent is asked for by purpose. Every answer is kept as a whole, never changed: it lists all
purposes that are granted from then on, so that the latest answer is the state and the earlier
ones tell what was withdrawn.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from evalhub.core.canonical import Json, content_hash

CONSENT_SCHEMA = "evalhub.consent/1"


class ConsentPurpose(StrEnum):
    """Name a use of somebody's judgments that they can grant or refuse by itself."""

    EVALUATION = "evaluation"
    """Compare models and show the result."""
    REWARD_MODEL_TRAINING = "reward_model_training"
    """Train models on the judgments, or models that learn from them."""
    RESEARCH = "research"
    """Study judgments scientifically, with published results."""
    PUBLIC_RELEASE = "public_release"
    """Publish the pseudonymous judgments for everybody."""
    COMMERCIAL_LICENCE = "commercial_licence"
    """Sell or license the pseudonymous judgments."""
    LIKENESS_REUSE = "likeness_reuse"
    """Use name, portrait, voice or way of writing as such."""


class ConsentMethod(StrEnum):
    """Name how an answer reached EvalHub."""

    PAGE = "page"
    """Given on the page by the person, signed in, or taken back with a key of theirs."""
    OPERATOR = "operator"
    """Recorded by the operator from a document that the person signed elsewhere."""
    SIMULATED = "simulated"
    """Made up for a person who is made up."""


class ConsentStanding(StrEnum):
    """Name where a person stands on one purpose."""

    GRANTED = "granted"
    """The latest answer grants it."""
    WITHDRAWN = "withdrawn"
    """An earlier answer granted it and the latest does not."""
    REFUSED = "refused"
    """Every answer left it out."""
    UNANSWERED = "unanswered"
    """There is no answer."""


SAID_NO = frozenset({ConsentStanding.WITHDRAWN, ConsentStanding.REFUSED})
"""Of whoever stands here nothing may be released, whatever a recipe accepts."""


@dataclass(frozen=True, slots=True)
class ConsentText:
    """Hold one version of what is asked, with the four answers that everybody wants first.

    ``ownership`` says who owns the judgments, ``retention`` how long they are kept, ``training``
    whether models learn from them, ``likeness`` what becomes of name, face and voice.
    """

    version: int
    language: str
    effective: str
    title: str
    ownership: str
    retention: str
    training: str
    likeness: str
    withdrawal: str
    contact: str
    purposes: tuple[ConsentPurpose, ...]

    @property
    def sha256(self) -> str:
        """Return the hash of everything the text says."""
        return content_hash(self.as_json())

    def as_json(self) -> dict[str, Json]:
        """Return the text as it is kept."""
        told = {**asdict(self), "purposes": [purpose.value for purpose in self.purposes]}
        return {"schema": CONSENT_SCHEMA, **told}


STANDING_TEXT = ConsentText(
    version=1,
    language="en",
    effective="2026-11-26",
    title="What happens with your judgments",
    ownership=(
        "Your judgments and reasons stay yours. You allow the operator of this site to use them "
        "for the purposes you tick below, and for nothing else."
    ),
    retention=(
        "Judgments are kept for as long as a release rests on them, so that others can check it. "
        "Your name is kept apart from them; releases show a pseudonym."
    ),
    training=(
        "Only if you tick it. Judgments released for training teach models which answers people "
        "in your field prefer, which may change how such work is done."
    ),
    likeness=(
        "Your name, face and voice are never part of a release. Reuse of how you write, as such, "
        "has a purpose of its own, which is off unless you tick it."
    ),
    withdrawal=(
        "You can change or withdraw your answer at any time on this page, without a reason and "
        "without an effect on your work or pay. The next version of every release leaves your "
        "judgments out, and whoever downloaded an earlier one is told. Copies that were "
        "downloaded before cannot be called back."
    ),
    contact="The operator of this site; your coordinator knows how to reach them.",
    purposes=tuple(ConsentPurpose),
)
"""What is asked until the operator publishes a text of their own."""

FOUR_ANSWERS = (
    ("ownership", "Who owns them?"),
    ("retention", "How long are they kept?"),
    ("training", "Are models trained on them?"),
    ("likeness", "What about my name, face and voice?"),
)
"""The questions that every version answers, with the field that does."""

PURPOSE_WORDS = {
    ConsentPurpose.EVALUATION: "Compare models with each other and show the result.",
    ConsentPurpose.REWARD_MODEL_TRAINING: "Train models that learn which answers are better.",
    ConsentPurpose.RESEARCH: "Study judgments scientifically and publish what is found.",
    ConsentPurpose.PUBLIC_RELEASE: "Publish the judgments, under a pseudonym, for everybody.",
    ConsentPurpose.COMMERCIAL_LICENCE: "License or sell the judgments, under a pseudonym.",
    ConsentPurpose.LIKENESS_REUSE: "Use my name, portrait, voice or way of writing as such.",
}
"""What each purpose means, as its box on the page says it."""


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """Hold one answer: the purposes it grants, all others being refused from then on."""

    purposes: frozenset[ConsentPurpose]
    text_version: int
    answered_at: datetime


def standing_on(answers: Sequence[ConsentAnswer], purpose: ConsentPurpose) -> ConsentStanding:
    """Return where a person stands on ``purpose`` by their ``answers``, the latest last.

    An answer that leaves a purpose out is an answer about it: silence after it is no consent.
    """
    if not answers:
        return ConsentStanding.UNANSWERED
    if purpose in answers[-1].purposes:
        return ConsentStanding.GRANTED
    # Told apart, because who once granted it may stand in a version that labs already hold.
    was_granted = any(purpose in answer.purposes for answer in answers)
    return ConsentStanding.WITHDRAWN if was_granted else ConsentStanding.REFUSED


def text_from_json(document: str) -> ConsentText:
    """Return a stored text as typed data."""
    told = json.loads(document)
    purposes = tuple(ConsentPurpose(name) for name in told.pop("purposes"))
    told.pop("schema")
    return ConsentText(**told, purposes=purposes)


def purposes_from_json(document: str) -> frozenset[ConsentPurpose]:
    """Return the purposes of a stored answer."""
    return frozenset(ConsentPurpose(name) for name in json.loads(document))


def ordered(purposes: Collection[ConsentPurpose]) -> list[Json]:
    """Return ``purposes`` by name in the order of the vocabulary, so that equal sets read alike."""
    return [purpose.value for purpose in ConsentPurpose if purpose in purposes]
