"""Rules about names that must exist elsewhere in the same rubric."""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from evalhub.core.rubrics.about import WorkedExample
from evalhub.core.rubrics.scale_rules import Breach
from evalhub.core.rubrics.schema import CitationTable, Rubric
from evalhub.core.rubrics.vocabulary import NONE_FLAG, NOT_CHECKED

MAX_WHY_CHARS = 4_000
"""What a rubric may ask for at most; below what the form takes, so that its own rule speaks."""


def reference_breaches(rubric: Rubric) -> Iterator[Breach]:
    """Yield references in ``rubric`` to things it does not have."""
    criteria = frozenset(criterion.id for criterion in rubric.criteria)
    flags = frozenset(flag.id for flag in rubric.flags.items)
    return chain(
        _unknown(rubric.why.quick_reasons, criteria, path="why.quick_reasons", kind="criterion"),
        *(
            _unknown(source.used_for, criteria, path=f"informed_by[{n}].used_for", kind="criterion")
            for n, source in enumerate(rubric.informed_by)
        ),
        *(
            _example(example, rubric, path=f"worked_examples[{n}].expected")
            for n, example in enumerate(rubric.worked_examples)
        ),
        () if rubric.citations is None else _citations(rubric.citations, flags),
        _why(rubric),
    )


def _unknown(
    names: Sequence[str], known: Collection[str], *, path: str, kind: str
) -> Iterator[Breach]:
    for n, name in enumerate(names):
        if name not in known:
            yield Breach(f"{path}[{n}]", f"there is no {kind} {name!r}")


def _example(example: WorkedExample, rubric: Rubric, *, path: str) -> Iterator[Breach]:
    expected = example.expected
    if expected.overall not in [point.value for point in rubric.overall.points]:
        yield Breach(f"{path}.overall", f"{expected.overall} is not a point of overall")
    known = frozenset({NONE_FLAG, *(flag.id for flag in rubric.flags.items)})
    for key, flags in (("flags_a", expected.flags_a), ("flags_b", expected.flags_b)):
        yield from _unknown(flags, known, path=f"{path}.{key}", kind="flag")
        if not flags or (NONE_FLAG in flags and len(flags) > 1):
            yield Breach(f"{path}.{key}", f"must list flags, or {NONE_FLAG!r} alone")


def _citations(table: CitationTable, flags: Collection[str]) -> Iterator[Breach]:
    results = [result.id for result in table.results]
    if NOT_CHECKED not in results or len(results) < 2:  # noqa: PLR2004  it and a finding
        rule = f"must offer {NOT_CHECKED!r} and at least one finding"
        yield Breach("citations.results", rule)
    suggestions = (
        ("not_found", "not_found_suggests_flag", table.not_found_suggests_flag),
        ("not_support", "not_support_suggests_flag", table.not_support_suggests_flag),
    )
    for result, key, flag in suggestions:
        if flag is not None and flag not in flags:
            yield Breach(f"citations.{key}", f"there is no flag {flag!r}")
        if flag is not None and result not in results:
            yield Breach(f"citations.{key}", f"there is no result {result!r}")


def _why(rubric: Rubric) -> Iterator[Breach]:
    if not 0 < rubric.why.max_chars <= MAX_WHY_CHARS:
        yield Breach("why.max_chars", f"must lie between 1 and {MAX_WHY_CHARS}")
    if rubric.why.min_chars > rubric.why.max_chars:
        yield Breach("why.min_chars", "must not exceed max_chars")
