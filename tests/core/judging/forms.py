"""Fields as a browser sends them, for the small rubric and for any other."""

from collections.abc import Callable

from hypothesis import strategies as st

from evalhub.core.judging.answers import SIDES, Answer, CannotJudgeReason, Choice
from evalhub.core.judging.forms import parse_form
from evalhub.core.rubrics.schema import Criterion, Rubric
from evalhub.core.rubrics.vocabulary import NONE_FLAG, Mode
from tests.core.rubrics.small import small

Fields = list[tuple[str, str]]

COMPLETE: Fields = [
    ("csrf_token", "x"),
    ("action", "submit"),
    ("triage.competence", "in_scope"),
    ("flags.a", "none"),
    ("flags.b", "harmful"),
    ("flags.b", "rude"),
    ("flags.b.harmful.quote", "Do it."),
    ("citations.a.1", "supports"),
    ("citations.a.2", "not_checked"),
    ("criteria.correct.a", "5"),
    ("criteria.correct.b", "3"),
    ("criteria.clear", "-2"),
    ("overall", "-3"),
    ("confidence", "2"),
    ("why.reasons", "clear"),
    ("why.reasons", "correct"),
    ("why.text", "A is right and B would hurt."),
]


def fields(*removed: str, **changed: str) -> Fields:
    """Return the complete form without some fields, with others set (``__`` stands for a dot)."""
    named = {name.replace("__", "."): value for name, value in changed.items()}
    kept = [(name, value) for name, value in COMPLETE if name not in {*removed, *named}]
    return kept + list(named.items())


def answer(*removed: str, **changed: str) -> Answer:
    """Return the answer of ``fields`` under the small rubric."""
    return parse_form(small(), fields(*removed, **changed))


def complete_fields(rubric: Rubric) -> Fields:
    """Return the fields of a careful annotator who prefers A under any rubric."""
    chosen: Fields = [(f"triage.{item.id}", item.options[0].id) for item in rubric.triage]
    chosen += [(f"flags.{side}", NONE_FLAG) for side in SIDES]
    if rubric.citations is not None:
        chosen.append(("citations.a.1", rubric.citations.results[0].id))
    for criterion in rubric.criteria:
        chosen += _criterion_fields(criterion)
    points = rubric.overall.confidence.points
    chosen += [("overall", "-2"), ("confidence", str(points[-1].value))]
    return [*chosen, ("why.text", "A is right where B is wrong.")]


def _criterion_fields(criterion: Criterion) -> Fields:
    name = f"criteria.{criterion.id}"
    if criterion.mode is Mode.COMPARE or criterion.scale is None:
        return [(name, "-1")]
    points = criterion.scale.points
    return [(f"{name}.a", str(points[-1].value)), (f"{name}.b", str(points[0].value))]


@st.composite
def any_fields(draw: st.DrawFn, rubric: Rubric) -> Fields:
    """Draw a form that a browser could send, complete or not."""
    drawn: Fields = []

    def maybe(name: str, values: list[str]) -> None:
        value = draw(st.none() | st.sampled_from(values))
        if value is not None:
            drawn.append((name, value))

    for question in rubric.triage:
        maybe(f"triage.{question.id}", [option.id for option in question.options])
    flags = [flag.id for flag in rubric.flags.items]
    for side in SIDES:
        ticked = draw(st.lists(st.sampled_from([NONE_FLAG, *flags]), unique=True))
        drawn += [(f"flags.{side}", flag) for flag in ticked]
        for flag in flags:
            maybe(f"flags.{side}.{flag}.quote", ["some words", "ä\n😀"])
        if rubric.citations is not None:
            results = [result.id for result in rubric.citations.results]
            for number in (1, 2):
                maybe(f"citations.{side}.{number}", results)
    for criterion in rubric.criteria:
        _maybe_criterion(criterion, rubric, maybe)
    overall = [str(point.value) for point in rubric.overall.points]
    maybe("overall", [*overall, *rubric.overall.quality_if_tie, Choice.CANNOT_JUDGE])
    maybe("cannot_judge_reason", list(CannotJudgeReason))
    maybe("confidence", [str(point.value) for point in rubric.overall.confidence.points])
    reasons = st.lists(st.sampled_from(rubric.why.quick_reasons), unique=True)
    drawn += [("why.reasons", reason) for reason in draw(reasons)]
    maybe("why.text", ["short", "long enough to be a reason", "  two\r\nlines "])
    return drawn


def _maybe_criterion(
    criterion: Criterion, rubric: Rubric, maybe: Callable[[str, list[str]], None]
) -> None:
    scale = criterion.scale or rubric.compare_scale
    values = [str(point.value) for point in scale.points] + ["na"] * criterion.allow_na
    if criterion.mode is Mode.COMPARE:
        maybe(f"criteria.{criterion.id}", values)
    else:
        for side in SIDES:
            maybe(f"criteria.{criterion.id}.{side}", values)
