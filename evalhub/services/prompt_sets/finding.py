"""Find prompt sets, their versions and their prompts."""

import json
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.prompts.parsing import prompt_from_document
from evalhub.core.prompts.report import Count
from evalhub.db.models import Endpoint, Person, PromptSet, PromptSetVersion, Response
from evalhub.db.models import Prompt as PromptRow
from evalhub.errors import NotFound
from evalhub.services.paging import PAGE_SIZE, Listing, offset_of
from evalhub.services.prompt_sets.views import (
    PromptSetLine,
    PromptSetView,
    PromptView,
    VersionCounts,
    VersionView,
)

COMMAND = "the command line"


def find_set(slug: str, *, session: Session) -> PromptSet | None:
    """Return the row of a set, or None."""
    return session.exec(select(PromptSet).where(PromptSet.slug == slug)).first()


def newest_number(set_id: int, *, session: Session) -> int:
    """Return the number of a set's newest version, 0 without one."""
    query = select(sa.func.max(PromptSetVersion.number)).where(
        PromptSetVersion.prompt_set_id == set_id
    )
    return session.exec(query).one() or 0


def who(person_id: int | None, *, session: Session) -> str:
    """Return the name of a person; the operator's commands have none."""
    person = session.get(Person, person_id) if person_id is not None else None
    return person.name if person else COMMAND


def version_view(version_id: int, *, session: Session) -> VersionView:
    """Return a version by the id of its row, which must exist."""
    return version_views([version_id], session=session)[version_id]


def version_views(version_ids: Collection[int], *, session: Session) -> dict[int, VersionView]:
    """Return versions by the ids of their rows, with one query for all of them."""
    query = (
        select(PromptSetVersion, PromptSet, Person.name)
        .join(PromptSet, col(PromptSet.id) == col(PromptSetVersion.prompt_set_id))
        .outerjoin(Person, col(Person.id) == col(PromptSetVersion.frozen_by))
        .where(col(PromptSetVersion.id).in_(version_ids))
    )
    return {
        version.id: _version(version, owner, by=name or COMMAND)
        for version, owner, name in session.exec(query)
    }


def list_prompt_sets(*, session: Session) -> Sequence[PromptSetLine]:
    """Return every set that has a version, by slug, with its newest version."""
    query = (
        select(PromptSetVersion, PromptSet)
        .join(PromptSet, col(PromptSet.id) == col(PromptSetVersion.prompt_set_id))
        .order_by(col(PromptSet.slug), col(PromptSetVersion.number))
    )
    # In ascending order, so that the last one seen of each set is its newest.
    newest: dict[str, PromptSetLine] = {}
    for version, owner in session.exec(query).all():
        view = _version(version, owner, by=who(version.frozen_by, session=session))
        earlier = newest.get(owner.slug)
        n_versions = earlier.n_versions + 1 if earlier else 1
        newest[owner.slug] = PromptSetLine(owner.slug, owner.title, n_versions, view)
    return list(newest.values())


def get_prompt_set(slug: str, *, session: Session) -> PromptSetView:
    """Return a set with its versions, the newest first; raise ``NotFound``."""
    owner = find_set(slug, session=session)
    if owner is None:
        raise NotFound(f"There is no prompt set {slug[:80]!r}.")
    query = (
        select(PromptSetVersion)
        .where(PromptSetVersion.prompt_set_id == owner.id)
        .order_by(col(PromptSetVersion.number).desc())
    )
    versions = [
        _version(row, owner, by=who(row.frozen_by, session=session))
        for row in session.exec(query).all()
    ]
    return PromptSetView(owner.slug, owner.title, tuple(versions))


def get_version(slug: str, number: int | None, *, session: Session) -> VersionView:
    """Return version ``number`` of a set, the newest for None; raise ``NotFound``."""
    versions = get_prompt_set(slug, session=session).versions
    wanted = [version for version in versions if number in {None, version.number}]
    if not wanted:
        raise NotFound(f"The prompt set {slug!r} has no version {number}.")
    return wanted[0]


def count_version(version_id: int, *, session: Session) -> VersionCounts:
    """Return how the prompts of a version divide, and the models that answered some."""
    models = (
        select(Endpoint.model, sa.func.count())
        .join(Response, col(Response.endpoint_id) == col(Endpoint.id))
        .join(PromptRow, col(PromptRow.id) == col(Response.prompt_id))
        .where(PromptRow.prompt_set_version_id == version_id, Endpoint.dialect == "premade")
        .group_by(Endpoint.model)
    )
    return VersionCounts(
        domains=_counts(PromptRow.domain, version_id, session=session),
        languages=_counts(PromptRow.language, version_id, session=session),
        splits=_counts(PromptRow.split, version_id, session=session),
        models=_sorted(session.exec(models).all()),
    )


def list_prompts(version_id: int, *, session: Session, page: int = 1) -> Listing[PromptView]:
    """Return a page of a version's prompts in file order."""
    query = select(PromptRow).where(PromptRow.prompt_set_version_id == version_id)
    counted = session.exec(
        select(sa.func.count()).where(PromptRow.prompt_set_version_id == version_id)
    )
    n_found = counted.one()
    rows = query.order_by(col(PromptRow.position)).limit(PAGE_SIZE).offset(offset_of(page))
    return Listing([_prompt(row) for row in session.exec(rows).all()], page, n_found)


def get_prompt(version_id: int, position: int, *, session: Session) -> PromptView:
    """Return the prompt at ``position`` from 1; raise ``NotFound``."""
    query = select(PromptRow).where(
        PromptRow.prompt_set_version_id == version_id, PromptRow.position == position - 1
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound(f"This version has no prompt {position}.")
    return _prompt(row)


def _version(row: PromptSetVersion, owner: PromptSet, *, by: str) -> VersionView:
    return VersionView(
        id=row.id,
        slug=owner.slug,
        title=owner.title,
        number=row.number,
        sha256=row.sha256,
        n_prompts=row.n_prompts,
        filename=row.filename,
        card=json.loads(row.card),
        frozen_at=row.frozen_at,
        frozen_by=by,
    )


def _prompt(row: PromptRow) -> PromptView:
    return PromptView(row.position + 1, row.sha256, prompt_from_document(row.document))


def _counts(column: str, version_id: int, *, session: Session) -> tuple[Count, ...]:
    query = (
        select(column, sa.func.count())
        .where(PromptRow.prompt_set_version_id == version_id)
        .group_by(column)
    )
    return _sorted(session.exec(query).all())


def _sorted(found: Sequence[tuple[str, int]]) -> tuple[Count, ...]:
    counts = [Count(name, n) for name, n in found]
    return tuple(sorted(counts, key=lambda count: (-count.n, count.name)))
