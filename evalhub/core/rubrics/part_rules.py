"""Rules about the parts of a rubric: ids, stages, triage, flags, status and history."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import chain

from evalhub.core.rubrics.scale_rules import Breach
from evalhub.core.rubrics.schema import Rubric, TriageQuestion, version_key
from evalhub.core.rubrics.vocabulary import NONE_FLAG, Stage, Status

RESERVED_IDS = frozenset(
    {"overall", "confidence", "reasons", "why", "flags", "flags-a", "flags-b", "form"}
    | {"cites-a", "cites-b", "cannot-judge", "skip"}
)
"""Places on the form with an anchor of their own; no question may take their names."""

MIN_REVIEWS = 2


def part_breaches(rubric: Rubric) -> Iterator[Breach]:
    """Yield what is wrong with the parts of ``rubric``."""
    return chain(
        _repeats(rubric),
        _anchors(rubric),
        _stages(rubric),
        *(_triage(question, n) for n, question in enumerate(rubric.triage)),
        _flags(rubric),
        _task(rubric),
        _standing(rubric),
    )


def _repeats(rubric: Rubric) -> Iterator[Breach]:
    lists: list[tuple[str, Sequence[Hashable]]] = [
        ("triage", [item.id for item in rubric.triage]),
        ("triage", [item.sets for item in rubric.triage if item.sets is not None]),
        ("flags.items", [item.id for item in rubric.flags.items]),
        ("criteria", [item.id for item in rubric.criteria]),
        ("worked_examples", [item.id for item in rubric.worked_examples]),
        ("changelog", [item.version for item in rubric.changelog]),
        ("task.stages", rubric.task.stages),
        ("task.modalities", rubric.task.modalities),
        ("why.quick_reasons", rubric.why.quick_reasons),
        ("overall.quality_if_tie", rubric.overall.quality_if_tie),
    ]
    lists += [
        (f"triage[{n}].options", [option.id for option in item.options])
        for n, item in enumerate(rubric.triage)
    ]
    if rubric.citations is not None:
        lists.append(("citations.results", [item.id for item in rubric.citations.results]))
    for path, values in lists:
        # Counted in one pass: asking each value how often it stands there takes the square of
        # the list, which was four seconds for ten thousand stages.
        counts = Counter(values)
        for value in sorted(str(value) for value, n in counts.items() if n > 1):
            yield Breach(path, f"{value!r} appears more than once")


def _anchors(rubric: Rubric) -> Iterator[Breach]:
    """Yield ids that would give two places on the page the same anchor."""
    triage_ids = {question.id for question in rubric.triage}
    named = [(f"triage[{n}].id", item.id) for n, item in enumerate(rubric.triage)]
    named += [(f"criteria[{n}].id", item.id) for n, item in enumerate(rubric.criteria)]
    for path, name in named:
        if name in RESERVED_IDS:
            yield Breach(path, f"{name!r} is the name of another part of the form")
        if path.startswith("criteria") and name in triage_ids:
            yield Breach(path, f"{name!r} is also the id of a triage question")


def _stages(rubric: Rubric) -> Iterator[Breach]:
    wanted = {Stage.FLAGS, Stage.CRITERIA, Stage.OVERALL, Stage.WHY}
    if rubric.triage:
        wanted.add(Stage.TRIAGE)
    if rubric.citations is not None:
        wanted.add(Stage.CITATIONS)
    # A part without a stage would never be shown, and its required answers never given.
    for stage in sorted(wanted - set(rubric.task.stages)):
        yield Breach("task.stages", f"the stage {stage.value!r} is missing")
    for stage in sorted(set(rubric.task.stages) - wanted):
        yield Breach("task.stages", f"the stage {stage.value!r} has nothing to ask")


def _triage(question: TriageQuestion, n: int) -> Iterator[Breach]:
    # Were every option to lead away, nobody could ever judge under the rubric.
    staying = [option for option in question.options if option.routes is None]
    if len(question.options) < 2 or not staying:  # noqa: PLR2004  one option is no question
        rule = "must offer at least two options, one of them without routes"
        yield Breach(f"triage[{n}].options", rule)


def _flags(rubric: Rubric) -> Iterator[Breach]:
    if rubric.flags.none_option.id != NONE_FLAG:
        yield Breach("flags.none_option.id", f"must be {NONE_FLAG!r}")
    if not rubric.flags.items:
        yield Breach("flags.items", "must list at least one flag")
    for n, flag in enumerate(rubric.flags.items):
        if flag.id == NONE_FLAG:
            yield Breach(f"flags.items[{n}].id", f"{NONE_FLAG!r} is the box for no flag")


def _task(rubric: Rubric) -> Iterator[Breach]:
    if not rubric.task.blind:
        yield Breach("task.blind", "must be true; annotators never see where a response is from")
    if not rubric.task.modalities:
        yield Breach("task.modalities", "must list at least one")
    minutes = rubric.task.expected_minutes
    if minutes.p50 > minutes.p90:
        yield Breach("task.expected_minutes", "p50 must not exceed p90")
    if not rubric.overall.not_computed_from_criteria:
        rule = "must be true; the preference is asked, never computed"
        yield Breach("overall.not_computed_from_criteria", rule)
    if rubric.quality.overlap.default < 1:
        yield Breach("quality.overlap.default", "must be at least 1")
    if rubric.quality.gold_share + rubric.quality.repeat_share > 1:
        yield Breach("quality", "gold_share and repeat_share must not exceed 1 together")


def _standing(rubric: Rubric) -> Iterator[Breach]:
    # By person and not by review: two readings by one pair of eyes are no second opinion.
    reviewers = {review.pseudonym for review in rubric.reviewed_by}
    if rubric.status is Status.ACTIVE and len(reviewers) < MIN_REVIEWS:
        rule = f"active needs reviews by at least {MIN_REVIEWS} people; there are {len(reviewers)}"
        yield Breach("status", rule)
    if not rubric.authors:
        yield Breach("authors", "must name at least one")
    if not rubric.criteria:
        yield Breach("criteria", "must list at least one")
    # The entry for this version is the one people read before they judge under it.
    newest = max((entry.version for entry in rubric.changelog), key=version_key, default=None)
    if newest != rubric.version:
        rule = f"its newest entry must be for version {rubric.version}, not {newest}"
        yield Breach("changelog", rule)
