"""Read a project's judgments page by page: some prompts at a time, with all that was said of them.

A page is a run of prompts in the order of their keys, so whatever is done page by page comes in the
order that a release is written in, and memory holds one page however many there are.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import Purpose
from evalhub.core.judging.records import JudgedResponse, JudgmentRecord
from evalhub.core.releasing.admission import Admission, Verdict
from evalhub.core.releasing.identifiers import judgment_id, pair_id, pseudonym
from evalhub.core.releasing.material import ReleasePrompt
from evalhub.db import tables as t
from evalhub.services.judging.on_prompts import judgments_on
from evalhub.services.releasing.indexing import IndexedPrompt, PromptIndex
from evalhub.services.releasing.reading_prompts import read_prompt

PROMPTS_PER_PAGE = 100


class NamedJudgment(NamedTuple):
    """Hold a judgment in force with the ids it has in a release."""

    id: str
    pair_id: str
    annotator: str
    record: JudgmentRecord


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Hold some prompts and the judgments in force on them, ordered by prompt, pair and id.

    ``verdicts`` say what was decided of each, and ``released`` are those that no filter took.
    ``texts`` has what each response says by the identity of its object, of which a page holds
    one for each response; it is empty where only the judgments were asked for.
    """

    prompts: Mapping[str, ReleasePrompt]
    judgments: Sequence[NamedJudgment]
    verdicts: Sequence[Verdict]
    released: Sequence[NamedJudgment]
    texts: Mapping[int, str]

    def text_of(self, response: JudgedResponse) -> str:
        """Return what a response that judgments of this page hold says."""
        return self.texts[id(response)]


class Naming(Protocol):
    """What knows the name under which one project's releases know a person."""

    def of(self, person: str) -> str:
        """Return the name of a person, given their public id."""

    def given(self) -> "KnownNames":
        """Return the names given so far, for another machine: the secret must not travel."""


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Hold the names that were given, without the secret that they are made with."""

    names: Mapping[str, str] = field(repr=False)

    def of(self, person: str) -> str:
        """Return the name of a person; raise ``KeyError`` for one who was given none."""
        return self.names[person]

    def given(self) -> "KnownNames":
        """Return the names."""
        return self


@dataclass(slots=True)
class Pseudonyms:
    """Give every person the name under which one project's releases know them."""

    secret: str
    project: str
    _known: dict[str, str] = field(default_factory=dict)

    def of(self, person: str) -> str:
        """Return the name of a person, given their public id."""
        if person not in self._known:
            self._known[person] = pseudonym(self.secret, project=self.project, person=person)
        return self._known[person]

    def given(self) -> KnownNames:
        """Return the names given so far."""
        return KnownNames(dict(self._known))


@dataclass(frozen=True, slots=True)
class Pager:
    """Turn the pages of one project, as often as a build needs to."""

    project_id: int
    index: PromptIndex
    pseudonyms: Naming
    admission: Admission
    session: Session

    def pages(self, *, with_texts: bool = False) -> Iterator[Page]:
        """Yield the pages in the order of the prompts' keys."""
        endpoints = _endpoints(self.session)
        for run in runs(self.index.prompts):
            yield self._page(run, endpoints, with_texts=with_texts)

    def page(self, run: Sequence[IndexedPrompt]) -> Page:
        """Return the page of the prompts ``run``, with their texts."""
        return self._page(run, _endpoints(self.session), with_texts=True)

    def _page(
        self,
        run: Sequence[IndexedPrompt],
        endpoints: Mapping[int, tuple[str, int, str]],
        *,
        with_texts: bool,
    ) -> Page:
        prompts = _prompts(run, session=self.session)
        responses, texts = _responses(run, endpoints, self.session, with_texts=with_texts)
        records = judgments_on(
            [one.row_id for one in run],
            project_id=self.project_id,
            responses=responses,
            session=self.session,
            # Controls tell how often people are right, and are left out of the rows by a filter.
            purposes=(Purpose.WORK, Purpose.CONTROL),
        )
        judgments = name_judgments(records, self.pseudonyms)
        verdicts = [self._verdict(item, prompts[item.record.prompt_key]) for item in judgments]
        return Page(
            prompts=prompts,
            judgments=judgments,
            verdicts=verdicts,
            released=[
                item
                for item, verdict in zip(judgments, verdicts, strict=True)
                if verdict.filter is None
            ],
            texts=texts,
        )

    def _verdict(self, item: NamedJudgment, prompt: ReleasePrompt) -> Verdict:
        return self.admission.verdict(
            item.record,
            identity=item.id,
            pair=item.pair_id,
            annotator=item.annotator,
            prompt=prompt.prompt,
            group=prompt.group,
        )


