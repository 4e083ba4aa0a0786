"""Load what lies on an annotator's desk: the prompt, both responses as shown, the rubric.

Nothing that could tell the models apart leaves here: no name, endpoint, time or count. The
texts are already masked where a response names its model.
"""

import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import Lease
from evalhub.core.campaigns import JudgmentOrigin, OverlapRule, ProjectStatus
from evalhub.core.judging.answers import Side
from evalhub.core.judging.checks import PromptFacts
from evalhub.core.judging.citations import Citation, find_citations
from evalhub.core.judging.marking import Texts
from evalhub.core.judging.masking import Masked, mask
from evalhub.core.people import Origin
from evalhub.core.prompts.parsing import prompt_from_document
from evalhub.core.prompts.records import Prompt
from evalhub.core.quality import QualityShares
from evalhub.core.rubrics.schema import Rubric
from evalhub.db import tables as t
from evalhub.db.prepared import Prepared
from evalhub.services.assigning.leases import get_lease
from evalhub.services.assigning.shares import SHARES, shares_in
from evalhub.services.keeping_texts import TextCache
from evalhub.services.rubric_translations import speak_rubric, words_for


@dataclass(frozen=True, slots=True)
class ShownResponse:
    """Hold one response as it is shown: its masked text and the sources found in it."""

    masked: Masked
    citations: tuple[Citation, ...]

    @property
    def text(self) -> str:
        """Return the text as it is shown."""
        return self.masked.text


@dataclass(frozen=True, slots=True)
class Matter:
    """Hold one assignment with everything its form needs.

    ``rubric`` says its words in ``rubric_language``; which translations there are changes
    nothing about what an answer means. ``rubric_key`` is the same for the same words.
    """

    lease: Lease
    project_title: str
    project_status: ProjectStatus
    overlap: int
    overlap_rule: OverlapRule
    expected_minutes: int
    rubric_version_id: int
    rubric: Rubric
    rubric_language: str
    rubric_key: str
    prompt: Prompt
    prompt_sha256: str
    a: ShownResponse
    b: ShownResponse
    origin: JudgmentOrigin
    shares: QualityShares

    @property
    def facts(self) -> PromptFacts:
        """Return what the form's rules need to know of the pair."""
        return PromptFacts(
            tags=frozenset(self.prompt.tags),
            n_citations_a=len(self.a.citations),
            n_citations_b=len(self.b.citations),
            text_a=self.a.text,
            text_b=self.b.text,
            hidden_a=self.a.masked.hidden,
            hidden_b=self.b.masked.hidden,
        )

    @property
    def texts(self) -> Texts:
        """Return both responses as shown, with what is masked in them."""
        return {"a": self.a.masked, "b": self.b.masked}

    def shown(self, side: Side) -> ShownResponse:
        """Return the response shown on one side."""
        return self.a if side == "a" else self.b


def get_matter(
    token: str,
    *,
    person_id: int,
    session: Session,
    for_update: bool = False,
    language: str = "",
) -> Matter:
    """Return what the assignment with this token is about; raise ``NotFound`` for others'.

    The rubric speaks ``language`` where it is translated into it; else its own.
    """
    lease = get_lease(token, person_id=person_id, session=session, for_update=for_update)
    row = _MATTER.one(
        {
            "pair_id": lease.pair_id,
            "person_id": person_id,
            "language": language,
            "terms_number": lease.terms_number,
        },
        session=session,
    )
    # Both names are masked in both texts: which one was hidden would tell the sides apart.
    names = (row.x_model, row.x_slug, row.y_model, row.y_slug)
    shown_x, shown_y = shown_response(row.x_text, names), shown_response(row.y_text, names)
    # From the person and not from the form: nobody can pass a simulated judgment off as an
    # expert's.
    is_simulated = row.origin is Origin.SIMULATED
    spoken = speak_rubric(row.rubric, row.rubric_words, language)
    return Matter(
        lease=lease,
        project_title=row.title,
        project_status=row.status,
        overlap=row.overlap,
        overlap_rule=row.overlap_rule,
        expected_minutes=row.expected_minutes,
        rubric_version_id=row.rubric_version_id,
        rubric=spoken.rubric,
        rubric_language=spoken.language,
        rubric_key=spoken.key,
        prompt=parse_prompt(row.prompt),
        prompt_sha256=row.prompt_sha256,
        a=shown_y if lease.is_swapped else shown_x,
        b=shown_x if lease.is_swapped else shown_y,
        origin=JudgmentOrigin.SIMULATED if is_simulated else JudgmentOrigin.FORM,
        shares=shares_in(row),
    )


