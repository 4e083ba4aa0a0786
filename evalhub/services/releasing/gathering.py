"""Gather what a release is made from: the project's judgments in force and all they rest on."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.prompts.controls import control_answers
from evalhub.core.prompts.grouping import prompt_groups
from evalhub.core.prompts.vocabulary import Split as PromptUse
from evalhub.core.releasing.identifiers import judgment_id, pair_id, pseudonym
from evalhub.core.releasing.material import ReleasePrompt
from evalhub.core.releasing.vocabulary import FilterName
from evalhub.core.scoring.labels import LabelInputs, label_inputs
from evalhub.db.models import (
    Endpoint,
    Project,
    Prompt,
    PromptSet,
    PromptSetVersion,
    RubricVersion,
)
from evalhub.services.judging.current import current_judgments
from evalhub.services.releasing.reading import read_prompt

_FILTER_BY_USE = {
    PromptUse.GOLD: FilterName.CONTROL_PROMPT,
    PromptUse.HOLDOUT: FilterName.HELD_OUT_PROMPT,
}


@dataclass(frozen=True, slots=True)
class NamedJudgment:
    """Hold a judgment in force with the ids it has in a release."""

    id: str
    pair_id: str
    annotator: str
    record: JudgmentRecord


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Hold the state of a project that a release is made from.

    ``judgments`` holds all judgments in force, ordered by prompt, pair and id; ``released``
    those of them that the judgment filters let through, and ``dropped`` how many each filter
    took. Responses are not in it: they are read as they are written.
    """

    project: Project
    prompt_set: PromptSet
    version: PromptSetVersion
    prompts: Mapping[str, ReleasePrompt]
    endpoints: Mapping[tuple[str, int], Endpoint]
    rubrics: Sequence[RubricVersion]
    judgments: Sequence[NamedJudgment]
    released: Sequence[NamedJudgment]
    dropped: Counter[FilterName]


def gather(project: Project, *, secret: str, session: Session) -> Source:
    """Return the state of ``project`` that a release is made from."""
    version = session.get_one(PromptSetVersion, project.prompt_set_version_id)
    prompts = _prompts(version, session=session)
    records = current_judgments(project.id, session=session)
    judgments = name_judgments(records, project=project.slug, secret=secret)
    filters = [(item, _filter_of(item.record, prompts)) for item in judgments]
    return Source(
        project=project,
        prompt_set=session.get_one(PromptSet, version.prompt_set_id),
        version=version,
        prompts=prompts,
        endpoints=_endpoints(records, session=session),
        rubrics=_rubrics(records, session=session),
        judgments=judgments,
        released=[item for item, name in filters if name is None],
        dropped=Counter(name for _, name in filters if name is not None),
    )


def name_judgments(
    records: Sequence[JudgmentRecord], *, project: str, secret: str
) -> list[NamedJudgment]:
    """Give each record its ids, and order them by prompt, pair and judgment id.

    ``records`` come ordered by person and time within a pair, which numbers the judgments
    of a person who judged a pair more than once.
    """
    seen: defaultdict[tuple[str, str], int] = defaultdict(int)
    named = []
    for record in records:
        pair = pair_id(record)
        who = pseudonym(secret, project=project, person=record.person_public_id)
        named.append(NamedJudgment(judgment_id(pair, who, nth=seen[pair, who]), pair, who, record))
        seen[pair, who] += 1
    return sorted(named, key=lambda item: (item.record.prompt_key, item.pair_id, item.id))


def source_labels(source: Source) -> LabelInputs:
    """Return what the labels of a release are fitted to: the released judgments.

    Answers to control items are not released, and still tell how far their annotators are right.
    """
    controls = {key: control_answers(item.prompt) for key, item in source.prompts.items()}
    return label_inputs(
        ((item.pair_id, item.record) for item in source.released),
        control_judgments=(
            item.record
            for item in source.judgments
            if item.record.annotator_kind is AnnotatorKind.HUMAN
        ),
        controls=controls,
    )


def _filter_of(record: JudgmentRecord, prompts: Mapping[str, ReleasePrompt]) -> FilterName | None:
    """Return the judgment filter that takes ``record``, if any."""
    if record.annotator_kind is not AnnotatorKind.HUMAN:
        return FilterName.MODEL_JUDGE
    return _FILTER_BY_USE.get(prompts[record.prompt_key].prompt.split)


def _prompts(version: PromptSetVersion, *, session: Session) -> dict[str, ReleasePrompt]:
    query = (
        select(Prompt)
        .where(Prompt.prompt_set_version_id == version.id)
        .order_by(col(Prompt.position))
    )
    rows = session.exec(query).all()
    prompts = [read_prompt(row.document, key=row.key) for row in rows]
    groups = prompt_groups(prompts)
    found = {
        row.key: ReleasePrompt(prompt, row.sha256, group)
        for row, prompt, group in zip(rows, prompts, groups, strict=True)
    }
    return dict(sorted(found.items()))


def _endpoints(
    records: Sequence[JudgmentRecord], *, session: Session
) -> dict[tuple[str, int], Endpoint]:
    names = {(side.endpoint, side.revision) for record in records for side in (record.x, record.y)}
    query = select(Endpoint).where(col(Endpoint.slug).in_({slug for slug, _ in names}))
    found = {(row.slug, row.revision): row for row in session.exec(query)}
    return {name: found[name] for name in sorted(names)}


def _rubrics(records: Sequence[JudgmentRecord], *, session: Session) -> list[RubricVersion]:
    names = {(record.rubric_id, record.rubric_version) for record in records}
    query = select(RubricVersion).where(
        col(RubricVersion.rubric_id).in_({name for name, _ in names})
    )
    rows = [row for row in session.exec(query) if (row.rubric_id, row.version) in names]
    return sorted(rows, key=lambda row: (row.rubric_id, row.version))
