"""Every rule a submitted answer must keep, checked on the server.

The place of a problem is the id of the question on the form, as in
``evalhub.core.judging.forms``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from math import ceil

from evalhub.core.free_words import seen_length
from evalhub.core.judging.answers import (
    SIDES,
    Answer,
    Choice,
    RaisedFlag,
    RatedCriterion,
    Side,
)
from evalhub.core.judging.forms import form_fields, parse_form
from evalhub.core.judging.marking import MARKS_QUESTION, check_mark
from evalhub.core.judging.masking import Masked, Span
from evalhub.core.judging.outcomes import VetoState, facts_of, outcome_of, route_of
from evalhub.core.judging.quoting import is_quoted
from evalhub.core.rubrics.conditions import Facts, evaluate
from evalhub.core.rubrics.schema import CitationTable, Criterion, Rubric
from evalhub.core.rubrics.vocabulary import NOT_CHECKED, Mode, VetoOverride
from evalhub.errors import BadInput, Problem, Sentence

SHARE_DIGITS = 9
"""Digits of a share that count: more than anybody writes, fewer than rounding disturbs."""

TOO_FEW_CHECKED = Sentence("check at least %(wanted)s of %(cited)s sources; %(checked)s so far")
ONE_UNCHECKED = Sentence("check at least %(wanted)s of %(cited)s source; %(checked)s so far")


@dataclass(frozen=True, slots=True)
class PromptFacts:
    """Hold what the rules need to know of the pair: tags, texts, how many sources each cites.

    The texts are those that were shown; ``hidden_a`` and ``hidden_b`` say what the stored ones
    have where a name is masked. Without one (None) no quote is compared with it: a
    rubric can be tried before there is a response.
    """

    tags: frozenset[str] = frozenset()
    n_citations_a: int = 0
    n_citations_b: int = 0
    text_a: str | None = None
    text_b: str | None = None
    hidden_a: tuple[Span, ...] = ()
    hidden_b: tuple[Span, ...] = ()

    def text(self, side: Side) -> str | None:
        """Return the response shown on ``side``."""
        return self.text_a if side == "a" else self.text_b

    def masked(self, side: Side) -> Masked | None:
        """Return the response shown on ``side`` with what is masked in it; None without one."""
        text = self.text(side)
        return (
            text if text is None else Masked(text, self.hidden_a if side == "a" else self.hidden_b)
        )

    def n_citations(self, side: Side) -> int:
        """Return how many sources the response shown on ``side`` cites."""
        return self.n_citations_a if side == "a" else self.n_citations_b


def check_answer(
    rubric: Rubric, answer: Answer, facts: PromptFacts, *, is_as_read: bool = False
) -> list[Problem]:
    """Return every rule that ``answer`` breaks, in the order of the form; empty when none.

    An option that routes the pair away makes everything else unnecessary. An answer that
    cannot judge needs its typed reason and no more: who cannot say which answer is better need
    not have a view of the rest, and asking for one would put a price on saying so.

    ``is_as_read`` says that ``parse_form`` has just read the answer with this rubric, so that it
    holds nothing that a form could not have sent.
    """
    misfits = [] if is_as_read else _misfits(rubric, answer)
    if misfits or route_of(rubric, answer) is not None:
        return misfits
    found = _overall(answer)
    if answer.choice is not Choice.CANNOT_JUDGE:
        found = chain(_triage(rubric, answer), found, _judgment(rubric, answer, facts))
    # Also beside a cannot-judge: it is stored with its marks, which must have their places.
    found = chain(found, _marks(rubric, answer, facts))
    # In the order of the page, so that the first link of the summary leads to the first question.
    order = {name: n for n, name in enumerate(_questions(rubric))}
    return sorted(found, key=lambda problem: order[problem.where])


def _misfits(rubric: Rubric, answer: Answer) -> list[Problem]:
    """Return what no form of this rubric could have sent, as an answer made by a program might."""
    # The way a form is read is the one definition of what fits; an answer that does not come
    # back from it unchanged holds something that the form could not have sent.
    try:
        fitting = parse_form(rubric, form_fields(answer))
    except BadInput as error:
        return list(error.problems)
    if fitting == answer:
        return []
    return [
        Problem(
            "form", Sentence("its parts must stand in the rubric's order, once each and trimmed")
        )
    ]


def applicable_criteria(rubric: Rubric, facts: Facts) -> tuple[Criterion, ...]:
    """Return the criteria whose condition holds, or that have none."""
    return tuple(
        criterion
        for criterion in rubric.criteria
        if criterion.applies_when is None or evaluate(criterion.applies_when, facts)
    )


def _questions(rubric: Rubric) -> list[str]:
    """Return the ids of the questions in the order of the form's stages."""
    by_stage = {
        "triage": [question.id for question in rubric.triage],
        "flags": ["flags-a", "flags-b"],
        "citations": ["cites-a", "cites-b"],
        "criteria": [criterion.id for criterion in rubric.criteria],
        "overall": ["overall", "cannot-judge", "confidence"],
        "why": ["reasons", "why"],
    }
    return [*(name for stage in rubric.task.stages for name in by_stage[stage]), MARKS_QUESTION]


