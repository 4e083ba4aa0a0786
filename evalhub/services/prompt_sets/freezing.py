"""Freeze prompts as a version of a set: the hash of the canonical rows names it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice

from sqlmodel import Session, col, select

from evalhub.core.canonical import canonical_json, sha256_hex
from evalhub.core.people import Actor
from evalhub.core.prompts.canonical import prompt_set_hash, prompt_to_json
from evalhub.core.prompts.records import Prompt
from evalhub.core.qualifying.routes import route_of
from evalhub.db import tables
from evalhub.db.models import Prompt as PromptRow
from evalhub.db.models import PromptSet, PromptSetVersion
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.prompt_sets.finding import find_set, newest_number, version_view
from evalhub.services.prompt_sets.premade import DraftResponse, draft_responses, store_responses
from evalhub.services.prompt_sets.views import Frozen

CHUNK_ROWS = 500
"""Rows of one statement: a set of 100,000 would otherwise stand in memory a third time."""


@dataclass(frozen=True)
class Material:
    """What is frozen: the prompts in file order, their file's name, the set's card as JSON.

    Hash and rows are computed once, when first asked for. Ask for them (``prepare``) before a
    writing transaction opens: for ten thousand prompts they take seconds, in which nobody else
    could write.
    """

    filename: str
    prompts: Sequence[Prompt]
    card: str = "{}"

    @cached_property
    def sha256(self) -> str:
        """Return the hash that names the version."""
        return prompt_set_hash(self.prompts)

    @cached_property
    def rows(self) -> Sequence[Mapping[str, object]]:
        """Return the row of every prompt, without its version."""
        return [_values(position, prompt) for position, prompt in enumerate(self.prompts)]

    @cached_property
    def responses(self) -> Sequence[DraftResponse]:
        """Return the rows of the responses that came with the prompts."""
        return [found for prompt in self.prompts for found in draft_responses(prompt)]

    def prepare(self) -> "Material":
        """Compute what storing needs, and return this."""
        _ = self.sha256, self.rows, self.responses
        return self


def freeze(
    slug: str, title: str, material: Material, *, session: Session, actor: Actor, now: datetime
) -> Frozen:
    """Store ``material`` as the next version of the set ``slug``, made when it is new.

    The same rows, in whatever order, are the same version: it is returned and nothing is
    stored. Responses that came with the prompts are stored too.
    """
    # The newest number is read and then written; two at once would both write the same one.
    lock(f"prompt_set:{slug}", session=session)
    row = find_set(slug, session=session) or _new_set(slug, title, session, actor, now=now)
    sha256 = material.sha256
    same = session.exec(
        select(PromptSetVersion.id).where(
            PromptSetVersion.prompt_set_id == row.id, PromptSetVersion.sha256 == sha256
        )
    ).first()
    if same is not None:
        return Frozen(version_view(same, session=session), is_new=False)
    version = PromptSetVersion(
        prompt_set_id=row.id,
        number=newest_number(row.id, session=session) + 1,
        sha256=sha256,
        n_prompts=len(material.prompts),
        filename=material.filename,
        card=material.card,
        frozen_at=now,
        frozen_by=actor.person_id,
    )
    session.add(version)
    session.flush()
    _store_prompts(version, material, session=session)
    n_responses = _store_premade(slug, version, material, session=session, actor=actor, now=now)
    audit.record(
        "prompt_set.freeze",
        session=session,
        actor=actor,
        subject=f"prompt_set:{slug}@{version.number}",
        details={"sha256": sha256, "prompts": version.n_prompts, "responses": n_responses},
        now=now,
    )
    return Frozen(version_view(version.id, session=session), is_new=True)


def _new_set(slug: str, title: str, session: Session, actor: Actor, *, now: datetime) -> PromptSet:
    row = PromptSet(slug=slug, title=title, created_at=now, created_by=actor.person_id)
    session.add(row)
    session.flush()
    return row


def _store_prompts(version: PromptSetVersion, material: Material, *, session: Session) -> None:
    rows = ({**row, "prompt_set_version_id": version.id} for row in material.rows)
    while chunk := list(islice(rows, CHUNK_ROWS)):
        session.connection().execute(tables.prompt.insert(), chunk)


def _values(position: int, prompt: Prompt) -> dict[str, object]:
    document = canonical_json(prompt_to_json(prompt))
    return {
        "position": position,
        "key": prompt.id,
        "sha256": sha256_hex(document),
        "document": document,
        "domain": prompt.domain,
        "language": prompt.language,
        "route": route_of(prompt.language, prompt.jurisdiction, prompt.specialty).key,
        "split": prompt.split.value,
    }


def _store_premade(
    slug: str,
    version: PromptSetVersion,
    material: Material,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> int:
    """Store the responses that came with the prompts; return how many there are."""
    if not material.responses:
        return 0
    found = session.exec(
        select(PromptRow.key, PromptRow.id).where(
            col(PromptRow.prompt_set_version_id) == version.id
        )
    )
    return store_responses(
        slug, material.responses, dict(found.all()), session=session, actor=actor, now=now
    )
