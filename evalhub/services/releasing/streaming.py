"""Stream the judged pairs of a project with their responses, a batch of prompts at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TypeAlias

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.judging.answers import Answer, answer_from_json
from evalhub.core.judging.records import JudgedResponse
from evalhub.core.releasing.material import JudgedPair, PairLabel, ReleaseJudgment
from evalhub.core.releasing.vocabulary import Split
from evalhub.db import tables as t
from evalhub.services.releasing.gathering import NamedJudgment, Source
from evalhub.services.releasing.reading import read_veto_flags

PROMPTS_PER_BATCH = 50

_Texts: TypeAlias = Mapping[tuple[str, str, int, int], str]
_Vetoes: TypeAlias = Mapping[tuple[str, str], frozenset[str]]


def judged_pairs(
    source: Source,
    splits: Mapping[str, Split],
    *,
    labels: Mapping[str, PairLabel],
    session: Session,
) -> Iterator[JudgedPair]:
    """Yield the pairs that released judgments are about, ordered by prompt and pair id.

    ``splits`` gives the split of each prompt group, ``labels`` the label of each pair. Only the
    responses to one batch of prompts are held at a time.
    """
    vetoes = {(r.rubric_id, r.version): read_veto_flags(r.document) for r in source.rubrics}
    for batch in _batches(source.released):
        texts = _texts(source, batch, session=session)
        for pair, items in groupby(batch, key=lambda item: item.pair_id):
            judgments = list(items)
            split = splits[source.prompts[judgments[0].record.prompt_key].group]
            yield _pair(
                pair,
                judgments,
                source,
                texts=texts,
                split=split,
                vetoes=vetoes,
                label=labels.get(pair),
            )


def _batches(judgments: Sequence[NamedJudgment]) -> Iterator[list[NamedJudgment]]:
    """Yield the judgments of ``PROMPTS_PER_BATCH`` prompts at a time; they come by prompt."""
    batch: list[NamedJudgment] = []
    n_prompts = 0
    for _, items in groupby(judgments, key=lambda item: item.record.prompt_key):
        batch.extend(items)
        n_prompts += 1
        if n_prompts == PROMPTS_PER_BATCH:
            yield batch
            batch, n_prompts = [], 0
    if batch:
        yield batch


def _texts(source: Source, batch: Iterable[NamedJudgment], *, session: Session) -> _Texts:
    keys = {item.record.prompt_key for item in batch}
    place = (t.prompt.c.key, t.endpoint.c.slug, t.endpoint.c.revision, t.response.c.sample_index)
    query = (
        sa.select(*place, t.response.c.text)
        .join(t.prompt, t.prompt.c.id == t.response.c.prompt_id)
        .join(t.endpoint, t.endpoint.c.id == t.response.c.endpoint_id)
        .where(t.prompt.c.prompt_set_version_id == source.version.id, t.prompt.c.key.in_(keys))
    )
    rows = session.connection().execute(query)
    return {(key, slug, revision, sample): text for key, slug, revision, sample, text in rows}


def _pair(
    identity: str,
    items: Sequence[NamedJudgment],
    source: Source,
    *,
    texts: _Texts,
    split: Split,
    vetoes: _Vetoes,
    label: PairLabel | None,
) -> JudgedPair:
    record = items[0].record
    key = record.prompt_key
    endpoints = [source.endpoints[one.endpoint, one.revision] for one in (record.x, record.y)]
    return JudgedPair(
        id=identity,
        prompt=source.prompts[key],
        x=record.x,
        y=record.y,
        x_text=texts[key, *_place(record.x)],
        y_text=texts[key, *_place(record.y)],
        is_simulated=any(one.is_simulated for one in endpoints)
        or any(item.record.is_simulated for item in items),
        split=split,
        judgments=tuple(_judgment(item, vetoes) for item in items),
        label=label,
    )


def _place(response: JudgedResponse) -> tuple[str, int, int]:
    return response.endpoint, response.revision, response.sample_index


def _judgment(item: NamedJudgment, vetoes: _Vetoes) -> ReleaseJudgment:
    record = item.record
    answer = answer_from_json(record.answer, where=f"judgment {record.public_id!r}")
    flags = vetoes[record.rubric_id, record.rubric_version]
    a, b = (_is_vetoed(answer, side_is_a=is_a, flags=flags) for is_a in (True, False))
    vetoed = (b, a) if record.is_swapped else (a, b)
    return ReleaseJudgment(item.id, item.annotator, record, answer, *vetoed)


def _is_vetoed(answer: Answer, *, side_is_a: bool, flags: frozenset[str]) -> bool:
    raised = answer.flags("a" if side_is_a else "b").raised
    return any(one.flag in flags for one in raised)