def _judgment(rubric: Rubric, answer: Answer, facts: PromptFacts) -> Iterator[Problem]:
    known = facts_of(rubric, answer, facts.tags)
    return chain(
        _flags(rubric, answer, facts),
        () if rubric.citations is None else _citations(rubric.citations, answer, facts),
        _criteria(rubric, answer, known),
        _confidence(answer),
        _why(rubric, answer, known),
        _veto(rubric, answer),
    )


def _triage(rubric: Rubric, answer: Answer) -> Iterator[Problem]:
    for question in rubric.triage:
        if question.required and answer.triage_option(question.id) is None:
            yield Problem(question.id, Sentence("choose one answer"))


def _overall(answer: Answer) -> Iterator[Problem]:
    if answer.choice is None:
        yield Problem("overall", Sentence("choose one answer"))
    if answer.choice is Choice.CANNOT_JUDGE and answer.cannot_judge_reason is None:
        yield Problem("cannot-judge", Sentence("say why it cannot be judged"))


def _flags(rubric: Rubric, answer: Answer, facts: PromptFacts) -> Iterator[Problem]:
    none_label = rubric.flags.none_option.label
    for side in SIDES:
        flags, where, name = answer.flags(side), f"flags-{side}", side.upper()
        if not flags.raised and not flags.none_ticked:
            yield Problem(
                where,
                Sentence(
                    "tick what is present in answer %(side)s, or “%(none)s”",
                    side=name,
                    none=none_label,
                ),
            )
        if flags.raised and flags.none_ticked:
            yield Problem(where, Sentence("“%(none)s” cannot stand beside a flag", none=none_label))
        for raised in flags.raised:
            rule = _quote_rule(rubric, raised, facts.text(side), name)
            if rule:
                yield Problem(where, rule)


def _quote_rule(rubric: Rubric, raised: RaisedFlag, text: str | None, name: str) -> str:
    """Return what is wrong with the words that show a flag in answer ``name``; "" if nothing."""
    flag = rubric.flag(raised.flag)
    label = raised.flag if flag is None else flag.label
    if flag is not None and flag.needs_quote and not raised.quote:
        return Sentence("give the words that show “%(label)s”", label=label)
    if not raised.quote or text is None or is_quoted(raised.quote, text):
        return ""
    return Sentence(
        "the words given for “%(label)s” do not stand in answer %(side)s; copy them from it, "
        "with … where you leave some out",
        label=label,
        side=name,
    )


def _citations(table: CitationTable, answer: Answer, facts: PromptFacts) -> Iterator[Problem]:
    # The sources count over both responses: the longer list may well be the padded one.
    n_cited = facts.n_citations_a + facts.n_citations_b
    n_checked = 0
    for side in SIDES:
        for check in answer.citations(side):
            if check.number > facts.n_citations(side):
                rule = Sentence(
                    "answer %(side)s has no source %(number)s",
                    side=side.upper(),
                    number=check.number,
                )
                yield Problem(f"cites-{side}", rule)
            elif check.result != NOT_CHECKED:
                n_checked += 1
    wanted = n_sources_to_check(table, facts)
    if n_checked < wanted:
        where = "cites-a" if facts.n_citations_a else "cites-b"
        yield Problem(
            where,
            Sentence(
                TOO_FEW_CHECKED if n_cited != 1 else ONE_UNCHECKED,
                wanted=wanted,
                cited=n_cited,
                checked=n_checked,
            ),
        )


