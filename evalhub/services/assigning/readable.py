"""Find out how much of a project somebody can read, before any of its pairs is looked at."""

from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.qualifying.languages import primary_tag
from evalhub.db import tables as t
from evalhub.services.qualifying.languages import languages_of


class Readable(StrEnum):
    """How much of a project is in languages in which a person works."""

    NOTHING = "nothing"
    """No prompt, so no pair needs to be looked at."""
    SOME = "some"
    """Some prompts, so each pair is asked for its language."""
    ALL = "all"
    """Every prompt, so languages decide nothing."""


def readable_of(project_id: int, *, person_id: int, session: Session) -> Readable:
    """Return how much of a project's prompts a person can read.

    A claim asks while it holds the one writer of SQLite. Asking each pair for its language costs
    the number of all pairs where none can be read, so the few languages of the prompts are asked.
    """
    tags = session.connection().execute(_TAGS, {"project": project_id}).scalars()
    there = set(map(primary_tag, tags))
    common = there & languages_of(person_id, session=session)
    if not common:
        return Readable.NOTHING
    return Readable.ALL if common == there else Readable.SOME


def _tags() -> "sa.Select[str]":
    """Select the language tags of a project's prompts, each one a single look into the index.

    Every tag is the least one after the tag before it. ``DISTINCT`` reads the whole index: it
    takes as long as there are prompts. A null ends them.
    """
    version = (
        sa.select(t.project.c.prompt_set_version_id)
        .where(t.project.c.id == sa.bindparam("project"))
        .scalar_subquery()
    )
    least = sa.select(sa.func.min(t.prompt.c.language).label("language"))
    found = least.where(t.prompt.c.prompt_set_version_id == version).cte("tag", recursive=True)
    following = (
        least.where(
            t.prompt.c.prompt_set_version_id == version, t.prompt.c.language > found.c.language
        )
        .correlate(found)
        .scalar_subquery()
    )
    found = found.union_all(sa.select(following).where(found.c.language.is_not(None)))
    return sa.select(found.c.language).where(found.c.language.is_not(None))


# Built once: putting such a statement together costs more than running it.
_TAGS = _tags()
