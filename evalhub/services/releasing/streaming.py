"""Stream the judged pairs of a project with their responses, a page of prompts at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeAlias

from evalhub.core.judging.answers import swap_sides
from evalhub.core.releasing.credential_classes import told_class
from evalhub.core.releasing.decisions import UNDECIDED
from evalhub.core.releasing.material import (
    JudgedPair,
    JudgedPrompt,
    PairLabel,
    ReleaseJudgment,
)
from evalhub.core.releasing.vocabulary import Split
from evalhub.services.releasing.gathering import Source
from evalhub.services.releasing.paging import NamedJudgment, Page
from evalhub.services.releasing.reading import read_answer, read_veto_flags

_Vetoes: TypeAlias = Mapping[tuple[str, str], frozenset[str]]


def judged_prompts(
    source: Source, splits: Mapping[str, Split], *, labels: Mapping[str, PairLabel]
) -> Iterator[list[JudgedPrompt]]:
    """Yield the prompts that released judgments are about with their judged pairs, page by page.

    Prompts come by key and the pairs of one by id. ``splits`` gives the split of each prompt
    group, ``labels`` the label of each pair. One page is held at a time.
    """
    vetoes = {(r.rubric_id, r.version): read_veto_flags(r.document) for r in source.rubrics}
    for page in source.pager.pages(with_texts=True):
        judged = []
        for key, items in groupby(page.released, key=lambda item: item.record.prompt_key):
            prompt = page.prompts[key]
            split = splits[prompt.group]
            pairs = _pairs(source, page, list(items), split, labels, vetoes)
            judged.append(JudgedPrompt(prompt, split, tuple(pairs)))
        yield judged


def _pairs(
    source: Source,
    page: Page,
    items: Sequence[NamedJudgment],
    split: Split,
    labels: Mapping[str, PairLabel],
    vetoes: _Vetoes,
) -> list[JudgedPair]:
    """Return the pairs of one prompt."""
    return [
        _pair(
            pair,
            list(judgments),
            source,
            page=page,
            split=split,
            vetoes=vetoes,
            label=labels.get(pair),
        )
        for pair, judgments in groupby(items, key=lambda item: item.pair_id)
    ]


def _pair(
    identity: str,
    items: Sequence[NamedJudgment],
    source: Source,
    *,
    page: Page,
    split: Split,
    vetoes: _Vetoes,
    label: PairLabel | None,
) -> JudgedPair:
    record = items[0].record
    key = record.prompt_key
    endpoints = [source.endpoints[one.endpoint, one.revision] for one in (record.x, record.y)]
    return JudgedPair(
        id=identity,
        prompt=page.prompts[key],
        x=record.x,
        y=record.y,
        x_text=page.text_of(record.x),
        y_text=page.text_of(record.y),
        is_simulated=any(one.is_simulated for one in endpoints)
        or any(item.record.is_simulated for item in items),
        split=split,
        judgments=tuple(_judgment(item, vetoes, source) for item in items),
        label=label,
    )


def _judgment(item: NamedJudgment, vetoes: _Vetoes, source: Source) -> ReleaseJudgment:
    record = item.record
    told = told_class(record.credential_class, source.classes)
    if told != record.credential_class:
        record = replace(record, credential_class=told)
    answer = read_answer(record.answer, where=f"judgment {record.public_id!r}")
    if record.is_swapped:
        # Once here and not by each table that reads it.
        answer = swap_sides(answer)
    vetoed_x = vetoed_y = False
    if answer.has_flags:
        flags = vetoes[record.rubric_id, record.rubric_version]
        vetoed_x = any(one.flag in flags for one in answer.flags_a.raised)
        vetoed_y = any(one.flag in flags for one in answer.flags_b.raised)
    decided = source.decisions.get(record.public_id, UNDECIDED)
    return ReleaseJudgment(item.id, item.annotator, record, answer, vetoed_x, vetoed_y, decided)