def n_sources_to_check(table: CitationTable, facts: PromptFacts) -> int:
    """Return how many of the sources that both responses cite must be checked."""
    n_cited = facts.n_citations_a + facts.n_citations_b
    # 0.28 of 25 is 7.000000000000001 to a computer and must not ask for an eighth.
    share = ceil(round(table.required_share * n_cited, SHARE_DIGITS))
    return max(min(table.minimum_checked_if_any, n_cited), share)


def _criteria(rubric: Rubric, answer: Answer, facts: Facts) -> Iterator[Problem]:
    rated = {item.criterion: item for item in answer.rated}
    compared = {item.criterion for item in answer.compared}
    applicable = applicable_criteria(rubric, facts)
    for criterion in rubric.criteria:
        is_required = criterion.required and criterion in applicable
        if criterion.mode is Mode.RATE_EACH:
            yield from _rating(criterion, rated.get(criterion.id), is_required=is_required)
        elif is_required and criterion.id not in compared:
            yield Problem(criterion.id, Sentence("choose one answer"))


def _rating(
    criterion: Criterion, rated: RatedCriterion | None, *, is_required: bool
) -> Iterator[Problem]:
    if rated is None:
        if is_required:
            yield Problem(criterion.id, Sentence("rate both answers"))
    elif rated.a is None or rated.b is None:
        missing = "A" if rated.a is None else "B"
        yield Problem(criterion.id, Sentence("rate answer %(side)s too", side=missing))


def _confidence(answer: Answer) -> Iterator[Problem]:
    if answer.confidence is None:
        yield Problem("confidence", Sentence("choose one answer"))


def _why(rubric: Rubric, answer: Answer, facts: Facts) -> Iterator[Problem]:
    why, length, outcome = rubric.why, len(answer.why), outcome_of(rubric, answer)
    has_span = why.accept_span_instead and any(
        raised.quote for side in SIDES for raised in answer.flags(side).raised
    )
    is_required = why.required_when is not None and evaluate(why.required_when, facts)
    if length > why.max_chars:
        yield Problem(
            "why",
            Sentence(
                "has %(length)s characters; at most %(most)s are possible",
                length=length,
                most=why.max_chars,
            ),
        )
    elif outcome.is_override and seen_length(answer.why) < max(why.min_chars, 1):
        # Marked words show a fault; they cannot say why it should not decide.
        rule = Sentence(
            "say in at least %(least)s characters why the veto does not decide",
            least=why.min_chars,
        )
        yield Problem("why", rule)
    elif is_required and not has_span and seen_length(answer.why) < why.min_chars:
        yield Problem(
            "why", Sentence("give the reason in at least %(least)s characters", least=why.min_chars)
        )


def _marks(rubric: Rubric, answer: Answer, facts: PromptFacts) -> Iterator[Problem]:
    for number, mark in enumerate(answer.marks, start=1):
        text = facts.masked(mark.side)
        rule = "" if text is None else check_mark(mark, number, text)
        if rule:
            yield Problem(MARKS_QUESTION, rule)
        ticked = {raised.flag for raised in answer.flags(mark.side).raised}
        if mark.flag and mark.flag not in ticked:
            flag = rubric.flag(mark.flag)
            label = mark.flag if flag is None else flag.label
            rule = Sentence(
                "mark %(number)s: tick “%(label)s” for answer %(side)s too, or take it away",
                number=number,
                label=label,
                side=mark.side.upper(),
            )
            yield Problem(MARKS_QUESTION, rule)


def _veto(rubric: Rubric, answer: Answer) -> Iterator[Problem]:
    outcome = outcome_of(rubric, answer)
    is_refused = rubric.veto_rules.one_vetoed.override is VetoOverride.REFUSED
    if is_refused and outcome.is_override and outcome.veto is VetoState.ONE_VETOED:
        yield Problem(
            "overall", Sentence("prefer the answer without a veto, or take the flag back")
        )
