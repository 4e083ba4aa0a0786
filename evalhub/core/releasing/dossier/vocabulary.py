"""The fixed words of a dossier: its sections, its fields and where each field comes from.

The articles are those of Regulation (EU) 2024/1689 whose documentation a field can support. A
dossier supports documentation; it does not make anything comply.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

DOSSIER_SCHEMA = "evalhub.dossier/1"
DOSSIER = "dossier.json"
DATASHEET = "DATASHEET.md"
CROISSANT = "croissant.json"

K_LABS, K_PUBLIC = 5, 10
"""Fewest people in a group that is named, for labs under terms and for the public."""

MIN_VOTES = 30
"""Fewest judgments a group or a cell of the coverage needs before a share of it is stated."""


class FieldOrigin(StrEnum):
    """Say where the content of a field comes from."""

    COMPUTED = "computed"
    """Counted or estimated from the judgments, prompts, responses and settings."""
    WRITTEN = "written"
    """Written by a person, who is named."""
    ABSENT = "absent"
    """Neither; the reason says why it cannot be known here, or who should write it."""


class Section(StrEnum):
    """Name one section of the dossier, in the order in which an auditor reads."""

    IDENTITY = "What it is"
    """Name, version, hashes and who answers for it."""
    PURPOSE = "What it is for"
    """What a vote measures, the choices behind it, and its uses."""
    EXAMINATION = "What was examined for bias"
    """Differences between groups, and effects of side, length and format."""
    AGREEMENT = "How far experts agree"
    """Agreement over all, by criterion and with themselves."""
    LIMITS = "Gaps and limits"
    """What is missing, what was done about it, and what is known to be wrong."""
    QUANTITY = "How much there is"
    """Counts by cell, and what so many judgments can show."""
    COLLECTION = "Where it comes from"
    """Prompts, responses, judgments, consent and personal data."""
    PEOPLE = "Who judged, and on what terms"
    """Credentials, pay and what is decided by a program."""
    PREPARATION = "What was done to it"
    """Filters, labels and quality control."""
    UPKEEP = "How it is kept"
    """Maintenance, retention, contact and sign-offs."""


class FieldName(StrEnum):
    """Name one field of the dossier."""

    IDENTITY = "identity"
    """Name, version, purpose and the hashes of what it was made from."""
    STEWARD = "steward"
    """Who answers for the release."""
    MEASURES = "measures"
    """What a vote measures."""
    DESIGN_CHOICES = "design_choices"
    """Why it was collected this way."""
    ASSUMPTIONS = "assumptions"
    """What must hold for the data to mean what they are taken for."""
    ORIGINAL_PURPOSE = "original_purpose"
    """What personal data in it were first collected for."""
    INTENDED_USES = "intended_uses"
    """What it is meant for."""
    UNSUITABLE_USES = "unsuitable_uses"
    """What it must not be used for."""
    PROMPT_GROUPS = "prompt_groups"
    """Win rates by domain, language, jurisdiction, difficulty, audience, risk and tag."""
    RATER_GROUPS = "rater_groups"
    """Win rates by group of experts."""
    LEFT_SHARE = "left_share"
    """How often the side shown on the left was preferred."""
    LEFT_ADVANTAGE = "left_advantage"
    """The advantage of the left side once the models are accounted for."""
    STYLE = "style"
    """What length and format of an answer amount to once the models are accounted for."""
    ONE_SIDED_RATERS = "one_sided_raters"
    """How many experts prefer one side more often than chance explains."""
    BIAS_COMMENT = "bias_comment"
    """What a person makes of the examination."""
    AGREEMENT = "agreement"
    """How far two experts agree on a pair."""
    CRITERIA_AGREEMENT = "criteria_agreement"
    """How far they agree on each criterion."""
    GROUP_AGREEMENT = "group_agreement"
    """How far they agree, by group of prompts."""
    REPEATS = "repeats"
    """How often an expert gives the same answer to the same pair again."""
    COVERAGE = "coverage"
    """Cells of domain, language and jurisdiction with too few judgments."""
    SUPPRESSED = "suppressed"
    """How many groups of people were left out because they are small."""
    MITIGATION_STEPS = "mitigation_steps"
    """What EvalHub does about known biases."""
    MITIGATION = "mitigation"
    """What people did about them."""
    KNOWN_LIMITS = "known_limits"
    """What is known to be missing or wrong."""
    SOCIAL_IMPACT = "social_impact"
    """Whom the data could help or harm."""
    QUANTITY = "quantity"
    """Judgments by domain, language, jurisdiction, difficulty, audience and risk."""
    MODEL_PAIRS = "model_pairs"
    """Judgments by pair of models, and the difference they could show."""
    COLLECTION = "collection"
    """How judgments came to be: origins, weeks, pairing and overlap."""
    PROMPT_SOURCES = "prompt_sources"
    """Where the prompts come from, and how many are synthetic."""
    PROMPT_LICENCES = "prompt_licences"
    """Under which licences the prompts are."""
    PERSONAL_DATA = "personal_data"
    """What was done to find personal data."""
    MODEL_OUTPUTS = "model_outputs"
    """Which models answered, when, with which settings and under which terms."""
    CONSENT = "consent"
    """For how many judgments their experts consented to the purpose."""
    EXPERTS = "experts"
    """How many experts judged, and how they came to be known."""
    CREDENTIALS = "credentials"
    """What is known of their qualifications."""
    DEMOGRAPHICS = "demographics"
    """What is known of who they are."""
    PAY_OFFERED = "pay_offered"
    """What was offered for a judgment."""
    PAY_LEDGER = "pay_ledger"
    """What was paid, disputed or below a floor."""
    AUTOMATED_DECISIONS = "automated_decisions"
    """What a program decides about experts, and by which parameters."""
    FILTERS = "filters"
    """What each filter left out."""
    METHODS = "methods"
    """How every figure of a row is made."""
    CONTROLS = "controls"
    """How often control items were answered as known."""
    RETURNED = "returned"
    """How many comparisons were given back or ran out."""
    ADJUDICATIONS = "adjudications"
    """Which disagreements were settled, and for what reasons."""
    MAINTENANCE_PLAN = "maintenance_plan"
    """Who keeps it and how errors are corrected."""
    RETENTION = "retention"
    """How long what is kept."""
    DELETIONS = "deletions"
    """What was deleted."""
    SECURITY_CONTACT = "security_contact"
    """Whom to tell about a leak or a vulnerability."""
    SIGN_OFFS = "sign_offs"
    """Who signed it."""


@dataclass(frozen=True, slots=True)
class FieldWords:
    """Hold what a field is called, where it stands, and the article it can support."""

    title: str
    section: Section
    article: str = ""


_S, _F = Section, FieldName
_A, _B, _C, _D = ("Art. 10(2)(a)", "Art. 10(2)(b)", "Art. 10(2)(c)", "Art. 10(2)(d)")
_E, _BIAS, _G, _H = ("Art. 10(2)(e)", "Art. 10(2)(f)", "Art. 10(2)(g)", "Art. 10(2)(h)")

WORDS: Mapping[FieldName, FieldWords] = {
    _F.IDENTITY: FieldWords("Identity", _S.IDENTITY),
    _F.STEWARD: FieldWords("Who answers for it", _S.IDENTITY),
    _F.MEASURES: FieldWords("What a vote measures", _S.PURPOSE, _D),
    _F.DESIGN_CHOICES: FieldWords("Design choices", _S.PURPOSE, _A),
    _F.ASSUMPTIONS: FieldWords("Assumptions", _S.PURPOSE, _D),
    _F.ORIGINAL_PURPOSE: FieldWords("Original purpose of personal data", _S.PURPOSE, _B),
    _F.INTENDED_USES: FieldWords("Intended uses", _S.PURPOSE),
    _F.UNSUITABLE_USES: FieldWords("Unsuitable uses", _S.PURPOSE),
    _F.PROMPT_GROUPS: FieldWords("Win rates by group of prompts", _S.EXAMINATION, _BIAS),
    _F.RATER_GROUPS: FieldWords("Win rates by group of experts", _S.EXAMINATION, _BIAS),
    _F.LEFT_SHARE: FieldWords("Preferences for the left side", _S.EXAMINATION, _BIAS),
    _F.LEFT_ADVANTAGE: FieldWords("Advantage of the left side", _S.EXAMINATION, _BIAS),
    _F.STYLE: FieldWords("Effects of length and format", _S.EXAMINATION, _BIAS),
    _F.ONE_SIDED_RATERS: FieldWords("Experts who lean to one side", _S.EXAMINATION, _BIAS),
    _F.BIAS_COMMENT: FieldWords("Comment on the examination", _S.EXAMINATION, _BIAS),
    _F.AGREEMENT: FieldWords("Agreement on the pair", _S.AGREEMENT),
    _F.CRITERIA_AGREEMENT: FieldWords("Agreement on each criterion", _S.AGREEMENT),
    _F.GROUP_AGREEMENT: FieldWords("Agreement by group of prompts", _S.AGREEMENT),
    _F.REPEATS: FieldWords("Agreement with oneself", _S.AGREEMENT),
    _F.COVERAGE: FieldWords("Cells with few judgments", _S.LIMITS, _H),
    _F.SUPPRESSED: FieldWords("Groups of experts too small for a figure", _S.LIMITS, _H),
    _F.MITIGATION_STEPS: FieldWords("What EvalHub does about bias", _S.LIMITS, _G),
    _F.MITIGATION: FieldWords("What people did about bias", _S.LIMITS, _G),
    _F.KNOWN_LIMITS: FieldWords("Known limits", _S.LIMITS, _H),
    _F.SOCIAL_IMPACT: FieldWords("Whom it could help or harm", _S.LIMITS),
    _F.QUANTITY: FieldWords("Judgments by cell", _S.QUANTITY, _E),
    _F.MODEL_PAIRS: FieldWords("Judgments by pair of models", _S.QUANTITY, _E),
    _F.COLLECTION: FieldWords("How judgments were collected", _S.COLLECTION, _B),
    _F.PROMPT_SOURCES: FieldWords("Sources of the prompts", _S.COLLECTION, _B),
    _F.PROMPT_LICENCES: FieldWords("Licences of the prompts", _S.COLLECTION, _B),
    _F.PERSONAL_DATA: FieldWords("Personal data", _S.COLLECTION, _B),
    _F.MODEL_OUTPUTS: FieldWords("Models and their terms", _S.COLLECTION, _B),
    _F.CONSENT: FieldWords("Consent for the purpose", _S.COLLECTION, _B),
    _F.EXPERTS: FieldWords("Experts", _S.PEOPLE),
    _F.CREDENTIALS: FieldWords("Credentials", _S.PEOPLE),
    _F.DEMOGRAPHICS: FieldWords("Demographics", _S.PEOPLE),
    _F.PAY_OFFERED: FieldWords("Pay as offered", _S.PEOPLE),
    _F.PAY_LEDGER: FieldWords("Pay as received", _S.PEOPLE),
    _F.AUTOMATED_DECISIONS: FieldWords("Automated decisions about experts", _S.PEOPLE),
    _F.FILTERS: FieldWords("Filters", _S.PREPARATION, _C),
    _F.METHODS: FieldWords("Labels and figures of a row", _S.PREPARATION, _C),
    _F.CONTROLS: FieldWords("Control items", _S.PREPARATION),
    _F.RETURNED: FieldWords("Comparisons given back", _S.PREPARATION),
    _F.ADJUDICATIONS: FieldWords("Settled disagreements", _S.PREPARATION),
    _F.MAINTENANCE_PLAN: FieldWords("Maintenance plan", _S.UPKEEP),
    _F.RETENTION: FieldWords("Retention", _S.UPKEEP),
    _F.DELETIONS: FieldWords("Deletions", _S.UPKEEP),
    _F.SECURITY_CONTACT: FieldWords("Security contact", _S.UPKEEP),
    _F.SIGN_OFFS: FieldWords("Sign-offs", _S.UPKEEP),
}
"""Every field with its words; the order is that of the dossier."""
