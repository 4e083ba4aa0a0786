"""Show reviewers the labels of a project's pairs, those worth adjudicating first."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring.labels import (
    ItemLabels,
    LabelInputs,
    PooledLabels,
    Standing,
    fit_item_only,
    label_inputs,
    pooled_or_reason,
    standings,
)
from evalhub.services.judging.current import current_judgments
from evalhub.services.paging import PAGE_SIZE, Listing, offset_of
from evalhub.services.projects.finding import get_project

MAX_POOLED = 10_000
"""Judgments beyond which a page would keep its reader waiting for the pooled fit."""

_ORDER = {Standing.AGAINST_ALL: 0, Standing.AGAINST_MAJORITY: 1, Standing.AGREES: 2}


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Hold one pair with its counts and labels; first and second are the pair's own order.

    ``item`` and ``pooled`` are P(second preferred); ``standing`` is that of the pooled label, or of
    the item-only one where there is no pooled.
    """

    prompt_key: str
    model_first: str
    model_second: str
    n_first: int
    n_tied: int
    n_second: int
    item: float
    item_se: float
    pooled: float | None
    standing: Standing
    strength: float


@dataclass(frozen=True, slots=True)
class ProjectLabels:
    """Hold a page of labels, with the methods and what they rest on.

    ``tau`` is None, and ``reason`` says why, where there is no pooled fit.
    """

    slug: str
    title: str
    is_simulated: bool
    listing: Listing[LabelledPair]
    n_disputed: int
    n_pairs: int
    n_judgments: int
    n_annotators: int
    item_method: str
    pooled_method: str
    tau: float | None
    reason: str


def project_labels(
    slug: str,
    *,
    session: Session,
    page: int = 1,
    is_disputed: bool = False,
    most_pooled: int = MAX_POOLED,
) -> ProjectLabels:
    """Fit both kinds of labels to the judgments in force by people; nothing is stored.

    Pairs whose label contradicts the count come first, the clearest contradiction leading;
    ``is_disputed`` keeps those alone. With more than ``most_pooled`` judgments the item-only label
    decides what contradicts. Raise ``NotFound`` for an unknown project.
    """
    project = get_project(slug, session=session)
    records = [
        record
        for record in current_judgments(project.id, session=session)
        if record.annotator_kind is AnnotatorKind.HUMAN
    ]
    named = [(record.pair_key, record) for record in records]
    inputs = label_inputs(named)
    item = fit_item_only(inputs.table)
    pooled, reason = pooled_or_reason(inputs, most=most_pooled)
    pairs = _pairs(inputs, dict(named), item, pooled)
    disputed = [pair for pair in pairs if pair.standing is not Standing.AGREES]
    shown = disputed if is_disputed else pairs
    start = offset_of(page)
    return ProjectLabels(
        slug=project.slug,
        title=project.title,
        is_simulated=project.is_simulated or any(record.is_simulated for record in records),
        listing=Listing(shown[start : start + PAGE_SIZE], page, len(shown)),
        n_disputed=len(disputed),
        n_pairs=len(pairs),
        n_judgments=inputs.table.n_judgments,
        n_annotators=inputs.table.n_annotators,
        item_method=item.method,
        pooled_method="" if pooled is None else pooled.method,
        tau=None if pooled is None else pooled.tau,
        reason=reason,
    )


def _pairs(
    inputs: LabelInputs,
    record_by_pair: Mapping[str, JudgmentRecord],
    item: ItemLabels,
    pooled: PooledLabels | None,
) -> list[LabelledPair]:
    """Return every pair, the clearest contradictions first."""
    preference = item.preference if pooled is None else pooled.preference
    stands = standings(preference, inputs.table)
    pairs = [
        LabelledPair(
            prompt_key=record_by_pair[name].prompt_key,
            model_first=record_by_pair[name].x.model,
            model_second=record_by_pair[name].y.model,
            n_first=int(inputs.table.n_first[i]),
            n_tied=int(inputs.table.n_tied[i]),
            n_second=int(inputs.table.n_second[i]),
            item=float(item.probability[i]),
            item_se=float(item.probability_se[i]),
            pooled=None if pooled is None else float(pooled.probability[i]),
            standing=stands[i],
            strength=abs(float(preference[i])),
        )
        for i, name in enumerate(inputs.pair_names())
    ]
    return sorted(pairs, key=_worth)


def _worth(pair: LabelledPair) -> tuple[int, float, str, str, str]:
    lead = -round(pair.strength, 6) if pair.standing is not Standing.AGREES else 0.0
    names = pair.prompt_key, pair.model_first, pair.model_second
    return (_ORDER[pair.standing], lead, *names)
