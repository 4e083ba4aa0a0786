"""Find what projects ask of those who judge in them."""

import json
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.qualifying.requirements import (
    NO_REQUIREMENT,
    Requirement,
    requirement_from_json,
)
from evalhub.db import tables as t
from evalhub.db.prepared import Prepared


@dataclass(frozen=True, slots=True)
class StandingRequirement:
    """Hold the requirement in force and its number; 0 where nobody has written one."""

    number: int
    requirement: Requirement


def requirement_in_force(project_id: int, *, session: Session) -> StandingRequirement:
    """Return what a project asks for now."""
    row = _NEWEST.first({"project": project_id}, session=session)
    if row is None:
        return StandingRequirement(0, NO_REQUIREMENT)
    return StandingRequirement(row.number, parse_requirement(row.document))


def classes_asked(*, session: Session) -> list[str]:
    """Return the classes of credentials that projects ask for now, in alphabetical order.

    A credential counts where its class is the word that a project wrote. Who is offered these
    words does not miss it by another language or another spelling.
    """
    rows = session.connection().execute(_IN_FORCE)
    return sorted({name for row in rows for name in parse_requirement(row.document).classes})


@lru_cache(maxsize=256)
def parse_requirement(document: str | None) -> Requirement:
    """Return a stored requirement; None, where there is none, asks for nothing.

    Kept by its text, since every claim of a project reads the same one.
    """
    return NO_REQUIREMENT if document is None else requirement_from_json(json.loads(document))


_NEWEST = Prepared(
    sa.select(t.project_requirement.c.number, t.project_requirement.c.document)
    .where(t.project_requirement.c.project_id == sa.bindparam("project"))
    .order_by(t.project_requirement.c.number.desc())
    .limit(1)
)
"""Built once: every comparison page asks whether the project still lets its reader in."""

_LATER = t.project_requirement.alias("later")
_IN_FORCE = (
    sa.select(t.project_requirement.c.document)
    .join(t.project, t.project.c.id == t.project_requirement.c.project_id)
    .where(
        t.project.c.status != ProjectStatus.CLOSED,
        ~sa.exists().where(
            _LATER.c.project_id == t.project_requirement.c.project_id,
            _LATER.c.number > t.project_requirement.c.number,
        ),
    )
)
