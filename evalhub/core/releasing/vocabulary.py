"""The fixed words of a release: its parts, splits, pair outcomes and filters."""

from enum import StrEnum

RELEASE_SCHEMA = "evalhub.release/1"
RECIPE_SCHEMA = "evalhub.recipe/1"


class Part(StrEnum):
    """Name one table of a release; each is a folder of files, one a split and format."""

    PAIRS = "pairs"
    """Chosen and rejected responses with what was said about them; the default table."""
    PAIRS_MARGIN = "pairs_margin"
    """The same pairs with ``margin``, how far the chosen response is preferred."""
    TRL = "trl"
    """The pairs with the three columns of a TRL conversational preference, and no others."""
    TIES = "ties"
    """Evenly split pairs, which have no chosen and no rejected response."""
    JUDGMENTS = "judgments"
    """One row a judgment, used for a pair or not."""
    PROMPTS = "prompts"
    """The prompts that the other tables name."""
    KTO = "kto"
    """Single responses with a label: wanted or not, for KTO trainers."""
    OPENRLHF = "openrlhf"
    """The pairs in the columns of OpenRLHF's reward trainer."""
    NEMO_RL = "nemo_rl"
    """The pairs as ranked completions, for NeMo-RL."""
    LLAMAFACTORY = "llamafactory"
    """The pairs as a ShareGPT ranking, for LLaMA-Factory."""
    AXOLOTL = "axolotl"
    """The pairs on one turn as plain texts, for axolotl's Bradley-Terry trainer."""
    VERL = "verl"
    """The pairs as transcripts, for verl."""
    HH_RLHF = "hh_rlhf"
    """The pairs as two whole transcripts, as in the data set HH-RLHF."""
    HELPSTEER3 = "helpsteer3"
    """The pairs with graded preferences, as in the data set HelpSteer3."""
    ARENA = "arena"
    """One row a judgment, as arenas publish their battles."""


class Split(StrEnum):
    """Name the use that a prompt group is kept for; no group is in two splits."""

    TRAIN = "train"
    """To fit a model on."""
    VALIDATION = "validation"
    """To choose settings on."""
    TEST = "test"
    """To report figures on."""


class FileFormat(StrEnum):
    """Name the format of a file by its suffix."""

    PARQUET = "parquet"
    """Parquet with the explicit Arrow schema, compressed with zstd."""
    JSONL = "jsonl"
    """One JSON object a line, UTF-8."""


FLAVOURS = (
    Part.KTO,
    Part.OPENRLHF,
    Part.NEMO_RL,
    Part.LLAMAFACTORY,
    Part.AXOLOTL,
    Part.VERL,
    Part.HH_RLHF,
    Part.HELPSTEER3,
    Part.ARENA,
)
"""The tables that say canonical rows again, in the columns of one trainer or data set."""


class PairOutcome(StrEnum):
    """Say what became of a pair."""

    PREFERENCE = "preference"
    """More judgments prefer one response than the other: it is in ``pairs``."""
    TIE = "tie"
    """As many judgments prefer one response as the other: it is in ``ties``."""
    BOTH_UNACCEPTABLE = "both_unacceptable"
    """Both responses have a flag with a veto: it is only in ``judgments``."""
    IDENTICAL_RESPONSES = "identical_responses"
    """Both responses have the same text: it is only in ``judgments``."""
    RESPONSE_NOT_ANSWERED = "response_not_answered"
    """A response is empty, truncated, refused or an error: it is only in ``judgments``."""
    CANNOT_JUDGE = "cannot_judge"
    """Nobody could judge it: it is only in ``judgments``."""
    TOO_FEW_JUDGMENTS = "too_few_judgments"
    """Fewer judgments than the recipe asks for: it is only in ``judgments``."""
    LOW_AGREEMENT = "low_agreement"
    """Less agreement on the chosen response than the recipe asks for: only in ``judgments``."""
    CHOSEN_VETOED = "chosen_vetoed"
    """The recipe leaves out pairs whose preferred response is vetoed: only in ``judgments``."""


