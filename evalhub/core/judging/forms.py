"""Read the fields of a filled form into an answer.

The fields are named ``triage.<question>``, ``flags.<a|b>`` (ticked boxes, with ``none``),
``flags.<a|b>.<flag>.quote``, ``citations.<a|b>.<number>``, ``criteria.<criterion>`` or
``criteria.<criterion>.<a|b>``, ``overall`` (-3…3, ``both_good``, ``both_bad``,
``cannot_judge``), ``cannot_judge_reason``, ``confidence``, ``why.reasons``, ``why.text`` and
``marks.<n>.<part>`` as in ``evalhub.core.judging.marking``.
A form may be incomplete, for drafts are read the same way; ``evalhub.core.judging.checks``
says what is missing. What a form cannot have sent is refused.

The place of a problem is the question's id, so that a page links it to ``#q-<id>``: a triage
question's or criterion's own id, or ``flags-a``, ``flags-b``, ``cites-a``, ``cites-b``,
``overall``, ``cannot-judge``, ``confidence``, ``reasons``, ``why``, ``marks``; ``form`` where the
field belongs to no question.
"""

import re
from collections.abc import Iterable, Sequence

from evalhub.core.judging.answers import (
    SIDES,
    Answer,
    CannotJudgeReason,
    Choice,
    CitationCheck,
    ComparedCriterion,
    NotApplicable,
    RaisedFlag,
    RatedCriterion,
    Side,
    SideFlags,
    TriageAnswer,
    Value,
    choice_of,
)
from evalhub.core.judging.form_reading import (
    MAX_QUOTE_CHARS,
    REVISION_FIELD,
    FormReader,
    shown_value,
)
from evalhub.core.judging.mark_forms import mark_fields, read_marks, with_quotes_of_marks
from evalhub.core.rubrics.schema import Criterion, Rubric
from evalhub.core.rubrics.vocabulary import NONE_FLAG, Mode
from evalhub.errors import BadInput, Sentence

MAX_TEXT_CHARS = 20_000
"""What is kept of a reason while it is a draft; a rubric's own limit speaks at the submission."""

_CITATION_FIELD = re.compile(r"citations\.(?P<side>[ab])\.(?P<number>[1-9][0-9]{0,2})")


def parse_form(rubric: Rubric, fields: Sequence[tuple[str, str]]) -> Answer:
    """Return the answer that ``fields`` hold, which may be partial.

    Words quoted for a flag that is not ticked, and a reason for not judging beside a choice,
    are dropped: the page hides them, so the annotator has taken them back. An empty value
    counts as no answer. Raise ``BadInput`` with every unknown field and impossible value.
    """
    # Every reader takes its fields out, so that what is left at the end belongs to no question.
    form = FormReader(fields)
    choice, preference = _overall(form, rubric)
    answer = Answer(
        triage=tuple(_triage(form, rubric)),
        flags_a=_flags(form, rubric, "a"),
        flags_b=_flags(form, rubric, "b"),
        citations_a=tuple(_citations(form, rubric, "a")),
        citations_b=tuple(_citations(form, rubric, "b")),
        rated=tuple(_rated(form, rubric)),
        compared=tuple(_compared(form, rubric)),
        choice=choice,
        preference=preference,
        cannot_judge_reason=_cannot_judge_reason(form, choice),
        confidence=_confidence(form, rubric),
        reasons=_reasons(form, rubric),
        why=form.text("why.text", question="why", most=MAX_TEXT_CHARS),
        marks=tuple(read_marks(form, rubric)),
    )
    answer = with_quotes_of_marks(answer)
    form.refuse_unread()
    if form.problems:
        raise BadInput(form.problems)
    return answer


def form_fields(answer: Answer) -> list[tuple[str, str]]:
    """Return the fields that a form with this answer sends: the way back from ``parse_form``."""
    fields = [(f"triage.{item.question}", item.option) for item in answer.triage]
    for side in SIDES:
        flags = answer.flags(side)
        fields += [(f"flags.{side}", NONE_FLAG)] * flags.none_ticked
        for raised in flags.raised:
            fields.append((f"flags.{side}", raised.flag))
            fields.append((f"flags.{side}.{raised.flag}.quote", raised.quote))
        fields += [(f"citations.{side}.{it.number}", it.result) for it in answer.citations(side)]
    for rated in answer.rated:
        fields += [(f"criteria.{rated.criterion}.a", _word(rated.a))]
        fields += [(f"criteria.{rated.criterion}.b", _word(rated.b))]
    fields += [(f"criteria.{item.criterion}", _word(item.value)) for item in answer.compared]
    # One field carries both: a grade stands for its choice, the other words have no grade.
    is_graded = answer.choice in {Choice.A, Choice.B, Choice.TIE}
    fields.append(("overall", _word(answer.preference if is_graded else answer.choice)))
    fields.append(("cannot_judge_reason", _word(answer.cannot_judge_reason)))
    fields.append(("confidence", _word(answer.confidence)))
    fields += [("why.reasons", reason) for reason in answer.reasons]
    fields.append(("why.text", answer.why))
    fields += mark_fields(answer.marks)
    return [(name, value) for name, value in fields if value]