def _statement() -> "sa.Select[*tuple[Any, ...]]":
    x, x_endpoint = t.response.alias("x"), t.endpoint.alias("x_endpoint")
    y, y_endpoint = t.response.alias("y"), t.endpoint.alias("y_endpoint")
    claimed, project = t.project_terms.c, t.project.c
    columns: list[sa.ColumnElement[Any]] = [
        t.project.c.title,
        t.project.c.status,
        t.project.c.overlap,
        t.project.c.overlap_rule,
        *SHARES,
        # A claim stays on the terms it was made on. Before the first change they are the project's.
        sa.func.coalesce(claimed.expected_minutes, project.expected_minutes).label(
            "expected_minutes"
        ),
        t.rubric_version.c.id.label("rubric_version_id"),
        t.rubric_version.c.document.label("rubric"),
        words_for(t.rubric_version.c.id).label("rubric_words"),
        t.prompt.c.document.label("prompt"),
        t.prompt.c.sha256.label("prompt_sha256"),
        t.person.c.origin,
        x.c.text.label("x_text"),
        x_endpoint.c.model.label("x_model"),
        x_endpoint.c.slug.label("x_slug"),
        y.c.text.label("y_text"),
        y_endpoint.c.model.label("y_model"),
        y_endpoint.c.slug.label("y_slug"),
    ]
    return (
        sa.select(*columns)
        .select_from(t.pair)
        .join(t.project, t.project.c.id == t.pair.c.project_id)
        .outerjoin(
            t.project_terms,
            sa.and_(
                claimed.project_id == project.id,
                claimed.number == sa.bindparam("terms_number"),
            ),
        )
        .join(
            t.rubric_version,
            t.rubric_version.c.id
            == sa.func.coalesce(claimed.rubric_version_id, project.rubric_version_id),
        )
        .join(t.prompt, t.prompt.c.id == t.pair.c.prompt_id)
        .join(t.person, t.person.c.id == sa.bindparam("person_id"))
        .join(x, x.c.id == t.pair.c.response_x_id)
        .join(x_endpoint, x_endpoint.c.id == x.c.endpoint_id)
        .join(y, y.c.id == t.pair.c.response_y_id)
        .join(y_endpoint, y_endpoint.c.id == y.c.endpoint_id)
        .where(t.pair.c.id == sa.bindparam("pair_id"))
    )


_MATTER = Prepared(_statement())
"""Built once: putting so many joins together costs more than running them."""


@lru_cache(maxsize=1024)
def parse_prompt(document: str) -> Prompt:
    """Return the prompt whose stored document is ``document``."""
    return prompt_from_document(document)


def _size(shown: ShownResponse) -> int:
    words = (shown.text, *(citation.label for citation in shown.citations))
    return sum(sys.getsizeof(one) for one in words)


_SHOWN: TextCache[ShownResponse] = TextCache(16 * 2**20, size=_size)
"""Responses as they are shown: finding names and sources in one takes longer than a query."""


def shown_response(text: str, names: tuple[str, ...]) -> ShownResponse:
    """Return a response as it may be shown: ``names`` hidden, and the sources found in it."""
    return _SHOWN.get(text, names, make=lambda: _show(text, names))


def _show(text: str, names: tuple[str, ...]) -> ShownResponse:
    masked = mask(text, names)
    return ShownResponse(masked, find_citations(masked.text))
