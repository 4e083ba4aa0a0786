"""Say what dossiers and releases call their parts in the reader's language.

The core writes these words into files, in English; they are listed here for the catalogue. What a
frozen file says otherwise, from an older version or from a person, stays as it was written.
"""

from markupsafe import Markup

from evalhub.web.language import N_, SOURCE, _, current_language, translated, with_comma

SECTIONS = (
    N_("What it is"),
    N_("What it is for"),
    N_("What was examined for bias"),
    N_("How far experts agree"),
    N_("Gaps and limits"),
    N_("How much there is"),
    N_("Where it comes from"),
    N_("Who judged, and on what terms"),
    N_("What was done to it"),
    N_("How it is kept"),
)
"""The sections of a dossier, in its order."""

FIELDS = (
    N_("Identity"),
    N_("Who answers for it"),
    N_("What a vote measures"),
    N_("Design choices"),
    N_("Assumptions"),
    N_("Original purpose of personal data"),
    N_("Intended uses"),
    N_("Unsuitable uses"),
    N_("Win rates by group of prompts"),
    N_("Win rates by group of experts"),
    N_("Preferences for the left side"),
    N_("Advantage of the left side"),
    N_("Effects of length and format"),
    N_("Experts who lean to one side"),
    N_("Comment on the examination"),
    N_("Agreement on the pair"),
    N_("Agreement on each criterion"),
    N_("Agreement by group of prompts"),
    N_("Agreement with oneself"),
    N_("Cells with few judgments"),
    N_("Groups of experts too small for a figure"),
    N_("What EvalHub does about bias"),
    N_("What people did about bias"),
    N_("Known limits"),
    N_("Whom it could help or harm"),
    N_("Judgments by cell"),
    N_("Judgments by pair of models"),
    N_("How judgments were collected"),
    N_("Sources of the prompts"),
    N_("Licences of the prompts"),
    N_("Personal data"),
    N_("Models and their terms"),
    N_("Consent for the purpose"),
    N_("Experts"),
    N_("Credentials"),
    N_("Demographics"),
    N_("Pay as offered"),
    N_("Pay as received"),
    N_("Automated decisions about experts"),
    N_("Filters"),
    N_("Labels and figures of a row"),
    N_("Control items"),
    N_("Comparisons given back"),
    N_("Settled disagreements"),
    N_("Maintenance plan"),
    N_("Retention"),
    N_("Deletions"),
    N_("Security contact"),
    N_("Sign-offs"),
)
"""The fields of a dossier, in its order."""

TABLES = (
    N_(
        "pairs on which one response is preferred more often: `prompt`, `chosen`, `rejected` "
        "and the figures below"
    ),
    N_("the same pairs with `margin`, how far the chosen response is preferred"),
    N_("the same pairs with the three columns a TRL reward trainer reads"),
    N_("evenly split pairs; nothing in them is chosen or rejected"),
    N_("one row a judgment, as shown and turned to the pair's own order"),
    N_("the prompts"),
    N_("single responses, `label` true where they are wanted, for KTO trainers"),
    N_(
        "for OpenRLHF: `--data.prompt_key prompt --data.apply_chat_template`; the margin is read "
        "with `--model.margin_loss_enable`"
    ),
    N_("for NeMo-RL's PreferenceDataset in its rank format"),
    N_(
        "for LLaMA-Factory, a ShareGPT ranking: point `dataset_dir` at its folder, which holds "
        "`dataset_info.json`"
    ),
    N_("for axolotl: `type: bradley_terry.chat_template` with `reward_model: true`"),
    N_("for verl's RMDataset: transcripts with the marks of HH-RLHF"),
    N_("two whole transcripts, as in the data set HH-RLHF"),
    N_("graded preferences, as in the data set HelpSteer3; negative: response1 is better"),
    N_("one row a judgment as a battle of two models, with ties and both bad"),
)
"""What each table of a release holds."""

LIMITS = (
    N_(
        "A preference is the judgment of the people who were asked, under one rubric. Agreement "
        "between them is no proof that they are right."
    ),
    N_(
        "A lead of few judgments is weak evidence: read `n_judgments`, `soft_label` and "
        "`soft_label_se`, not only which response was chosen."
    ),
    N_(
        "`soft_label` weighs annotators by how they grade, and no model strength enters it. "
        "`pooled_soft_label` leans on model strengths: it guesses a pair better and must not be "
        "trained on, because a reward model learns the models from it."
    ),
    N_(
        "Reasons in `why` are free text. The scan for personal data finds what has a form, such as "
        "addresses and numbers; names and what tells a person by circumstances are not found."
    ),
    N_(
        '`why` was written with the sides as shown: where `shown_left` is `b`, its "A" is '
        "response b of the row."
    ),
    N_("The licence of the prompts does not cover the responses: the terms of each model apply."),
)
"""What a release says of its limits, in its order."""


def titled(text: str) -> str | Markup:
    """Return a title of a dossier in the reader's language, else marked as English."""
    said = translated(text)
    # The same word in both languages is no harm; a whole English title read as German is.
    if said != text or current_language() == SOURCE:
        return said
    return Markup('<span lang="en">{}</span>').format(text)


def span_words(text: str) -> str:
    """Return an interval such as ``10.0% to 90.0%`` in the reader's language."""
    low, joint, high = text.partition(" to ")
    if not joint:
        return with_comma(text)
    return _("%(low)s to %(high)s", low=with_comma(low), high=with_comma(high))


def p_words(text: str) -> str:
    """Return a p-value such as ``under 0.001`` in the reader's language."""
    least = text.removeprefix("under ")
    return with_comma(text) if least == text else _("under %(p)s", p=with_comma(least))
