"""Say choices, reasons and questions in the words that annotators read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from evalhub.core.assigning import ReleaseReason
from evalhub.core.judging.answers import CannotJudgeReason, Choice
from evalhub.core.judging.checks import n_sources_to_check
from evalhub.core.prompts.records import Prompt
from evalhub.core.prompts.vocabulary import Audience, MessageRole, Risk
from evalhub.core.rubrics.conditions import AnyOf, FieldAtLeast, FieldEquals
from evalhub.core.rubrics.schema import Rubric, Why
from evalhub.core.rubrics.words import InLanguage
from evalhub.services.assigning.open_pairs import COUNTED
from evalhub.services.assigning.standing import LeaseStanding
from evalhub.services.judging.matter import Matter
from evalhub.services.judging.today import Today
from evalhub.web.formats import day, money
from evalhub.web.language import N_, Words, _, number
from evalhub.web.rubric_words import condition_words as condition_words  # noqa: PLC0414 - templates find all words here

GIST_LENGTH = 110
AROUND_LENGTH = 40

CHOICE_WORDS: Mapping[Choice, str] = Words(
    {
        Choice.A: N_("A"),
        Choice.B: N_("B"),
        Choice.TIE: N_("about the same"),
        Choice.BOTH_GOOD: N_("both good"),
        Choice.BOTH_BAD: N_("both bad"),
        Choice.CANNOT_JUDGE: N_("cannot judge"),
    }
)

CANNOT_JUDGE_WORDS: Mapping[CannotJudgeReason, str] = Words(
    {
        CannotJudgeReason.MISSING_CONTEXT: N_("Something I need to know is missing"),
        CannotJudgeReason.AMBIGUOUS_PROMPT: N_("The question can be read in different ways"),
        CannotJudgeReason.CONTESTED: N_("Experts differ, and both can be defended"),
        CannotJudgeReason.OUTSIDE_FIELD: N_("It is outside my field after all"),
        CannotJudgeReason.NEEDS_TIME: N_("It would take longer than I have"),
    }
)

STANDING_WORDS: Mapping[LeaseStanding, str] = Words(
    {
        LeaseStanding.HELD: "",
        LeaseStanding.FREE: (
            "Your time ran out, but nobody else has this comparison yet: you can still submit."
        ),
        LeaseStanding.AGAIN: N_("Your time ran out and this comparison was handed to you again."),
        LeaseStanding.WITH_ANOTHER: (
            "Your time ran out and somebody else is working on this comparison now."
        ),
        LeaseStanding.JUDGED: (
            "Your time ran out and this comparison has been judged as often as wanted."
        ),
    }
)
"""What a page says about a lease; nothing while it is held."""

SKIP_WORDS: Mapping[ReleaseReason, str] = Words(
    {
        ReleaseReason.SCOPE: N_("Outside my field"),
        ReleaseReason.TIME: N_("No time now"),
        ReleaseReason.CONFLICT: N_("Conflict of interest"),
        ReleaseReason.BROKEN: N_("Something is broken"),
    }
)
"""The reasons offered for giving a comparison back; none is needed."""

TURN_WORDS: Mapping[MessageRole, str] = Words(
    {
        MessageRole.SYSTEM: N_("Instructions given to the model"),
        MessageRole.USER: N_("Person"),
        MessageRole.ASSISTANT: N_("Model, earlier in the conversation"),
        MessageRole.TOOL: N_("Result of a tool"),
    }
)

RISK_WORDS: Mapping[Risk, str] = Words(
    {
        Risk.SENSITIVE: N_("This prompt touches distressing or personal matter. Skipping is free."),
        Risk.HAZARD: N_(
            "An answer here could help to do harm. Do not pass it on. Skipping is free."
        ),
    }
)

STAGE_NAMES: Mapping[str, str] = Words(
    {
        "triage": N_("Triage"),
        "flags": N_("Flags"),
        "citations": N_("Sources"),
        "criteria": N_("Criteria"),
        "overall": N_("Overall"),
        "why": N_("Why"),
    }
)

AUDIENCES: Mapping[Audience, str] = Words(
    {
        Audience.PATIENT: N_("a patient"),
        Audience.CLINICIAN: N_("a clinician"),
        Audience.CLIENT: N_("a client"),
        Audience.COUNSEL: N_("counsel"),
        Audience.COURT: N_("a court"),
        Audience.PUBLIC: N_("the public"),
    }
)

LANGUAGES: Mapping[str, str] = Words(
    {
        "ar": N_("Arabic"),
        "de": N_("German"),
        "en": N_("English"),
        "es": N_("Spanish"),
        "fr": N_("French"),
        "hi": N_("Hindi"),
        "it": N_("Italian"),
        "ja": N_("Japanese"),
        "ko": N_("Korean"),
        "nl": N_("Dutch"),
        "pl": N_("Polish"),
        "pt": N_("Portuguese"),
        "ru": N_("Russian"),
        "sv": N_("Swedish"),
        "sw": N_("Swahili"),
        "tr": N_("Turkish"),
        "uk": N_("Ukrainian"),
        "zh": N_("Chinese"),
    }
)
"""Names of languages by their code; any other is shown as its code."""

AMONG_QUESTIONS: Mapping[str, str] = Words(
    {
        "flags-a": N_("Flags, answer A"),
        "flags-b": N_("Flags, answer B"),
        "cites-a": N_("Sources in answer A"),
        "cites-b": N_("Sources in answer B"),
        "overall": N_("Overall"),
        "cannot-judge": N_("Why it cannot be judged"),
        "confidence": N_("How sure you are"),
        "reasons": N_("What weighed most"),
        "why": N_("Why"),
        "marks": N_("Marked words"),
        "form": N_("This form"),
    }
)


def verdict_words(rubric: Rubric, choice: Choice, preference: int | None) -> str:
    """Return a verdict in the words its annotator chose, such as "B much better".

    They are the rubric's own label of the point; both good, both bad and cannot judge are no
    points of a scale and have the same words everywhere.
    """
    if choice in {Choice.A, Choice.B, Choice.TIE}:
        labels = {point.value: point.label for point in rubric.overall.points}
        return labels.get(preference or 0, CHOICE_WORDS[choice])
    return CHOICE_WORDS[choice].capitalize()


def pay_words(minor_units: int, currency: str) -> str:
    """Return what a comparison pays."""
    return money(minor_units, currency) if minor_units else _("Unpaid")


def today_words(today: Today) -> tuple[str, str]:
    """Return what was earned today, or how much was answered, and at which rate or in what time."""
    if not today.earned:
        return _answered(today), time_words(today.active_seconds)
    total = _(" and ").join(money(one.minor_units, one.currency) for one in today.earned)
    rates = [
        _("%(pay)s an hour", pay=money(one.per_hour, one.currency))
        for one in today.earned
        if one.per_hour is not None
    ]
    return total, _(" and ").join(rates) or _answered(today)


def _answered(today: Today) -> str:
    return _("%(n)s answered", n=number(today.n_answered))


def time_words(seconds: float) -> str:
    """Return an active time such as ``1 h 12 min``; "no time noted" where there is none."""
    hours, minutes = divmod(int(seconds) // 60, 60)
    if seconds <= 0:
        return _("no time noted")
    if hours:
        return f"{hours}\u00a0h {minutes}\u00a0min"
    return _("%(minutes)s\u00a0min active", minutes=minutes)


def count_words(n_open: int) -> str:
    """Return how many comparisons are open, which are counted only so far."""
    return number(n_open) if n_open < COUNTED else _("%(n)s or more", n=number(COUNTED))


def question_names(rubric: Rubric) -> dict[str, str]:
    """Return what each question is called in the list of what is missing."""
    return {
        **dict(AMONG_QUESTIONS),
        **{question.id: question.question for question in rubric.triage},
        **{criterion.id: criterion.name for criterion in rubric.criteria},
    }


def scale_words(label: str) -> tuple[str, str]:
    """Return the part of a scale's label that its column says already, and the rest.

    "A much better" stands under a heading "A", so only "much better" is shown.
    """
    for prefix in ("A ", "B ", "About the ", "Etwa "):
        if label.startswith(prefix):
            rest = label.removeprefix(prefix)
            if isinstance(label, InLanguage):
                return prefix, InLanguage(rest, label.language)
            return prefix, rest
    return "", label


def context_words(prompt: Prompt) -> str:
    """Return for whom, where and as of when the prompt is to be answered."""
    parts = [
        _("for %(audience)s", audience=AUDIENCES[prompt.audience]) if prompt.audience else "",
        prompt.jurisdiction or "",
        (prompt.specialty or "").replace("_", " "),
        _("as of %(day)s", day=day(prompt.as_of)) if prompt.as_of else "",
        _("in %(language)s", language=language_name(prompt.language)),
    ]
    return ", ".join(part for part in parts if part)


def language_name(tag: str) -> str:
    """Return what a language is called in the reader's own."""
    return LANGUAGES.get(tag.partition("-")[0], tag)


