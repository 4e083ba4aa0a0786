"""Make the judged pairs of a project, page by page: with responses, labels and decisions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from typing import Protocol

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
from evalhub.services.releasing.decided import Decisions
from evalhub.services.releasing.gathering import Source
from evalhub.services.releasing.paging import NamedJudgment, Page
from evalhub.services.releasing.reading import read_answer, read_veto_flags


class Labels(Protocol):
    """What knows the labels of the pairs of a project."""

    def of(self, pairs: Sequence[str]) -> Sequence[PairLabel | None]:
        """Return the label of each of ``pairs``, None for one that has none."""


@dataclass(frozen=True, slots=True, eq=False)
class PageRules:
    """Hold what must be known of the whole project to make the rows of one page.

    ``splits`` gives the split of each prompt group and ``labels`` the label of each pair;
    ``vetoes`` has the flags that veto by rubric and version, ``simulated`` the endpoints that are
    no real models, ``classes`` the classes of credential that are named and ``decisions`` what
    reviews made of a judgment.
    """

    splits: Mapping[str, Split] = field(repr=False)
    labels: Labels = field(repr=False)
    vetoes: Mapping[tuple[str, str], frozenset[str]]
    simulated: frozenset[tuple[str, int]]
    classes: frozenset[str]
    decisions: Decisions = field(repr=False)


def page_rules(source: Source, *, labels: Labels) -> PageRules:
    """Return what the rows of every page of ``source`` are made by."""
    return PageRules(
        splits=source.splits,
        labels=labels,
        vetoes={(r.rubric_id, r.version): read_veto_flags(r.document) for r in source.rubrics},
        simulated=frozenset(name for name, row in source.endpoints.items() if row.is_simulated),
        classes=source.classes,
        decisions=source.decisions,
    )


def judged_prompts(source: Source, rules: PageRules) -> Iterator[list[JudgedPrompt]]:
    """Yield the prompts that released judgments are about with their judged pairs, page by page.

    Prompts come by key and the pairs of one by id. One page is held at a time.
    """
    return (judged_of(page, rules) for page in source.pager.pages(with_texts=True))


def judged_of(page: Page, rules: PageRules) -> list[JudgedPrompt]:
    """Return the prompts of one page with their judged pairs."""
    named = [(pair, list(items)) for pair, items in groupby(page.released, key=_PAIR)]
    labels = rules.labels.of([pair for pair, _ in named])
    pairs = (
        _pair(pair, items, label, rules, page=page)
        for (pair, items), label in zip(named, labels, strict=True)
    )
    return [
        JudgedPrompt(page.prompts[key], rules.splits[page.prompts[key].group], tuple(own))
        for key, own in groupby(pairs, key=_PROMPT)
    ]


_PAIR, _PROMPT = attrgetter("pair_id"), attrgetter("prompt.key")


def _pair(
    identity: str,
    items: Sequence[NamedJudgment],
    label: PairLabel | None,
    rules: PageRules,
    *,
    page: Page,
) -> JudgedPair:
    record = items[0].record
    x, y, prompt = record.x, record.y, page.prompts[record.prompt_key]
    simulated = rules.simulated
    return JudgedPair(
        id=identity,
        prompt=prompt,
        x=x,
        y=y,
        x_text=page.text_of(x),
        y_text=page.text_of(y),
        is_simulated=(x.endpoint, x.revision) in simulated
        or (y.endpoint, y.revision) in simulated
        or any(item.record.is_simulated for item in items),
        split=rules.splits[prompt.group],
        judgments=tuple([_judgment(item, rules) for item in items]),
        label=label,
    )


def _judgment(item: NamedJudgment, rules: PageRules) -> ReleaseJudgment:
    record = item.record
    told = told_class(record.credential_class, rules.classes)
    if told != record.credential_class:
        record = replace(record, credential_class=told)
    answer = read_answer(record.answer, where=f"judgment {record.public_id!r}")
    if record.is_swapped:
        # Once here and not by each table that reads it.
        answer = swap_sides(answer)
    vetoed_x = vetoed_y = False
    if answer.has_flags:
        flags = rules.vetoes[record.rubric_id, record.rubric_version]
        vetoed_x = any(one.flag in flags for one in answer.flags_a.raised)
        vetoed_y = any(one.flag in flags for one in answer.flags_b.raised)
    decided = rules.decisions.get(record.public_id, UNDECIDED)
    return ReleaseJudgment(item.id, item.annotator, record, answer, vetoed_x, vetoed_y, decided)