def _word(value: int | str | None) -> str:
    return "" if value is None else str(value)


def base_of(fields: Sequence[tuple[str, str]]) -> int:
    """Return the revision that a form was filled in over; 0 for a form that names none.

    A form that says nothing, such as a program's, can only be a first one, so that it never
    replaces a judgment by accident. Raise ``BadInput`` for what no page of ours has sent.
    """
    given = {value for name, value in fields if name == REVISION_FIELD}
    if not given:
        return 0
    text = given.pop()
    # Nine digits fit every database's integer, and are parsed in no time.
    if given or not re.fullmatch(r"[0-9]{1,9}", text):
        rule = Sentence("%(text)s names no version of this judgment", text=shown_value(text))
        raise BadInput.at("form", rule)
    return int(text)


def _triage(form: FormReader, rubric: Rubric) -> Iterable[TriageAnswer]:
    for question in rubric.triage:
        options = [option.id for option in question.options]
        option = form.word(f"triage.{question.id}", options, question=question.id)
        if option is not None:
            yield TriageAnswer(question.id, option)


def _flags(form: FormReader, rubric: Rubric, side: Side) -> SideFlags:
    question = f"flags-{side}"
    ids = [flag.id for flag in rubric.flags.items]
    ticked = form.words(f"flags.{side}", [NONE_FLAG, *ids], question=question)
    # Quotes of all flags are taken out, of those not ticked too: the page sends them hidden.
    quotes = {
        flag: form.text(f"flags.{side}.{flag}.quote", question=question, most=MAX_QUOTE_CHARS)
        for flag in ids
    }
    raised = (RaisedFlag(flag, quotes[flag]) for flag in ids if flag in ticked)
    return SideFlags(NONE_FLAG in ticked, tuple(raised))


def _citations(form: FormReader, rubric: Rubric, side: Side) -> Iterable[CitationCheck]:
    if rubric.citations is None:
        return
    results = [result.id for result in rubric.citations.results]
    named = [_CITATION_FIELD.fullmatch(name) for name in form.values_by_name]
    for number in sorted(
        int(found["number"]) for found in named if found and found["side"] == side
    ):
        result = form.word(f"citations.{side}.{number}", results, question=f"cites-{side}")
        if result is not None:
            yield CitationCheck(number, result)


def _rated(form: FormReader, rubric: Rubric) -> Iterable[RatedCriterion]:
    for criterion in rubric.criteria:
        if criterion.mode is Mode.RATE_EACH and criterion.scale is not None:
            points = [point.value for point in criterion.scale.points]
            a, b = (
                _value(form, criterion, points, name=f"criteria.{criterion.id}.{side}")
                for side in SIDES
            )
            if a is not None or b is not None:
                yield RatedCriterion(criterion.id, a, b)


def _compared(form: FormReader, rubric: Rubric) -> Iterable[ComparedCriterion]:
    points = [point.value for point in rubric.compare_scale.points]
    for criterion in rubric.criteria:
        if criterion.mode is Mode.COMPARE:
            value = _value(form, criterion, points, name=f"criteria.{criterion.id}")
            if value is not None:
                yield ComparedCriterion(criterion.id, value)


def _value(
    form: FormReader, criterion: Criterion, points: Sequence[int], *, name: str
) -> Value | None:
    known = [str(point) for point in points]
    if criterion.allow_na:
        known.append(NotApplicable.NA)
    word = form.word(name, known, question=criterion.id)
    if word is None:
        return None
    return NotApplicable.NA if word == NotApplicable.NA else int(word)


def _overall(form: FormReader, rubric: Rubric) -> tuple[Choice | None, int | None]:
    points = {str(point.value): point.value for point in rubric.overall.points}
    known = [*points, *rubric.overall.quality_if_tie, Choice.CANNOT_JUDGE]
    word = form.word("overall", known, question="overall")
    if word is None:
        return None, None
    if word in points:
        return choice_of(points[word]), points[word]
    choice = Choice(word)
    return choice, None if choice is Choice.CANNOT_JUDGE else 0


def _cannot_judge_reason(form: FormReader, choice: Choice | None) -> CannotJudgeReason | None:
    known = [reason.value for reason in CannotJudgeReason]
    word = form.word("cannot_judge_reason", known, question="cannot-judge")
    if word is None or choice is not Choice.CANNOT_JUDGE:
        return None
    return CannotJudgeReason(word)


def _confidence(form: FormReader, rubric: Rubric) -> int | None:
    known = [str(point.value) for point in rubric.overall.confidence.points]
    word = form.word("confidence", known, question="confidence")
    return None if word is None else int(word)


def _reasons(form: FormReader, rubric: Rubric) -> tuple[str, ...]:
    return form.words("why.reasons", rubric.why.quick_reasons, question="reasons")
