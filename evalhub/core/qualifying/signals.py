"""Every automated signal about a person, what it is and what it weighs: one list for the page.

What computes something about somebody names itself here, and a test fails for a module of people's
figures that does not. A person can so read all that a program makes of them, which the law of
platform work asks for and decency anyway.
"""

from dataclasses import dataclass, fields
from enum import StrEnum

from evalhub.core.campaigns import Purpose
from evalhub.core.qualifying.ladder import CriterionKind
from evalhub.core.qualifying.requirements import LackKind
from evalhub.core.reviewing.alerts import CheckKind
from evalhub.core.reviewing.vocabulary import Trigger
from evalhub.core.scoring.annotators.figures import AnnotatorFigures
from evalhub.errors import Sentence


class SignalUse(StrEnum):
    """What a signal can do to somebody."""

    GATE = "gate"
    """Decides by a rule that stands on the page whether work is given out; never on quality."""
    PERSON = "person"
    """Is shown to a person who decides; by itself it does nothing."""
    PAY = "pay"
    """Says which entries of the ledger follow from work that was done."""
    REPORT = "report"
    """Stands in figures about a project or release, without names."""


@dataclass(frozen=True, slots=True)
class Signal:
    """Hold one automated signal.

    ``parts`` are the single figures or rules in it, ``seen_by`` whoever can read it, ``sources``
    the modules that compute it.
    """

    key: str
    name: str
    what: str
    use: SignalUse
    seen_by: str
    parts: tuple[str, ...]
    sources: tuple[str, ...]


ANNOTATORS = "evalhub.core.scoring.annotators"
QUALIFYING = "evalhub.core.qualifying"