def runs(prompts: Sequence[IndexedPrompt]) -> Iterator[Sequence[IndexedPrompt]]:
    """Yield the prompts of one page after another."""
    for start in range(0, len(prompts), PROMPTS_PER_PAGE):
        yield prompts[start : start + PROMPTS_PER_PAGE]


def name_judgments(records: Sequence[JudgmentRecord], pseudonyms: Naming) -> list[NamedJudgment]:
    """Give each record its ids, and order them by prompt, pair and judgment id.

    ``records`` come in the order of time, which numbers the judgments of a person who judged a
    pair more than once, and hold one object for each response.
    """
    seen: defaultdict[tuple[str, str], int] = defaultdict(int)
    pairs: dict[tuple[int, int], str] = {}
    named = []
    for record in records:
        # Hashed once a pair, which is told by the objects of its responses: to compare what they
        # hold would cost more than all else that is done with a judgment here.
        key = (id(record.x), id(record.y))
        pair = pairs.get(key) or pairs.setdefault(key, pair_id(record))
        who = pseudonyms.of(record.person_public_id)
        named.append(NamedJudgment(judgment_id(pair, who, nth=seen[pair, who]), pair, who, record))
        seen[pair, who] += 1
    return sorted(named, key=lambda item: (item.record.prompt_key, item.pair_id, item.id))


def _prompts(run: Sequence[IndexedPrompt], *, session: Session) -> dict[str, ReleasePrompt]:
    columns = (t.prompt.c.id, t.prompt.c.key, t.prompt.c.sha256, t.prompt.c.document)
    query = sa.select(*columns).where(t.prompt.c.id.in_([one.row_id for one in run]))
    rows = {row.id: row for row in session.connection().execute(query)}
    found = {}
    for one in run:
        row = rows[one.row_id]
        prompt = read_prompt(row.document, key=row.key)
        found[one.key] = ReleasePrompt(prompt, row.sha256, one.group)
    return found


def _endpoints(session: Session) -> dict[int, tuple[str, int, str]]:
    columns = (t.endpoint.c.id, t.endpoint.c.slug, t.endpoint.c.revision, t.endpoint.c.model)
    rows = session.connection().execute(sa.select(*columns))
    return {row_id: (slug, revision, model) for row_id, slug, revision, model in rows}


def _responses(
    run: Sequence[IndexedPrompt],
    endpoints: Mapping[int, tuple[str, int, str]],
    session: Session,
    *,
    with_texts: bool,
) -> tuple[dict[int, JudgedResponse], dict[int, str]]:
    """Return the responses to the prompts by their row, and their texts if wanted."""
    r = t.response.c
    query = sa.select(
        r.id,
        r.endpoint_id,
        r.sample_index,
        r.sha256,
        r.status,
        # Most of a page's bytes, and of no use to whoever only counts.
        r.text if with_texts else sa.literal(""),
    ).where(r.prompt_id.in_([one.row_id for one in run]))
    responses, texts = {}, {}
    rows = session.connection().execute(query).all()
    for row_id, endpoint_id, sample, sha256, status, text in rows:
        slug, revision, model = endpoints[endpoint_id]
        response = JudgedResponse(slug, revision, sample, model, sha256, status)
        responses[row_id] = response
        if with_texts:
            texts[id(response)] = text
    return responses, texts
