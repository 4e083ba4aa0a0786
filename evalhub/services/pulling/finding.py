"""Find pulls and the prompt-set versions that can be pulled."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.campaigns import PullStatus
from evalhub.core.pulling.costs import Amount
from evalhub.core.responses import ResponseStatus
from evalhub.db.models import Endpoint, Person, PromptSet, PromptSetVersion, Pull, PullEndpoint
from evalhub.db.tables import prompt, pull, pull_endpoint, response
from evalhub.errors import BadInput, NotFound

# Nine digits fit the column of the number; more would be an error of the database.
REFERENCE = re.compile(r"([A-Za-z0-9._-]{1,80})(?:@([0-9]{1,9}))?")


@dataclass(frozen=True, slots=True)
class PromptSetChoice:
    """Show one frozen version that can be pulled."""

    id: int
    label: str
    title: str
    n_prompts: int


@dataclass(frozen=True, slots=True)
class PullView:
    """Show one pull; ``is_in_vain`` says that it is done and nothing that it wanted is answered."""

    id: int
    public_id: str
    prompt_set: PromptSetChoice
    endpoints: tuple[str, ...]
    status: PullStatus
    retry_errors: bool
    reason: str
    created_at: datetime
    created_by: str
    started_at: datetime | None
    finished_at: datetime | None
    n_samples: int = 1
    seed: int | None = None
    budget: Amount | None = None
    is_in_vain: bool = False

    @property
    def n_wanted(self) -> int:
        """Return how many responses the pull is after."""
        return self.prompt_set.n_prompts * len(self.endpoints) * self.n_samples

    @property
    def is_active(self) -> bool:
        """Tell whether the pull waits or asks."""
        return self.status in {PullStatus.QUEUED, PullStatus.RUNNING}


def get_version(reference: str, *, session: Session) -> PromptSetChoice:
    """Return the version that ``slug@number`` names, or the newest of ``slug``.

    Raise ``BadInput`` for another shape and ``NotFound`` for an unknown version.
    """
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise BadInput.at(f"prompt set {reference[:80]!r}", "write it as slug or slug@number")
    query = _versions().where(col(PromptSet.slug) == match[1])
    if match[2]:
        query = query.where(col(PromptSetVersion.number) == int(match[2]))
    found = session.execute(query.order_by(col(PromptSetVersion.number).desc())).first()
    if found is None:
        raise NotFound(f"There is no frozen prompt set {reference!r}.")
    return _choice(*found)


def list_versions(*, session: Session) -> Sequence[PromptSetChoice]:
    """Return every frozen version, by name; the newest of each first."""
    query = _versions().order_by(col(PromptSet.slug), col(PromptSetVersion.number).desc())
    return [_choice(*found) for found in session.execute(query)]


def get_row(public_id: str, *, session: Session, is_locked: bool = False) -> Pull:
    """Return the row of a pull; raise ``NotFound``.

    With ``is_locked`` it is read anew and locked to the end of the transaction, for whoever
    decides by its status what to write: on PostgreSQL the status could change in between.
    """
    query = select(Pull).where(Pull.public_id == public_id)
    if is_locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.exec(query).first()
    if row is None:
        raise NotFound(f"There is no pull {public_id[:40]!r}.")
    return row


def get_pull(public_id: str, *, session: Session) -> PullView:
    """Return one pull; raise ``NotFound``."""
    return _views([get_row(public_id, session=session)], session)[0]


def list_pulls(*, session: Session, limit: int = 50, offset: int = 0) -> Sequence[PullView]:
    """Return pulls, the newest first."""
    query = select(Pull).order_by(col(Pull.id).desc()).limit(limit).offset(offset)
    return _views(session.exec(query).all(), session)


def _versions() -> sa.Select[PromptSetVersion, PromptSet]:
    return sa.select(PromptSetVersion, PromptSet).join(
        PromptSet, col(PromptSet.id) == col(PromptSetVersion.prompt_set_id)
    )


def _choice(version: PromptSetVersion, prompt_set: PromptSet) -> PromptSetChoice:
    label = f"{prompt_set.slug}@{version.number}"
    return PromptSetChoice(version.id, label, prompt_set.title, version.n_prompts)


def _views(rows: Sequence[Pull], session: Session) -> list[PullView]:
    """Return views of ``rows`` with a few queries, however many there are."""
    versions = _versions().where(
        col(PromptSetVersion.id).in_({row.prompt_set_version_id for row in rows})
    )
    choices = {version.id: _choice(version, owner) for version, owner in session.execute(versions)}
    people = sa.select(col(Person.id), col(Person.name)).where(
        col(Person.id).in_({row.created_by for row in rows})
    )
    names = {row.id: row.name for row in session.execute(people)}
    endpoints = _labels([row.id for row in rows], session)
    in_vain = _in_vain([row.id for row in rows if row.status is PullStatus.DONE], session)
    return [
        PullView(
            id=row.id,
            public_id=row.public_id,
            prompt_set=choices[row.prompt_set_version_id],
            endpoints=endpoints[row.id],
            status=row.status,
            retry_errors=row.retry_errors,
            reason=row.reason,
            created_at=row.created_at,
            created_by=names.get(row.created_by, "command line"),
            started_at=row.started_at,
            finished_at=row.finished_at,
            n_samples=row.n_samples,
            seed=row.seed,
            budget=_budget(row),
            is_in_vain=row.id in in_vain,
        )
        for row in rows
    ]


def _in_vain(pull_ids: Sequence[int], session: Session) -> frozenset[int]:
    """Return those of the pulls that have an answer of none of their endpoints to any prompt."""
    has_answer = (
        sa.exists()
        .where(
            pull_endpoint.c.pull_id == pull.c.id,
            prompt.c.prompt_set_version_id == pull.c.prompt_set_version_id,
            response.c.prompt_id == prompt.c.id,
            response.c.endpoint_id == pull_endpoint.c.endpoint_id,
            response.c.sample_index < pull.c.n_samples,
            response.c.status == ResponseStatus.ANSWERED,
        )
        .correlate(pull)
    )
    query = sa.select(pull.c.id).where(pull.c.id.in_(pull_ids), ~has_answer)
    return frozenset(session.connection().execute(query).scalars())


def _budget(row: Pull) -> Amount | None:
    if row.budget_micro is None or row.budget_currency is None:
        return None
    return Amount(row.budget_micro, row.budget_currency)


def _labels(pull_ids: Sequence[int], session: Session) -> dict[int, tuple[str, ...]]:
    statement = (
        sa.select(col(PullEndpoint.pull_id), col(Endpoint.slug), col(Endpoint.revision))
        .join(Endpoint, col(Endpoint.id) == col(PullEndpoint.endpoint_id))
        .where(col(PullEndpoint.pull_id).in_(pull_ids))
        .order_by(col(Endpoint.slug))
    )
    labels: dict[int, list[str]] = {pull_id: [] for pull_id in pull_ids}
    for pull_id, slug, revision in session.execute(statement):
        labels[pull_id].append(f"{slug}@{revision}")
    return {pull_id: tuple(found) for pull_id, found in labels.items()}