def sources_to_check(matter: Matter) -> int:
    """Return how many sources of both answers the form requires to be checked."""
    table = matter.rubric.citations
    return n_sources_to_check(table, matter.facts) if table else 0


def gist(prompt: Prompt) -> str:
    """Return the start of the last thing asked."""
    words = " ".join(prompt.messages[-1].content.split())
    return words if len(words) <= GIST_LENGTH else words[: GIST_LENGTH - 1] + "…"


def around(text: str, place: tuple[int, int]) -> tuple[str, str, str]:
    """Return the words at a place of a text between what stands before and after, on one line."""
    start, end = place
    before = text[max(0, start - AROUND_LENGTH) : start]
    after = text[end : end + AROUND_LENGTH]
    line = [re.sub(r"\s+", " ", part) for part in (before, text[start:end], after)]
    return f"…{line[0]}", line[1], f"{line[2]}…"


KEYS: Mapping[str, tuple[str, str]] = {
    "next": ("j", N_("Next question")),
    "previous": ("k", N_("Previous question")),
    "a": ("[", N_("Go to answer A")),
    "b": ("]", N_("Go to answer B")),
    "mark": ("m", N_("Mark the selected words")),
    "prompt": ("p", N_("Show or hide the prompt")),
    "flags": ("f", N_("Go to flags")),
    "overall": ("o", N_("Go to overall")),
    "why": ("w", N_("Go to why")),
    "skip": ("s", N_("Give back (asks first)")),
    "undo": ("u", N_("Undo the last change in the form")),
}
"""The single keys that a person can change, each with what it does."""


def key_words() -> dict[str, tuple[str, str]]:
    """Return the keys that can be changed, with what each does in the reader's language."""
    return {action: (key, _(words)) for action, (key, words) in KEYS.items()}


@dataclass(frozen=True, slots=True)
class WhyRules:
    """Hold when a reason is needed, as far as the page's script can tell by itself.

    ``overall`` is the strength of preference from which it is; None where none asks for it.
    """

    overall: int | None = None
    for_flags: bool = False
    for_override: bool = False


def why_rules(why: Why) -> WhyRules:
    """Return what the script of the page may say about the reason before the server does."""
    needed = why.required_when
    rules = WhyRules()
    for leaf in needed.items if isinstance(needed, AnyOf) else (needed,):
        match leaf:
            case FieldAtLeast("overall_abs", minimum):
                rules = replace(rules, overall=int(minimum))
            case FieldEquals("flags_any", True):
                rules = replace(rules, for_flags=True)
            case FieldEquals("veto_override", True):
                rules = replace(rules, for_override=True)
    return rules
