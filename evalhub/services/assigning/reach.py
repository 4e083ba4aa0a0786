"""Find out how much of a project goes to a person, before any of its pairs is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.qualifying.requirements import Requirement
from evalhub.core.qualifying.routes import class_on, parse_route
from evalhub.db import tables as t
from evalhub.services.qualifying.letting_in import qualifications_of


@dataclass(frozen=True, slots=True)
class Reach:
    """Hold which routes of a project's prompts are open to a person.

    ``classes`` has the class of credential by which each of them is, empty where none is asked
    for. With ``is_all`` every route is open, or the project does not ask, and pairs need not be
    told apart by theirs.
    """

    is_all: bool
    classes: Mapping[str, str] = field(default_factory=dict)

    @property
    def routes(self) -> tuple[str, ...]:
        """Return the open routes, in order."""
        return tuple(sorted(self.classes))


EVERYTHING = Reach(is_all=True)


def reach_of(
    project_id: int, requirement: Requirement, *, person_id: int, session: Session, now: datetime
) -> Reach:
    """Return what of a project's prompts goes to a person at ``now``.

    A claim asks while it holds the one writer of SQLite. Asking each pair about its prompt costs
    the number of all pairs where few are open, so the few routes of the prompts are asked.
    """
    if not requirement.routes_prompts:
        return EVERYTHING
    held = qualifications_of(person_id, session=session)
    there = session.connection().execute(_ROUTES, {"project": project_id}).scalars().all()
    told = ((key, class_on(parse_route(key), requirement, held, now)) for key in there)
    classes = {key: name for key, name in told if name is not None}
    return Reach(len(classes) == len(there), classes)


def class_by_which(
    pair_id: int, requirement: Requirement, *, person_id: int, session: Session, now: datetime
) -> str | None:
    """Return the class by which a pair goes to a person, empty without one; None if it does not."""
    held = qualifications_of(person_id, session=session)
    query = sa.select(t.pair.c.route).where(t.pair.c.id == pair_id)
    key = session.connection().execute(query).scalar_one()
    return class_on(parse_route(key), requirement, held, now)


def _routes() -> "sa.Select[str]":
    """Select the routes of a project's prompts, each one a single look into the index.

    Every route is the least one after the route before it. ``DISTINCT`` reads the whole index: it
    takes as long as there are prompts. A null ends them.
    """
    version = (
        sa.select(t.project.c.prompt_set_version_id)
        .where(t.project.c.id == sa.bindparam("project"))
        .scalar_subquery()
    )
    least = sa.select(sa.func.min(t.prompt.c.route).label("route"))
    found = least.where(t.prompt.c.prompt_set_version_id == version).cte("known", recursive=True)
    following = (
        least.where(t.prompt.c.prompt_set_version_id == version, t.prompt.c.route > found.c.route)
        .correlate(found)
        .scalar_subquery()
    )
    found = found.union_all(sa.select(following).where(found.c.route.is_not(None)))
    return sa.select(found.c.route).where(found.c.route.is_not(None))


# Built once: putting such a statement together costs more than running it.
_ROUTES = _routes()
