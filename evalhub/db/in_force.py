"""Say which judgments are in force, for every query that reads them."""

import sqlalchemy as sa

from evalhub.db import tables as t


def is_in_force() -> sa.ColumnElement[bool]:
    """Return the condition that a judgment is the highest revision of its assignment.

    Imported judgments have no assignment and no revisions, so each is in force.
    """
    later = t.judgment.alias("later")
    return ~sa.exists().where(
        later.c.assignment_id == t.judgment.c.assignment_id,
        later.c.revision > t.judgment.c.revision,
    )
