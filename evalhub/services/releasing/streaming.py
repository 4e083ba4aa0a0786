"""Make the judged pairs of a project, page by page: with responses, labels and decisions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

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


@dataclass(frozen=True, slots=True, eq=False)
class PageRules:
    """Hold what must be known of the whole project to make the rows of one page.

    ``splits`` gives the split of each prompt group and ``labels`` the label of each pair;
    ``vetoes`` has the flags that veto by rubric and version, ``simulated`` the endpoints that are
    no real models, ``classes`` the classes of credential that are named and ``decisions`` what
    reviews made of a judgment.
    """

    splits: Mapping[str, Split] = field(repr=False)
    labels: Mapping[str, PairLabel] = field(repr=False)
    vetoes: Mapping[tuple[str, str], frozenset[str]]
    simulated: frozenset[tuple[str, int]]
    classes: frozenset[str]
    decisions: Decisions = field(repr=False)


def page_rules(source: Source, *, labels: Mapping[str, PairLabel]) -> PageRules:
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
    judged = []
    for key, items in groupby(page.released, key=lambda item: item.record.prompt_key):
        prompt = page.prompts[key]
        split = rules.splits[prompt.group]
        pairs = tuple(
            _pair(pair, list(judgments), rules, page=page, split=split)
            for pair, judgments in groupby(items, key=lambda item: item.pair_id)
        )
        judged.append(JudgedPrompt(prompt, split, pairs))
    return judged


def _pair(
    identity: str, items: Sequence[NamedJudgment], rules: PageRules, *, page: Page, split: Split
) -> JudgedPair:
    record = items[0].record
    sides = ((one.endpoint, one.revision) for one in (record.x, record.y))
    return JudgedPair(
        id=identity,
        prompt=page.prompts[record.prompt_key],
        x=record.x,
        y=record.y,
        x_text=page.text_of(record.x),
        y_text=page.text_of(record.y),
        is_simulated=any(one in rules.simulated for one in sides)
        or any(item.record.is_simulated for item in items),
        split=split,
        judgments=tuple(_judgment(item, rules) for item in items),
        label=rules.labels.get(identity),
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