SIGNALS: tuple[Signal, ...] = (
    Signal(
        "requirement",
        Sentence("What a project asks for"),
        Sentence(
            "Whether you hold the credential, level, language, training, acceptance and answer "
            "about consent that a project asks for, when you claim a comparison."
        ),
        SignalUse.GATE,
        Sentence("You, with what is missing, and those who run projects."),
        tuple(LackKind),
        (
            f"{QUALIFYING}.requirements",
            f"{QUALIFYING}.routes",
            f"{QUALIFYING}.credentials",
            f"{QUALIFYING}.levels",
            f"{QUALIFYING}.languages",
        ),
    ),
    Signal(
        "assessment",
        Sentence("The grade of an assessment"),
        Sentence(
            "How many pairs you answered as a key has it, by skill, within the time. It is given "
            "your answers and nothing else of you. A person decides about your application."
        ),
        SignalUse.PERSON,
        Sentence("You, and those who decide about applications."),
        ("total", "by_skill"),
        (f"{QUALIFYING}.assessments", f"{QUALIFYING}.items"),
    ),
    Signal(
        "regrade",
        Sentence("A grade after a key was mended"),
        Sentence(
            "What a mended key makes of your attempt, and what the result was before. A decision "
            "that was made stays until a person makes another."
        ),
        SignalUse.PERSON,
        Sentence("You, and those who decide about applications."),
        ("before", "after"),
        (f"{QUALIFYING}.contests",),
    ),
    Signal(
        "training",
        Sentence("Whether a training is passed"),
        Sentence(
            "How many pairs of a training you answered as experts do. You may take it again; "
            "projects can ask that it was passed."
        ),
        SignalUse.GATE,
        Sentence("You."),
        ("outcome",),
        (f"{QUALIFYING}.trainings",),
    ),
    Signal(
        "ladder",
        Sentence("What a level asks for"),
        Sentence(
            "Which criteria of the next level you meet: training, assessment, credential, number "
            "of judgments, and agreement with what most others say of the same pairs, with its "
            "interval. Meeting all of them changes nothing before a person decides."
        ),
        SignalUse.PERSON,
        Sentence("You, and those who decide about levels."),
        tuple(CriterionKind),
        (f"{QUALIFYING}.ladder",),
    ),
    Signal(
        "figures",
        Sentence("Figures about your judgments in a project"),
        Sentence(
            "Plain shares with their intervals: pairs with a known answer, agreement with the "
            "others, the same answer when a pair comes again with its sides swapped, the side you "
            "prefer, ties, and the median time. They change no score, no level and no offer."
        ),
        SignalUse.PERSON,
        Sentence("You, in the feedback on your week, and those who run projects."),
        tuple(field.name for field in fields(AnnotatorFigures)),
        (
            f"{ANNOTATORS}.figures",
            f"{ANNOTATORS}.controls",
            f"{ANNOTATORS}.medians",
            f"{ANNOTATORS}.repeats",
        ),
    ),
    Signal(
        "controls",
        Sentence("Comparisons that check quality"),
        Sentence(
            "A share of the comparisons of a project, which you read before you claim: controls, "
            "whose answer experts agreed on; own pairs that come again with their sides changed; "
            "and anchors, which many judge again over time. A lot decides when one comes. They "
            "look like all others and are paid like them, enter no score and no release, and "
            "giving one back changes nothing. After a week you read your shares, and "
            "which controls you answered otherwise, to contest what was taken as right."
        ),
        SignalUse.PERSON,
        Sentence("You, and those who run projects; of anchors the project as a whole."),
        tuple(purpose for purpose in Purpose if not purpose.holds_place),
        ("evalhub.core.quality", "evalhub.core.judging.known", f"{ANNOTATORS}.drift"),
    ),
    Signal(
        "checks",
        Sentence("Checks for what looks unlike the others"),
        Sentence(
            "Tests of the side you prefer, your speed, criteria answered all alike, reasons that "
            "repeat word for word, agreement, controls, pairs that came again, and of the "
            "anchors of a whole project, corrected for their number. A finding is a reason to ask "
            "you about it: nothing is dropped, weighted or taken from you by it."
        ),
        SignalUse.PERSON,
        Sentence("Those who review, and who answer each finding with what they made of it."),
        tuple(CheckKind),
        (f"{ANNOTATORS}.checks", "evalhub.core.reviewing.alerts"),
    ),
    Signal(
        "reliability",
        Sentence("Estimated reliability"),
        Sentence(
            "How often you prefer what the strengths of the models would have you prefer "
            "(Crowd-BT), and a consensus of all (Dawid and Skene). Both stand beside the scores "
            "for comparison; neither enters a score, a release or a decision."
        ),
        SignalUse.REPORT,
        Sentence("Those who run projects."),
        ("reliability", "consensus"),
        tuple(
            f"{ANNOTATORS}.{name}"
            for name in (
                "consensus",
                "crowd_bt",
                "crowd_cells",
                "crowd_objective",
                "crowd_search",
                "dawid_skene",
                "decisions",
            )
        ),
    ),
    Signal(
        "review",
        Sentence("Why a judgment is looked at again"),
        Sentence(
            "A draw by lot, or a rule: votes that conflict, grades far apart, a veto that was "
            "overruled, a report. It only opens a case; reviewers and adjudicators decide, with a "
            "reason, and your first judgment stays."
        ),
        SignalUse.PERSON,
        Sentence("You, with the outcome, and those who review."),
        tuple(Trigger),
        tuple(
            f"evalhub.core.reviewing.{name}"
            for name in ("cases", "rework", "triggers", "vocabulary")
        ),
    ),
    Signal(
        "clock",
        Sentence("The clock of a comparison"),
        Sentence(
            "The active minutes that your page counts. Pay goes by the piece; minutes over the "
            "expected ones are booked as unpaid, and all of them make your hourly rate."
        ),
        SignalUse.PAY,
        Sentence("You, and whoever pays."),
        ("active_seconds",),
        ("evalhub.core.pay.ledger", "evalhub.core.pay.earnings", "evalhub.core.pay.statements"),
    ),
    Signal(
        "choice",
        Sentence("Which pair comes next"),
        Sentence(
            "Pairs are chosen by what they tell of the models, with a share by lot, and never by "
            "what is known of you; a pair that comes again is one that you judged. What you "
            "skipped or gave back is not offered again and is used for nothing else."
        ),
        SignalUse.GATE,
        Sentence("Nobody; it is not kept of people."),
        ("pair",),
        ("evalhub.core.assigning",),
    ),
    Signal(
        "form",
        Sentence("Checks of the form"),
        Sentence(
            "Whether a judgment has the reasons and marks that its rubric asks for before it is "
            "kept. What was typed first is counted nowhere."
        ),
        SignalUse.GATE,
        Sentence("You, on the form."),
        ("problems",),
        ("evalhub.core.judging.checks",),
    ),
    Signal(
        "dossier",
        Sentence("Groups in a release"),
        Sentence(
            "Win rates by group of experts, and how many lean to one side, of no fewer people than "
            "the release says. They describe the data and name nobody."
        ),
        SignalUse.REPORT,
        Sentence("Whoever reads a release."),
        ("groups", "sides"),
        tuple(f"evalhub.core.releasing.dossier.{name}" for name in ("examining", "effects")),
    ),
)
"""Every signal there is. None ends anybody's work: that is a person's decision, with a reason."""
