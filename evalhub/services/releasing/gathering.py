"""Gather what a release is made from: the project's judgments in force and all they rest on.

This is the first of two passes over the pages of a project: it hashes the judgments, counts what
the filters take, and keeps of each released judgment the few numbers that labels are fitted to.
The second pass, ``evalhub.services.releasing.streaming``, writes the rows.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.canonical import Json, StoredJson, canonical_bytes
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.releasing.admission import Admission, AdmissionTally
from evalhub.core.releasing.builds import BuildStage, Say, say_nothing
from evalhub.core.releasing.clearance import Clearance, Gate, GateAction, ScanPlace
from evalhub.core.releasing.credential_classes import tellable_classes, told_class
from evalhub.core.releasing.decisions import PairDecision
from evalhub.core.releasing.judgment_rows import free_words
from evalhub.core.releasing.material import ReleasePrompt
from evalhub.core.releasing.personal_data import PersonalDataScan
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.releasing.reports import AnsweredReport, ReportDecision
from evalhub.core.releasing.splits import split_groups
from evalhub.core.releasing.tables import judgment_lines
from evalhub.core.releasing.vocabulary import FilterName, Split
from evalhub.core.scoring.annotators.controls import ControlCount
from evalhub.core.scoring.labels import LabelCollector, LabelInputs
from evalhub.db.models import (
    Endpoint,
    Project,
    PromptSet,
    PromptSetVersion,
    RubricVersion,
)
from evalhub.services.consenting.answers import answers_in_project
from evalhub.services.releasing.decided import Decisions, decisions_in
from evalhub.services.releasing.indexing import PromptIndex, index_prompts
from evalhub.services.releasing.paging import NamedJudgment, Page, Pager, Pseudonyms
from evalhub.services.releasing.reading import read_answer
from evalhub.services.releasing.reported import answered_reports

if TYPE_CHECKING:
    from hashlib import _Hash


_FLAGS = ("flags_a", "flags_b")
_RAISED, _MARKED = '"raised":[{', '"marks":[{'
"""How lists that hold something begin in canonical JSON."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Hold the state of a project that a release is made from, but for its rows.

    ``n_judgments`` counts all judgments in force and ``judgments_sha256`` covers them, ordered by
    prompt, pair and id; ``n_released`` counts those that the judgment filters let through, on
    ``n_prompts`` prompts, and ``dropped`` how many each filter took. ``released_sha256`` covers
    which they are and in which split, ``clearance`` says what was settled before, and
    ``annotators`` counts the released judgments of each person by public id. ``controls``
    counts answers to control items, on ``n_control_pairs`` pairs, and ``newest_at`` is when the
    newest judgment was made, None without any. ``pager`` reads them again.
    ``reports`` are those on rows of earlier releases that were answered, ``classes`` the classes
    of credential that enough released annotators share to be named, ``decisions`` what was
    decided about judgments, and ``settled`` what was decided of the pairs of released ones.
    """

    project: Project
    prompt_set: PromptSet
    version: PromptSetVersion
    prompts: PromptIndex
    endpoints: Mapping[tuple[str, int], Endpoint]
    rubrics: Sequence[RubricVersion]
    n_judgments: int
    judgments_sha256: str
    n_released: int
    n_prompts: int
    dropped: Counter[FilterName]
    controls: ControlCount
    n_control_pairs: int
    newest_at: datetime | None
    splits: Mapping[str, Split]
    released_sha256: str
    annotators: Mapping[str, int]
    clearance: Clearance
    labels: LabelInputs
    pager: Pager
    reports: tuple[AnsweredReport, ...]
    classes: frozenset[str]
    decisions: Decisions
    settled: Mapping[str, PairDecision]


def gather(
    project: Project,
    *,
    secret: str,
    session: Session,
    recipe: Recipe | None = None,
    say: Say = say_nothing,
) -> Source:
    """Return the state of ``project`` that a release is made from by ``recipe``.

    Raise ``NotCleared`` where judgments are neither cleared nor settled by the recipe.
    """
    version = session.get_one(PromptSetVersion, project.prompt_set_version_id)
    say(BuildStage.INDEXING, 0, version.n_prompts)
    reports = answered_reports(project.id, session=session)
    pager = _pager(project, version, recipe or Recipe(), reports, secret=secret, session=session)
    decisions = decisions_in(project.id, session=session)
    seen = _Seen(pager.index, AdmissionTally(pager.admission), decisions)
    n_done = 0
    # With their texts, which are scanned for personal data: what is left out must be known before
    # labels are fitted, and a build that is refused must be refused before it writes.
    for page in pager.pages(with_texts=True):
        seen.take(page)
        n_done += len(page.prompts)
        say(BuildStage.COUNTING, n_done, len(pager.index.prompts))
    classes = tellable_classes(seen.classes)
    return Source(
        project=project,
        prompt_set=session.get_one(PromptSet, version.prompt_set_id),
        version=version,
        prompts=pager.index,
        endpoints=_endpoints(seen.endpoints, session=session),
        rubrics=_rubrics(seen.rubrics, session=session),
        n_judgments=seen.n_judgments,
        judgments_sha256=seen.judgments_sha256(classes),
        n_released=seen.tally.n_released,
        n_prompts=seen.n_prompts,
        controls=ControlCount(seen.n_control_right, seen.n_control_answers),
        n_control_pairs=len(seen.control_pairs),
        newest_at=seen.newest_at,
        dropped=seen.tally.dropped,
        splits=pager.admission.splits,
        released_sha256=seen.released.hexdigest(),
        annotators=seen.annotators,
        clearance=seen.tally.clearance(seen.scan.facts()),
        labels=seen.labels.finish(),
        pager=_without(pager, seen.excluded),
        reports=reports,
        classes=classes,
        decisions=decisions,
        settled=seen.settled,
    )


def _pager(
    project: Project,
    version: PromptSetVersion,
    recipe: Recipe,
    reports: Sequence[AnsweredReport],
    *,
    secret: str,
    session: Session,
) -> Pager:
    """Return what turns the pages of a project, with the rules of what is let through."""
    prompts = index_prompts(version, session=session)
    terms = session.exec(select(Endpoint.slug, Endpoint.revision, Endpoint.output_terms))
    admission = Admission(
        recipe,
        answers_in_project(project.id, session=session),
        {(slug, revision): text for slug, revision, text in terms},
        split_groups(prompts.groups_and_uses(), shares=recipe.shares, salt=recipe.salt),
        frozenset(one.pair_id for one in reports if one.decision is ReportDecision.LEFT_OUT),
    )
    return Pager(project.id, prompts, Pseudonyms(secret, project.slug), admission, session)


def _without(pager: Pager, excluded: set[str]) -> Pager:
    """Return the pager of the second pass, which leaves out what the first has found to hold."""
    return replace(pager, admission=replace(pager.admission, excluded=frozenset(excluded)))


@dataclass(slots=True)
class _Seen:
    """Hold what was seen of a project, page by page."""

    prompts: PromptIndex
    tally: AdmissionTally
    decisions: Decisions
    n_judgments: int = 0
    n_prompts: int = 0
    n_control_right: int = 0
    n_control_answers: int = 0
    control_pairs: set[str] = field(default_factory=set)
    settled: dict[str, PairDecision] = field(default_factory=dict)
    newest_at: datetime | None = None
    annotators: Counter[str] = field(default_factory=Counter)
    classes: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    scan: PersonalDataScan = field(default_factory=PersonalDataScan)
    excluded: set[str] = field(default_factory=set)
    released: "_Hash" = field(default_factory=hashlib.sha256)
    endpoints: set[tuple[str, int]] = field(default_factory=set)
    rubrics: set[tuple[str, str]] = field(default_factory=set)
    digest: "_Hash" = field(default_factory=hashlib.sha256)
    classes_in_order: list[str | None] = field(default_factory=list)
    decided: list[list[str | None]] = field(default_factory=list)
    labels: LabelCollector = field(default_factory=LabelCollector)

    def take(self, page: Page) -> None:
        """Count, hash and collect one page."""
        self.n_judgments += len(page.judgments)
        for line in judgment_lines((item.id, item.record) for item in page.judgments):
            self.digest.update(canonical_bytes(line) + b"\n")
        self.classes_in_order += (item.record.credential_class for item in page.judgments)
        if self.decisions:
            self.decided += (
                [item.id, *self.decisions[item.record.public_id].line()]
                for item in page.judgments
                if item.record.public_id in self.decisions
            )
        for item, verdict in zip(page.judgments, page.verdicts, strict=True):
            record = item.record
            self.tally.take(verdict, record, item.annotator)
            self.rubrics.add((record.rubric_id, record.rubric_version))
            x, y = record.x, record.y
            self.endpoints.update(((x.endpoint, x.revision), (y.endpoint, y.revision)))
            self.newest_at = max(self.newest_at or record.created_at, record.created_at)
            # Answers to control items are not released, and still tell how far their annotators
            # are right. Those of somebody who withdrew tell nothing any more.
            is_barred = self.tally.admission.is_barred(record.person_public_id)
            if record.annotator_kind is AnnotatorKind.HUMAN and not is_barred:
                right = self.labels.add_control(record, self.prompts.controls)
                self.n_control_answers += right is not None
                self.n_control_right += right is True
                self.control_pairs.update([item.pair_id] if right is not None else [])
        cleared = self._cleared(page)
        for key, items in groupby(cleared, key=lambda item: item.record.prompt_key):
            released = list(items)
            for item in released:
                self._release(item, page.prompts[key])
            self.n_prompts += 1
            self.labels.add_prompt((item.pair_id, item.record) for item in released)

    def judgments_sha256(self, tellable: frozenset[str]) -> str:
        """Return the hash of the judgments, each with its class of credential as it is told."""
        digest = self.digest.copy()
        for one in self.classes_in_order:
            digest.update(canonical_bytes(told_class(one, tellable)) + b"\n")
        # What was decided stands in the rows; two states that differ in it are two states.
        for line in self.decided:
            digest.update(canonical_bytes(line) + b"\n")
        return digest.hexdigest()

    def _release(self, item: NamedJudgment, prompt: ReleasePrompt) -> None:
        self.tally.release(item.record, prompt.prompt)
        self.annotators[item.record.person_public_id] += 1
        if item.record.credential_class is not None:
            self.classes[item.record.credential_class].add(item.annotator)
        decided = self.decisions.get(item.record.public_id)
        if decided and decided.pair:
            self.settled[item.pair_id] = decided.pair
        split = self.tally.admission.splits[prompt.group]
        # With the time at the page: the dossier tells the median of it and no row tells any, so it
        # belongs to the hash of the state and not to that of the judgments, which is published.
        seconds = item.record.active_seconds
        self.released.update(f"{item.id} {prompt.group} {split} {seconds}\n".encode())

    def _cleared(self, page: Page) -> list[NamedJudgment]:
        """Scan the judgments of a page and return those that stay; each text once."""
        prompts = self._found_prompts(page)
        responses = self._found_responses(page)
        reasons = self.scan.found_in(
            [_words(one.record) for one in page.released], ScanPlace.REASON
        )
        kept = []
        for item, is_found in zip(page.released, reasons, strict=True):
            sides = (id(item.record.x), id(item.record.y))
            if not (is_found or item.record.prompt_key in prompts or responses & {*sides}):
                kept.append(item)
                continue
            self.tally.hold_personal_data()
            if self.tally.admission.recipe.action_at(Gate.PERSONAL_DATA) is GateAction.EXCLUDE:
                self.excluded.add(item.id)
            else:
                kept.append(item)
        return kept

    def _found_prompts(self, page: Page) -> set[str]:
        """Scan the prompts of released judgments; return the keys of those with hits."""
        keys = list(dict.fromkeys(item.record.prompt_key for item in page.released))
        told = (page.prompts[key].prompt.messages for key in keys)
        texts = ["\n\n".join(message.content for message in messages) for messages in told]
        found = self.scan.found_in(texts, ScanPlace.PROMPT)
        return {key for key, is_found in zip(keys, found, strict=True) if is_found}

    def _found_responses(self, page: Page) -> set[int]:
        """Scan the judged responses and return the identities of those with hits."""
        sides = {
            id(side): side for item in page.released for side in (item.record.x, item.record.y)
        }
        found = self.scan.found_in(
            [page.text_of(one) for one in sides.values()], ScanPlace.RESPONSE
        )
        return {key for key, is_found in zip(sides, found, strict=True) if is_found}


def _words(record: JudgmentRecord) -> str:
    """Return everything that an annotator wrote in one judgment."""
    told = record.answer
    # Flags and marks have words of their own, which are released as the reason is. Reading a whole
    # answer takes longer than all else that is done with it here, and most have neither.
    if isinstance(told, Mapping) and not _has_more_words(told):
        return record.why
    return free_words(read_answer(told, where=f"judgment {record.public_id}"), record.why)


def _has_more_words(told: Mapping[str, Json]) -> bool:
    """Tell whether somebody typed or quoted something in an answer, beside the reason."""
    # By the text, where there is one: nothing else of most answers has to be read.
    if isinstance(told, StoredJson) and not (_RAISED in told.text or _MARKED in told.text):
        return False
    flags = [told.get(name) for name in _FLAGS]
    is_flagged = any(not isinstance(one, Mapping) or one.get("raised") for one in flags if one)
    return is_flagged or bool(told.get("marks"))


def _endpoints(
    names: Iterable[tuple[str, int]], *, session: Session
) -> dict[tuple[str, int], Endpoint]:
    query = select(Endpoint).where(col(Endpoint.slug).in_({slug for slug, _ in names}))
    found = {(row.slug, row.revision): row for row in session.exec(query)}
    return {name: found[name] for name in sorted(names)}


def _rubrics(names: set[tuple[str, str]], *, session: Session) -> list[RubricVersion]:
    query = select(RubricVersion).where(
        col(RubricVersion.rubric_id).in_({name for name, _ in names})
    )
    rows = [row for row in session.exec(query) if (row.rubric_id, row.version) in names]
    return sorted(rows, key=lambda row: (row.rubric_id, row.version))
