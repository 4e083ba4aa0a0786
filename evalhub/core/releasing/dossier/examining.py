"""Examine a release for differences between groups, and count what it covers."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from evalhub.core.releasing.dossier.agreeing import (
    agreement_field,
    criteria_field,
    group_agreement_field,
)
from evalhub.core.releasing.dossier.comparing import (
    ALIKE,
    GroupDifference,
    Score,
    compare_groups,
)
from evalhub.core.releasing.dossier.effects import fit_effects, one_sided_field, side_fields
from evalhub.core.releasing.dossier.fields import (
    DossierField,
    Figure,
    Unit,
    computed,
    count,
    estimate,
)
from evalhub.core.releasing.dossier.observing import (
    NOT_STATED,
    Observations,
    Vote,
    annotators_of,
)
from evalhub.core.releasing.dossier.vocabulary import K_LABS, K_PUBLIC, MIN_VOTES, FieldName
from evalhub.core.scoring.annotators.decisions import Identity
from evalhub.core.wording import counted

MAX_LISTED = 200
"""Figures of one field that are listed; beyond them a table says more than anybody reads."""

WITH_TAG, WITHOUT_TAG = "with it", "without it"
ALPHA = 0.05
_Z, _POWER = 1.959964, 0.841621
"""Quantiles behind a two-sided test at 5 % that finds a difference in four of five cases."""

GROUP_METHOD = (
    "Win rate of the first model against the second in the group, less that in the rest, ties as "
    "half a win; 95 % interval clustered by {cluster}, Student's t; p adjusted by Holm over all "
    f"comparisons made. Both sides need {MIN_VOTES} judgments and {K_LABS} {{clusters}}. n counts "
    "the judgments of both sides. The smallest p is a joint test that no group differs."
)


@dataclass(frozen=True, slots=True)
class Examination:
    """Hold the fields that were computed from judgments."""

    fields: tuple[DossierField, ...]


def examine(seen: Observations, names: Mapping[Identity, str]) -> Examination:
    """Return every field that judgments alone can fill; ``names`` are those of the endpoints."""
    scored = list(_scored(seen.votes, names))
    fields = [
        _comparison_field(FieldName.PROMPT_GROUPS, _by_prompt_group(seen, scored), "prompt", seen),
        _comparison_field(FieldName.RATER_GROUPS, _by_rater_group(scored), "expert", seen),
        *side_fields(fit_effects(seen.votes, names)),
        one_sided_field(seen.votes),
        agreement_field(seen.votes),
        criteria_field(seen.votes),
        group_agreement_field(seen.votes, seen.facets),
        _quantity(seen),
        _model_pairs(seen, names),
        _coverage(seen),
        _suppressed(seen.votes),
    ]
    return Examination(tuple(fields))


@dataclass(frozen=True, slots=True)
class _Scored:
    """Hold a vote that compares two models, with its models in the order of their names."""

    vote: Vote
    first: str
    second: str
    score: float


def _scored(votes: Sequence[Vote], names: Mapping[Identity, str]) -> Iterator[_Scored]:
    for vote in votes:
        if vote.code is None or vote.x == vote.y:
            continue
        x, y = names[vote.x], names[vote.y]
        # The places of x, tie and y are 0, 1 and 2.
        score = 1 - vote.code / 2
        yield _Scored(vote, x, y, score) if x < y else _Scored(vote, y, x, 1 - score)


def _by_prompt_group(seen: Observations, scored: Sequence[_Scored]) -> dict[str, list[Score]]:
    values: Counter[str] = Counter()
    for facets in seen.facets.values():
        values.update(dimension for dimension, _ in facets)
    groups = {prompt: dict(facets) for prompt, facets in seen.facets.items()}
    found: dict[str, list[Score]] = {}
    for dimension in sorted(values):
        missing = WITHOUT_TAG if dimension.startswith("tag ") else NOT_STATED
        found[dimension] = [
            Score(
                one.first,
                one.second,
                one.score,
                one.vote.prompt,
                groups[one.vote.prompt].get(dimension, missing),
            )
            for one in scored
        ]
    return found


def _by_rater_group(scored: Sequence[_Scored]) -> dict[str, list[Score]]:
    return {
        "how they came to be known": [
            Score(one.first, one.second, one.score, one.vote.annotator, one.vote.origin)
            for one in scored
        ]
    }


def _comparison_field(
    name: FieldName, scores: Mapping[str, Sequence[Score]], cluster: str, seen: Observations
) -> DossierField:
    found = compare_groups(scores)
    n_made = len(found.made)
    n_found = sum(one.p is not None and one.p < ALPHA for one in found.made)
    alike = [name for name, own in scores.items() if len({one.group for one in own}) == 1]
    text = (
        f"Examined: {counted(n_made, 'comparison')}. Found at 5 % after adjustment: {n_found}. "
        f"Not made because a side has too little: {found.n_too_few:,}."
    )
    if alike:
        text += f" Nothing to compare, as all judgments are alike in it: {', '.join(alike)}."
    if n_made > MAX_LISTED:
        text += f" The {MAX_LISTED} with the smallest p are listed."
    listed = [_difference(one) for one in found.made[:MAX_LISTED]]
    method = GROUP_METHOD.format(cluster=cluster, clusters=f"{cluster}s") + _sample_words(seen)
    return computed(name, method, listed, text=text)


def _difference(one: GroupDifference) -> Figure:
    shares = (
        f"{one.share:.1%} of {one.n:,} in the group, {one.rest:.1%} of {one.n_rest:,} in the rest"
    )
    return estimate(
        f"{one.first} against {one.second}, {one.dimension}: {one.group}",
        Unit.DIFFERENCE,
        one.difference,
        n=one.n + one.n_rest,
        interval=one.interval,
        p=one.p,
        # A difference of which nobody says how sure it is would be read as a certain one.
        reason=shares if one.interval else f"{shares}. {ALIKE}",
    )


def _sample_words(seen: Observations) -> str:
    if not seen.is_sample:
        return ""
    return (
        f" Examined on {len(seen.votes):,} of {seen.n_judgments:,} judgments: those on the prompts "
        f"whose hash falls in one of {2**seen.halvings} equal parts."
    )


def _quantity(seen: Observations) -> DossierField:
    figures = [
        count(f"{dimension}: {value}", n)
        for (dimension, value), n in sorted(seen.by_facet.items())
        if not dimension.startswith("tag ")
    ]
    return computed(FieldName.QUANTITY, "Judgments by what their prompt states.", figures)


def _model_pairs(seen: Observations, names: Mapping[Identity, str]) -> DossierField:
    by_names: Counter[tuple[str, str]] = Counter()
    for ends, n in seen.by_models.items():
        first, second = sorted(names[one] for one in ends)
        by_names[first, second] += n
    figures = [
        Figure(
            f"{first} against {second}",
            Unit.COUNT,
            n,
            n=n,
            reason=f"finds a win rate of 50 % ± {detectable(n):.1%} or more",
        )
        for (first, second), n in sorted(by_names.items(), key=lambda one: (-one[1], one[0]))
    ]
    method = (
        "Judgments of both models, cannot-judge included, and the difference from a win rate of "
        "1/2 that so many independent judgments find in four of five cases, two-sided test at 5 %: "
        "(1.96 + 0.84) / (2 sqrt n). Judgments of one prompt are alike, so the truth is wider."
    )
    n_few = sum(n < MIN_VOTES for n in by_names.values())
    text = f"Pairs of models: {len(by_names):,}; with fewer than {MIN_VOTES} judgments: {n_few:,}."
    if len(figures) > MAX_LISTED:
        text += f" The {MAX_LISTED} with most judgments are listed."
    return computed(FieldName.MODEL_PAIRS, method, figures[:MAX_LISTED], text=text)


def detectable(n: int) -> float:
    """Return the smallest difference from 1/2 that ``n`` judgments find in four of five cases."""
    return min(0.5, (_Z + _POWER) / (2 * sqrt(n)))


def _coverage(seen: Observations) -> DossierField:
    cells = sorted(seen.by_cell.items(), key=lambda one: (one[1], one[0]))
    few = [
        count(f"{domain}, {language}, jurisdiction {jurisdiction}", n)
        for (domain, language, jurisdiction), n in cells
        if n < MIN_VOTES
    ]
    text = f"Cells with judgments: {len(cells):,}; under {MIN_VOTES} judgments: {len(few):,}."
    method = (
        f"Cells of domain, language and jurisdiction with at least one and fewer than {MIN_VOTES} "
        "judgments. A cell that no prompt is in cannot be listed."
    )
    return computed(FieldName.COVERAGE, method, few[:MAX_LISTED], text=text)


def _suppressed(votes: Sequence[Vote]) -> DossierField:
    groups = Counter(annotators_of(votes).values())
    figures = [
        count(
            f"Groups of fewer than {k} experts", sum(n < k for n in groups.values()), n=len(groups)
        )
        for k in (K_LABS, K_PUBLIC)
    ]
    method = (
        f"Groups of experts by how they came to be known. No win rate is stated of a group under "
        f"{K_LABS} (labs under terms); a public copy needs {K_PUBLIC}. n counts groups."
    )
    return computed(FieldName.SUPPRESSED, method, figures)
