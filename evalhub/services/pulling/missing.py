"""Find what a pull has still to ask, in pages."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.db.models import Pull
from evalhub.db.tables import prompt, response

PAGE = 200


@dataclass(frozen=True, slots=True)
class Demand:
    """Say which prompts a pull wants answered; ``pull_id`` is None before it exists.

    Each is asked ``n_samples`` times; sample number i is asked with ``seed + i``.
    """

    version_id: int
    retry_errors: bool
    pull_id: int | None = None
    n_samples: int = 1
    seed: int | None = None

    def seed_of(self, sample_index: int) -> int | None:
        """Return the seed of one sample, or None where none is sent."""
        return None if self.seed is None else self.seed + sample_index


@dataclass(frozen=True, slots=True)
class Missing:
    """Name one answer that a pull has still to ask for."""

    position: int
    sample_index: int
    prompt_id: int
    document: str

    @property
    def place(self) -> tuple[int, int]:
        """Return where it stands in the order in which a pull asks."""
        return (self.position, self.sample_index)


BEGINNING = (-1, 0)


def demand_of(pull: Pull) -> Demand:
    """Return what ``pull`` wants."""
    return Demand(
        pull.prompt_set_version_id,
        pull.retry_errors,
        pull.id,
        n_samples=pull.n_samples,
        seed=pull.seed,
    )


def numbered(n_samples: int) -> sa.Subquery:
    """Return a table of one column ``sample_index`` with the numbers below ``n_samples``."""
    numbers = [sa.select(sa.literal(i).label("sample_index")) for i in range(n_samples)]
    return sa.union_all(*numbers).subquery("wanted_sample")


def is_to_ask(demand: Demand) -> sa.ColumnElement[bool]:
    """Return the condition under which a prompt, left-joined to its response, is to be asked.

    Without a response it is. A pull that retries errors asks those of earlier pulls again,
    but never one of its own, so it ends; nor one where the request itself was rejected,
    because the same request would be rejected again.
    """
    is_missing = response.c.id.is_(None)
    if not demand.retry_errors:
        return is_missing
    return sa.or_(
        is_missing,
        sa.and_(
            response.c.status == ResponseStatus.ERROR,
            response.c.error_kind != ErrorKind.REJECTED,
            # Null is the pull of pre-made responses; a plain != would be null for it and skip it.
            sa.true()
            if demand.pull_id is None
            else response.c.pull_id.is_distinct_from(demand.pull_id),
        ),
    )


def _joined_responses(endpoint_id: int, sample: sa.Subquery) -> sa.Join:
    """Return every wanted sample of each prompt, left-joined to what the endpoint answered."""
    return prompt.join(sample, sa.true()).outerjoin(
        response,
        sa.and_(
            response.c.prompt_id == prompt.c.id,
            response.c.endpoint_id == endpoint_id,
            response.c.sample_index == sample.c.sample_index,
        ),
    )


def _is_known(
    endpoint_id: int, parameters: Sequence[str], sample: sa.Subquery
) -> sa.ColumnElement[bool]:
    """Return the condition under which the answer of a prompt will be copied from another one.

    It holds where the endpoint answered a row of the same hash, in another version or set, with
    ``parameters``, those of each sample. A pull compares whole requests and so also finds messages
    that stand in rows which differ elsewhere; but it has read them, which a count has not.
    """
    earlier, same = response.alias("earlier"), prompt.alias("same")
    asked_alike = sa.or_(
        *(
            sa.and_(earlier.c.sample_index == number, earlier.c.parameters == text)
            for number, text in enumerate(parameters)
        )
    )
    # One list for all prompts, and not a search for each: hashes of prompts have no index.
    answered = (
        sa.select(same.c.sha256, earlier.c.sample_index)
        .join(same, same.c.id == earlier.c.prompt_id)
        .where(
            earlier.c.endpoint_id == endpoint_id,
            earlier.c.status != ResponseStatus.ERROR,
            # Responses that came with their prompts were never asked for, so none is a copy of one.
            earlier.c.pull_id.is_not(None),
            asked_alike,
        )
    )
    return sa.tuple_(prompt.c.sha256, sample.c.sample_index).in_(answered)


def missing_page(
    demand: Demand,
    endpoint_id: int,
    *,
    after: tuple[int, int] = BEGINNING,
    session: Session,
    size: int = PAGE,
    known_by: Sequence[str] = (),
) -> list[Missing]:
    """Return the next answers to ask for, after a place; ``known_by`` as in ``count_missing``."""
    position, sample_index = after
    sample = numbered(demand.n_samples)
    statement = (
        sa.select(prompt.c.position, sample.c.sample_index, prompt.c.id, prompt.c.document)
        .select_from(_joined_responses(endpoint_id, sample))
        .where(
            prompt.c.prompt_set_version_id == demand.version_id,
            # The first condition adds nothing to the second, but an index is entered by it alone.
            prompt.c.position >= position,
            sa.or_(prompt.c.position > position, sample.c.sample_index > sample_index),
            is_to_ask(demand),
            _is_new(endpoint_id, known_by, sample),
        )
        .order_by(prompt.c.position, sample.c.sample_index)
        .limit(size)
    )
    return [Missing(*row) for row in session.connection().execute(statement)]


def count_missing(
    demand: Demand, endpoint_id: int, *, session: Session, known_by: Sequence[str] = ()
) -> int:
    """Return how many answers have still to be asked for.

    With ``known_by``, the parameters of each sample, those are left out that will be copied.
    """
    sample = numbered(demand.n_samples)
    statement = (
        sa.select(sa.func.count())
        .select_from(_joined_responses(endpoint_id, sample))
        .where(
            prompt.c.prompt_set_version_id == demand.version_id,
            is_to_ask(demand),
            _is_new(endpoint_id, known_by, sample),
        )
    )
    return session.scalar(statement) or 0


@dataclass(frozen=True, slots=True)
class Failures:
    """Count the failed answers that a pull finds: those that were rejected, and all others."""

    n_rejected: int = 0
    n_others: int = 0


def count_failures(demand: Demand, endpoint_id: int, *, session: Session) -> Failures:
    """Return how many of the wanted answers are there as failures."""
    is_rejected = response.c.error_kind == ErrorKind.REJECTED
    n_rejected = sa.func.count(sa.case((is_rejected, 1)))
    statement = (
        sa.select(n_rejected, sa.func.count() - n_rejected)
        .select_from(_joined_responses(endpoint_id, numbered(demand.n_samples)))
        .where(
            prompt.c.prompt_set_version_id == demand.version_id,
            response.c.status == ResponseStatus.ERROR,
        )
    )
    return Failures(*session.connection().execute(statement).one())


def _is_new(
    endpoint_id: int, known_by: Sequence[str], sample: sa.Subquery
) -> sa.ColumnElement[bool]:
    return sa.not_(_is_known(endpoint_id, known_by, sample)) if known_by else sa.true()