class FilterName(StrEnum):
    """Name a rule that leaves rows out of a table."""

    MODEL_JUDGE = "model_judge"
    """Judgments made by a model used as a judge."""
    CONTROL_PROMPT = "control_prompt"
    """Judgments of control items, and on prompts with known answers (split ``gold``)."""
    HELD_OUT_PROMPT = "held_out_prompt"
    """Judgments on prompts with split ``holdout``."""
    REPORTED_ROW = "reported_row"
    """Judgments on pairs that were left out after somebody reported their row."""
    SIMULATED_JUDGMENT = "simulated_judgment"
    """Judgments made by a program, where the recipe leaves them out."""
    IMPORTED_JUDGMENT = "imported_judgment"
    """Judgments read from a file, where the recipe leaves them out."""
    CONSENT_WITHDRAWN = "consent_withdrawn"
    """Judgments of annotators who withdrew their consent for the purpose."""
    CONSENT_REFUSED = "consent_refused"
    """Judgments of annotators who answered and did not grant the purpose."""
    NO_CONSENT = "no_consent"
    """Judgments of annotators who never answered, where the recipe excludes them."""
    UNKNOWN_LICENCE = "unknown_licence"
    """Judgments on a prompt or response under unknown terms, where the recipe excludes them."""
    ANNOTATOR_OF_OTHER_SPLIT = "annotator_of_other_split"
    """Judgments of annotators who belong to another split, where splits share no annotator."""
    PERSONAL_DATA = "personal_data"
    """Judgments with what looks like personal data, where the recipe excludes them."""
    RESPONSE_NOT_ANSWERED = "response_not_answered"
    """Pairs with a response that is not a complete answer."""
    IDENTICAL_RESPONSES = "identical_responses"
    """Pairs whose responses have the same text."""
    CANNOT_JUDGE = "cannot_judge"
    """Pairs on which every judgment is cannot-judge."""
    BOTH_UNACCEPTABLE = "both_unacceptable"
    """Pairs with two vetoed responses."""
    TOO_FEW_JUDGMENTS = "too_few_judgments"
    """Pairs with fewer judgments than the recipe asks for."""
    EVENLY_SPLIT = "evenly_split"
    """Pairs on which as many prefer one response as the other; they go to ``ties``."""
    LOW_AGREEMENT = "low_agreement"
    """Pairs on whose chosen response fewer agree than the recipe asks for."""
    CHOSEN_VETOED = "chosen_vetoed"
    """Pairs whose preferred response is vetoed, where the recipe leaves them out."""
    SEVERAL_TURNS = "several_turns"
    """Pairs on a conversation of several turns, in a flavour that holds one."""
    TURNS_NOT_ALTERNATING = "turns_not_alternating"
    """Pairs on a conversation in which user and assistant do not alternate, in a flavour that
    must."""
    HOLDS_SPEAKER_MARK = "holds_speaker_mark"
    """Pairs with a text that holds ``Human:`` or ``Assistant:`` as a paragraph's beginning, in a
    flavour that tells turns by it."""


class Aggregation(StrEnum):
    """Name what makes the labels of a pair from its judgments."""

    ITEM_ONLY = "item_only"
    """The graded fit that knows each pair by its own judgments alone."""
    MAJORITY = "majority"
    """The count alone: the chosen response has the label 1 and no margin."""


class TieRule(StrEnum):
    """Name what a tie counts for when a pair's response is chosen."""

    NEUTRAL = "neutral"
    """For neither: more must prefer the chosen response than the other one."""
    AGAINST = "against"
    """Against both: more than half of all judgments must prefer the chosen response."""


class VetoRule(StrEnum):
    """Name how many judgments must raise a veto for a response to count as vetoed."""

    HALF = "half"
    """At least half of those that judged."""
    ANY = "any"
    """One of them."""
    IGNORED = "ignored"
    """No number: vetoes are written down and decide nothing."""
