"""Say which places of a pair are of an earlier round than the one it is asked in."""

import sqlalchemy as sa

from evalhub.db import tables as t


def is_of_earlier_round(since: sa.ColumnElement[int | None]) -> sa.ColumnElement[bool]:
    """Return the condition that an assignment was claimed under another rubric, before ``since``.

    ``since`` is the number of the terms under which its pair is asked again; where it is null no
    place is of an earlier round. By the rubric of the terms and not by their number alone: a
    project that goes back to a version asks nobody again who judged under it.
    """
    held = t.assignment.c
    claimed, asked = t.project_terms.alias("claimed"), t.project_terms.alias("asked")
    return sa.exists().where(
        claimed.c.project_id == held.project_id,
        claimed.c.number == held.terms_number,
        asked.c.project_id == held.project_id,
        asked.c.number == since,
        claimed.c.number < asked.c.number,
        claimed.c.rubric_version_id != asked.c.rubric_version_id,
    )
